package io.letterbox.cli;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/** The part of a training run that is about speed: many small publishes, with subscribers that receive each of them. */
final class WarmUp {
    private static final int IN_FLIGHT = 32;

    private WarmUp() {}

    /** Publishes records to a topic, one per request, while subscribers stream it. */
    static void run(URI topic, int publishes, int subscribers) {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            HttpClient client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .executor(threads)
                    .build();
            HttpRequest stream =
                    HttpRequest.newBuilder(URI.create(topic + "/events")).build();
            CompletableFuture<?>[] streams = new CompletableFuture<?>[subscribers];
            for (int i = 0; i < subscribers; i++) streams[i] = client.sendAsync(stream, BodyHandlers.discarding());
            publish(client, topic, publishes);
            for (CompletableFuture<?> each : streams) each.cancel(true);
        } finally {
            threads.shutdownNow();
        }
    }

    private static void publish(HttpClient client, URI topic, int publishes) {
        HttpRequest publish = HttpRequest.newBuilder(topic)
                .POST(BodyPublishers.ofString("x".repeat(100)))
                .build();
        Semaphore room = new Semaphore(IN_FLIGHT);
        for (int i = 0; i < publishes; i++) {
            room.acquireUninterruptibly();
            CompletableFuture<HttpResponse<Void>> answer = client.sendAsync(publish, BodyHandlers.discarding());
            answer.whenComplete((response, failure) -> room.release());
        }
        room.acquireUninterruptibly(IN_FLIGHT);
    }
}
