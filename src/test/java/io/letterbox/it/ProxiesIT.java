package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.letterbox.it.History.Placed;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** All features through Debian's nginx and HAProxy, configured as the documentation recommends. */
@ParameterizedClass
@EnumSource(ReverseProxy.Kind.class)
class ProxiesIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int PARTITIONS = 3;
    private static final int PUBLISHERS = 3;

    /** HAProxy checks every second, and acts on the second failure; the rest is for a busy machine. */
    private static final int NOT_READY_SECONDS = 6;

    @TempDir
    private static Path directory;

    private static SSLContext before;
    private static ServerProcess server;
    private static ReverseProxy proxy;
    private static TestClient client;

    @Parameter
    private ReverseProxy.Kind kind;

    @BeforeParameterizedClassInvocation
    static void start(ReverseProxy.Kind kind) throws Exception {
        before = SSLContext.getDefault();
        Path own = directory.resolve(kind.name());
        server = ServerProcess.in(own.resolve("server")).start();
        Certificate certificate = Certificate.in(own);
        SSLContext.setDefault(certificate.trusting());
        proxy = ReverseProxy.start(kind, own.resolve("proxy"), server, certificate);
        client = new TestClient(proxy.base());
        awaitTopics();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        SSLContext.setDefault(before);
        if (proxy != null) proxy.close();
        if (server != null) server.close();
    }

    @Test
    void aStreamArrivesAtOnceWholeAndInOrder() throws IOException {
        client.create("whole", PARTITIONS, Map.of());
        try (Follower follower = new Follower("whole")) {
            // Each record arrives before the next one is published: the proxy buffers nothing.
            for (int i = 0; i < 10; i++) {
                client.publish("whole", "alone " + i, null);
                int sent = i + 1;
                await().atMost(LIMIT).until(() -> follower.count() == sent);
            }
            for (int request = 0; request < 20; request++) client.publishLines("whole", lines(request, 500), "/key");
            follower.awaitLog();
            assertThat(follower.reader.connections()).isEqualTo(1);
        }
    }

    @Test
    void whatAMemberOfAGroupDidNotReadComesAgain() throws IOException {
        client.create("shared", 1, Map.of());
        String path = "/topics/shared/events?group=readers&from=earliest";
        Set<String> first = ConcurrentHashMap.newKeySet();
        try (SseReader reader = new SseReader(proxy.base().resolve(path), event -> first.add(event.data()))) {
            awaitMembers("readers", 1);
            client.publish("shared", "before", null);
            await().atMost(LIMIT).until(() -> first.contains("before"));
            await().atMost(LIMIT).until(() -> committed("readers") == 1);
            assertThat(reader.failure()).isNull();
        }
        Queue<String> second = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < 10; i++) client.publish("shared", "after " + i, null);
        try (SseReader reader = new SseReader(proxy.base().resolve(path), event -> second.add(event.data()))) {
            for (int i = 0; i < 10; i++) {
                String value = "after " + i;
                await(value).atMost(LIMIT).until(() -> second.contains(value));
            }
            assertThat(second).doesNotContain("before");
            awaitMembers("readers", 1);
            await().atMost(LIMIT).until(() -> committed("readers") == 11);
            assertThat(reader.failure()).isNull();
        }
    }

    @Test
    void aKilledServerCostsNothing() {
        whilePublishing("killed", server::restart);
    }

    @Test
    void aDrainedServerCostsNothingAndIsTakenOutBeforeItRefuses() {
        server.stop();
        server.set("shutdown.notReadySeconds", kind == ReverseProxy.Kind.HAPROXY ? NOT_READY_SECONDS : 0)
                .start();
        awaitTopics();
        int known = proxy.log().size();
        whilePublishing("drained", () -> {
            assertThat(server.stop()).as(server.output()).isZero();
            server.start();
        });
        if (kind == ReverseProxy.Kind.HAPROXY) {
            // HAProxy logs the responses that it makes itself, because it has no server, in that way; those of a server
            // have its name.
            assertThat(proxy.log().stream().skip(known).filter(line -> line.contains(" letterbox/a ")))
                    .isNotEmpty()
                    .noneMatch(line -> line.matches(".* letterbox/a \\S+ (-1|50[0-9]) .*"));
        }
    }

    private static void awaitTopics() {
        await("the proxy has found its server")
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> client.get("/topics") != null);
    }

    /**
     * Publishers and a reader go on while something happens to the server, and nothing is lost, duplicated or
     * reordered.
     */
    private static void whilePublishing(String topic, Runnable event) {
        client.create(topic, PARTITIONS, Map.of());
        List<RepeatingPublisher> publishers = new ArrayList<>();
        try (Follower follower = new Follower(topic)) {
            for (int i = 0; i < PUBLISHERS; i++) {
                publishers.add(new RepeatingPublisher(proxy.base(), topic, "publisher" + i));
            }
            awaitProgress(publishers);
            await().atMost(LIMIT).until(() -> follower.count() > 0);
            event.run();
            awaitProgress(publishers);
            publishers.forEach(RepeatingPublisher::close);
            assertThat(publishers).allMatch(publisher -> publisher.failure() == null);
            follower.awaitLog();
        } finally {
            publishers.forEach(RepeatingPublisher::close);
        }
        List<Placed> stored =
                client.log(topic).values().stream().flatMap(List::stream).toList();
        assertThat(stored)
                .containsExactlyInAnyOrderElementsOf(publishers.stream()
                        .flatMap(each -> each.acknowledged().stream())
                        .toList());
        assertThat(stored.stream().map(Placed::value)).doesNotHaveDuplicates();
    }

    private static void awaitProgress(List<RepeatingPublisher> publishers) {
        List<Integer> now =
                publishers.stream().map(each -> each.acknowledged().size()).toList();
        await("every publisher has more acknowledged").atMost(LIMIT).until(() -> {
            for (int i = 0; i < now.size(); i++) {
                RepeatingPublisher each = publishers.get(i);
                if (each.failure() != null) throw new AssertionError(each.failure());
                if (each.acknowledged().size() < now.get(i) + 100) return false;
            }
            return true;
        });
    }

    private static List<String> lines(int request, int count) {
        return Stream.iterate(request * count, i -> i + 1)
                .limit(count)
                .map(i -> "{\"key\":\"" + i % 7 + "\",\"n\":" + i + "}")
                .toList();
    }

    private static void awaitMembers(String group, int count) {
        await().atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> client.get("/groups/" + group).get("members").size() == count);
    }

    private static long committed(String group) {
        JsonNode offset = client.get("/groups/" + group).at("/offsets/0/offset");
        return offset.isNumber() ? offset.asLong() : -1;
    }

    /** A reader of all partitions through the proxy. */
    private static final class Follower implements AutoCloseable {
        private final String topic;
        private final Map<TopicPartition, List<Placed>> seen = new ConcurrentHashMap<>();
        private final SseReader reader;

        Follower(String topic) {
            this.topic = topic;
            this.reader = new SseReader(
                    proxy.base().resolve("/topics/" + topic + "/events?format=envelope&from=earliest"), this::note);
        }

        private void note(SseReader.Event event) {
            if (!event.type().equals("message")) return;
            try {
                JsonNode record = JSON.readTree(event.data());
                TopicPartition partition =
                        new TopicPartition(topic, record.get("partition").asInt());
                seen.computeIfAbsent(partition, p -> Collections.synchronizedList(new ArrayList<>()))
                        .add(new Placed(
                                partition,
                                record.get("offset").asLong(),
                                record.get("value").asText()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        int count() {
            if (reader.failure() != null) throw new AssertionError(reader.failure());
            return seen.values().stream().mapToInt(List::size).sum();
        }

        /** Waits until it has all records, and checks that they are the same, in each partition's order. */
        void awaitLog() {
            Map<TopicPartition, List<Placed>> log = client.log(topic);
            int records = log.values().stream().mapToInt(List::size).sum();
            await(records + " records of " + topic).atMost(LIMIT).until(() -> count() >= records);
            log.forEach((partition, placed) -> assertThat(seen.getOrDefault(partition, List.of()))
                    .as(partition.toString())
                    .isEqualTo(placed));
        }

        @Override
        public void close() {
            reader.close();
        }
    }
}
