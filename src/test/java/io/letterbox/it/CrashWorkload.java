package io.letterbox.it;

import io.letterbox.it.History.Placed;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Publishers that continue whatever happens to the server: each in its own way (single values, keyed values, NDJSON
 * with and without keys), one request at a time, every value used once. Acknowledgements are noted in the history; a
 * request without an answer is not repeated, because it may have been carried out.
 */
final class CrashWorkload implements AutoCloseable {
    /** A topic with one partition, and one with several. */
    static final String NARROW = "narrow";

    static final String WIDE = "wide";

    private static final int LARGEST_BATCH = 60;
    private static final int LARGEST_PADDING = 600;
    private static final long PAUSE_MS = 20;

    private enum Manner {
        SINGLE,
        KEYED,
        LINES,
        KEYED_LINES
    }

    private final History history;
    private final TestClient client;
    private final String label;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean stopped;

    /** @param label distinguishes this workload's publishers and values from those of others in the same history */
    CrashWorkload(URI base, History history, Random random, String label) {
        this.history = history;
        this.label = label;
        this.client = new TestClient(base);
        for (Manner manner : Manner.values()) {
            start(manner, NARROW, random.nextLong());
            start(manner, WIDE, random.nextLong());
        }
    }

    private void start(Manner manner, String topic, long seed) {
        String name = label + "-" + manner + "-" + topic;
        Thread thread = new Thread(() -> run(name, manner, topic, new Random(seed)), name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void run(String name, Manner manner, String topic, Random random) {
        long sequence = 0;
        while (!stopped) {
            List<String> values = new ArrayList<>();
            boolean lines = manner == Manner.LINES || manner == Manner.KEYED_LINES;
            int count = lines ? 1 + random.nextInt(LARGEST_BATCH) : 1;
            for (int i = 0; i < count; i++) {
                values.add(value(name, sequence++, random));
            }
            try {
                publish(manner, topic, values, random).forEach(placed -> history.acknowledge(name, placed));
            } catch (IOException e) {
                pause(); // The server was killed, or is not up yet.
            } catch (TestClient.RefusedException e) {
                if (e.status() != 503) {
                    failure.compareAndSet(null, e);
                    return;
                }
                pause();
            } catch (RuntimeException e) {
                failure.compareAndSet(null, e);
                return;
            }
        }
    }

    private List<Placed> publish(Manner manner, String topic, List<String> values, Random random) throws IOException {
        return switch (manner) {
            case SINGLE -> List.of(client.publish(topic, values.get(0), null));
            case KEYED -> List.of(client.publish(topic, values.get(0), "key-" + random.nextInt(50)));
            case LINES -> client.publishLines(topic, values, null);
            case KEYED_LINES -> client.publishLines(topic, values, "/key");
        };
    }

    private static String value(String publisher, long sequence, Random random) {
        String padding = "x".repeat(random.nextInt(LARGEST_PADDING));
        return "{\"id\":\"" + publisher + "-" + sequence + "\",\"key\":\"" + random.nextInt(50) + "\",\"pad\":\""
                + padding + "\"}";
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** An unexpected answer to a publisher, or null. */
    Throwable failure() {
        return failure.get();
    }

    /** Stops the publishers and waits until each has its last answer. */
    @Override
    public void close() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join(40_000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (thread.isAlive()) {
                throw new IllegalStateException(thread.getName() + " waits for an answer that does not come");
            }
        }
    }
}
