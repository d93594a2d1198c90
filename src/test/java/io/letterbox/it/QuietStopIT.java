package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** An intended stop under load has no errors in the log, so that operators need not look for a fault. */
class QuietStopIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int ROUNDS = Integer.getInteger("letterbox.stopRounds", 3);

    /**
     * The operations that each kind of client has to have done before the stop, so that it is in the middle of its work
     * then.
     */
    private static final long BUSY = 20;

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Thread> clients = new ArrayList<>();
    private final List<AtomicLong> done = new ArrayList<>();
    private volatile boolean working;
    private ServerProcess server;

    private interface Client {
        /** Works until {@link #working} is false; counts its operations. */
        void work(AtomicLong count) throws Exception;
    }

    @BeforeAll
    static void quiet() {
        ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.OFF);
    }

    @AfterEach
    void stop() throws Exception {
        end();
        if (server != null) server.close();
    }

    @Test
    void noTraceOfCallsIsPrintedWhoeverIsConnected() throws Exception {
        server = ServerProcess.in(directory)
                .set("shutdown.drainSeconds", 1)
                .set("groups.sessionTimeoutMs", 6000)
                .set("storage.housekeepingIntervalMs", 200)
                .set("storage.recoveryPointIntervalMs", 200);
        for (int round = 0; round < ROUNDS; round++) {
            server.start();
            TestClient client = new TestClient(server.base());
            if (round == 0) {
                client.create("orders", 4, Map.of());
                client.create("latest", 2, Map.of("cleanup.policy", "compact", "segment.bytes", "65536"));
            }
            begin();
            await().atMost(LIMIT).until(() -> done.stream().allMatch(count -> count.get() >= BUSY));
            int status = server.stop();
            end();
            String output = server.output();
            assertThat(status).as(output).isZero();
            assertThat(output)
                    .doesNotContain("\tat ")
                    .doesNotContain("Exception")
                    .doesNotContain(" ERROR ");
        }
    }

    private void begin() {
        working = true;
        done.clear();
        for (int i = 0; i < 3; i++) client(this::publishByHttp);
        client(this::publishKeyed);
        client(this::pollByHttp);
        client(this::lookAround);
        for (String query : List.of("", "?from=earliest", "?group=streams")) client(count -> stream(query, count));
        client(count -> produce(Map.of(), count));
        client(this::produceInTransactions);
        for (String protocol : List.of("classic", "classic", "consumer")) client(count -> consume(protocol, count));
        client(this::administer);
    }

    private void client(Client client) {
        AtomicLong count = new AtomicLong();
        done.add(count);
        Thread thread = new Thread(() -> {
            while (working) {
                try {
                    client.work(count);
                } catch (Exception stopped) {
                    // The server has stopped; whether that was intended is checked elsewhere.
                    pause();
                }
            }
        });
        thread.setDaemon(true);
        clients.add(thread);
        thread.start();
    }

    private void end() throws InterruptedException {
        working = false;
        for (Thread client : clients) client.interrupt();
        for (Thread client : clients) client.join(LIMIT.toMillis());
        clients.clear();
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(String method, String path, String body, AtomicLong count) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.base() + path))
                .timeout(Duration.ofSeconds(5))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        http.send(request, BodyHandlers.discarding());
        count.incrementAndGet();
    }

    private void publishByHttp(AtomicLong count) throws Exception {
        while (working) send("POST", "/topics/orders", "x".repeat(2000), count);
    }

    private void publishKeyed(AtomicLong count) throws Exception {
        while (working) send("POST", "/topics/latest?key=k" + count.get() % 10, "v" + count.get(), count);
    }

    private void pollByHttp(AtomicLong count) throws Exception {
        while (working) send("GET", "/topics/orders/records?partition=0&offset=latest&wait=2000", null, count);
    }

    private void lookAround(AtomicLong count) throws Exception {
        while (working) {
            for (String path : List.of("/metrics", "/groups", "/topics", "/health/ready", "/console/api/overview")) {
                send("GET", path, null, count);
            }
        }
    }

    private void stream(String query, AtomicLong count) throws Exception {
        try (RawSubscriber subscriber = new RawSubscriber(server.port(), "/topics/orders/events" + query)) {
            while (working) {
                subscriber.nextData();
                count.incrementAndGet();
            }
        }
    }

    private Map<String, Object> config(Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(Map.of(
                "bootstrap.servers",
                server.bootstrap(),
                "default.api.timeout.ms",
                2000,
                "request.timeout.ms",
                1500,
                "reconnect.backoff.max.ms",
                100));
        config.putAll(more);
        return config;
    }

    private Map<String, Object> producing(Map<String, Object> more) {
        Map<String, Object> config = config(more);
        config.remove("default.api.timeout.ms");
        config.put("delivery.timeout.ms", 2000);
        config.put("max.block.ms", 2000);
        config.put("linger.ms", 0);
        return config;
    }

    private void produce(Map<String, Object> more, AtomicLong count) {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(producing(more), new StringSerializer(), new StringSerializer())) {
            while (working) {
                producer.send(new ProducerRecord<>("orders", "k", "v".repeat(500)), (placed, failure) -> {
                    if (failure == null) count.incrementAndGet();
                });
                if (count.get() % 50 == 0) pause();
            }
            producer.close(Duration.ZERO);
        }
    }

    private void produceInTransactions(AtomicLong count) {
        Map<String, Object> config = producing(Map.of("transactional.id", "t"));
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            while (working) {
                producer.beginTransaction();
                for (int i = 0; i < 5; i++) producer.send(new ProducerRecord<>("orders", "k", "v"));
                if (count.incrementAndGet() % 2 == 0) producer.commitTransaction();
                else producer.abortTransaction();
            }
        }
    }

    private void consume(String protocol, AtomicLong count) {
        Map<String, Object> config = config(Map.of(
                "group.id",
                "readers-" + protocol,
                "group.protocol",
                protocol,
                "auto.offset.reset",
                "earliest",
                "auto.commit.interval.ms",
                50));
        // A member that the stop has disconnected is to be removed soon; with the newer protocol the server sets the
        // timeout.
        if (protocol.equals("classic")) config.put("session.timeout.ms", 6000);
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("orders"));
            while (working) count.addAndGet(consumer.poll(Duration.ofMillis(50)).count());
        }
    }

    private void administer(AtomicLong count) throws Exception {
        try (Admin admin = Admin.create(config(Map.of()))) {
            while (working) {
                admin.listTopics().names().get();
                admin.listGroups().all().get();
                count.incrementAndGet();
            }
        }
    }
}
