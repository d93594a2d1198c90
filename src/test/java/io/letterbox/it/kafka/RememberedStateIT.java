package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.it.HonestClient;
import io.letterbox.it.ServerProcess;
import io.letterbox.it.TestClient;
import io.letterbox.kafka.FrameClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that make a server with little memory store as much state as they can, each in its own way: none of it ends
 * the server, and the state fits into memory again after a restart.
 */
class RememberedStateIT {
    private static final int PARTITIONS = 200;
    private static final int KEYS = 30_000;

    @Test
    void whatIsRememberedFitsNowAndAfterARestart(@TempDir Path directory) throws Exception {
        try (ServerProcess server = ServerProcess.in(directory)
                .jvm("-Xmx128m")
                .jvm("-XX:MaxDirectMemorySize=96m")
                .jvm("-XX:+ExitOnOutOfMemoryError")
                .set("groups.initialRebalanceDelayMs", 0)
                .set("limits.producerBytes", 2 << 20)
                .start()) {
            TestClient client = new TestClient(server.base());
            client.create("wide", PARTITIONS, Map.of());
            try (FrameClient kafka = new FrameClient(server.kafkaPort())) {
                assertThat(commit(kafka, "honest", 1, "")).isEqualTo(Errors.NONE);
            }
            HonestClient.Report report;
            try (HonestClient honest = HonestClient.begin(server.port());
                    FrameClient kafka = new FrameClient(server.kafkaPort())) {
                assertThat(commitMany(kafka, 3)).containsOnlyKeys(Errors.NONE);
                assertThat(joinMany(kafka)).containsKeys(Errors.NONE, Errors.GROUP_MAX_SIZE_REACHED);
                assertThat(commitMany(kafka, 100)).containsKeys(Errors.NONE, Errors.POLICY_VIOLATION);
                assertThat(initMany(kafka)).containsOnlyKeys(Errors.NONE);
                publishMany(server.port());
                report = honest.report();
            }
            assertThat(report.refused()).isEmpty();
            assertThat(report.count()).isPositive();
            isWithinLimits(server);
            double before = used(server, "group");
            assertThat(server.page("/metrics")).contains("letterbox_state_refused_total{part=\"groups\"}");

            server.stop();
            server.start();
            isWithinLimits(server);
            assertThat(used(server, "group")).isBetween(before * 0.9, before * 1.1);
            try (FrameClient kafka = new FrameClient(server.kafkaPort())) {
                assertThat(commit(kafka, "honest", 1, "")).isEqualTo(Errors.NONE);
            }
            assertThat(server.page("/groups?limit=5&search=honest")).contains("\"honest\"");
            client.create("after", 1, Map.of());
            assertThat(server.isAlive()).as(server.output()).isTrue();
            assertThat(server.output()).doesNotContain("OutOfMemory");
        }
    }

    private static void isWithinLimits(ServerProcess server) {
        assertThat(server.isAlive()).as(server.output()).isTrue();
        for (String part : List.of("producer", "group", "transaction")) {
            double limit = metric(server, "letterbox_limit", part);
            assertThat(used(server, part)).as(part).isBetween(limit / 10, limit * 1.1);
        }
    }

    private static double used(ServerProcess server, String part) {
        return metric(server, "letterbox_limit_used", part);
    }

    private static double metric(ServerProcess server, String name, String part) {
        String series = name + "{name=\"limits." + part + "Bytes\"} ";
        return server.page("/metrics")
                .lines()
                .filter(line -> line.startsWith(series))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length())))
                .findFirst()
                .orElseThrow();
    }

    /** Creates groups of one member each, with a megabyte of metadata. */
    private static Map<Errors, Integer> joinMany(FrameClient kafka) {
        byte[] metadata = new byte[1_000_000];
        Map<Errors, Integer> answers = new HashMap<>();
        for (int number = 0; number < 150; number++) {
            String group = "large" + number;
            JoinGroupRequestProtocolCollection protocols = new JoinGroupRequestProtocolCollection();
            protocols.add(new JoinGroupRequestProtocol().setName("range").setMetadata(metadata));
            JoinGroupResponseData joined = kafka.ask(
                    ApiKeys.JOIN_GROUP,
                    3,
                    new JoinGroupRequestData()
                            .setGroupId(group)
                            .setSessionTimeoutMs(1_800_000)
                            .setRebalanceTimeoutMs(1_800_000)
                            .setProtocolType("consumer")
                            .setProtocols(protocols),
                    new JoinGroupResponseData());
            answers.merge(Errors.forCode(joined.errorCode()), 1, Integer::sum);
            if (joined.errorCode() != 0) continue;
            SyncGroupRequestAssignment own = new SyncGroupRequestAssignment()
                    .setMemberId(joined.memberId())
                    .setAssignment(new byte[5]);
            kafka.ask(
                    ApiKeys.SYNC_GROUP,
                    2,
                    new SyncGroupRequestData()
                            .setGroupId(group)
                            .setGenerationId(joined.generationId())
                            .setMemberId(joined.memberId())
                            .setAssignments(List.of(own)),
                    new SyncGroupResponseData());
        }
        return answers;
    }

    /** Commits offsets with the longest metadata allowed. */
    private static Map<Errors, Integer> commitMany(FrameClient kafka, int groups) {
        Map<Errors, Integer> answers = new HashMap<>();
        for (int number = 0; number < groups; number++) {
            answers.merge(commit(kafka, "wordy" + number, PARTITIONS, "w".repeat(4000)), 1, Integer::sum);
        }
        return answers;
    }

    /** @return the error of the last partition */
    private static Errors commit(FrameClient kafka, String group, int partitions, String words) {
        List<OffsetCommitRequestPartition> offsets = new ArrayList<>();
        for (int number = 0; number < partitions; number++) {
            offsets.add(new OffsetCommitRequestPartition()
                    .setPartitionIndex(number)
                    .setCommittedOffset(1)
                    .setCommittedMetadata(words));
        }
        OffsetCommitResponseData answer = kafka.ask(
                ApiKeys.OFFSET_COMMIT,
                7,
                new OffsetCommitRequestData()
                        .setGroupId(group)
                        .setTopics(List.of(
                                new OffsetCommitRequestTopic().setName("wide").setPartitions(offsets))),
                new OffsetCommitResponseData());
        return Errors.forCode(
                answer.topics().get(0).partitions().get(partitions - 1).errorCode());
    }

    /** Creates transactional ids of the greatest length. */
    private static Map<Errors, Integer> initMany(FrameClient kafka) {
        Map<Errors, Integer> answers = new HashMap<>();
        for (int number = 0; number < 1500; number++) {
            InitProducerIdResponseData answer = kafka.ask(
                    ApiKeys.INIT_PRODUCER_ID,
                    2,
                    new InitProducerIdRequestData()
                            .setTransactionalId("t".repeat(30_000) + number)
                            .setTransactionTimeoutMs(60_000),
                    new InitProducerIdResponseData());
            answers.merge(Errors.forCode(answer.errorCode()), 1, Integer::sum);
        }
        return answers;
    }

    /** Publishes records with an Idempotency-Key each, many requests at once. */
    private static void publishMany(int port) throws IOException {
        int atOnce = 50;
        try (Socket socket = new Socket("127.0.0.1", port)) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            for (int number = 0; number < KEYS; number += atOnce) {
                StringBuilder requests = new StringBuilder();
                for (int next = number; next < number + atOnce; next++) {
                    requests.append("POST /topics/keys HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n")
                            .append("Idempotency-Key: \"")
                            .append(next)
                            .append("\"\r\n\r\nx");
                }
                socket.getOutputStream().write(requests.toString().getBytes(StandardCharsets.US_ASCII));
                for (int answers = 0; answers < atOnce; ) {
                    String line = in.readLine();
                    if (line == null) throw new IOException("closed");
                    if (line.contains("HTTP/1.1 200 ")) answers++;
                    else if (line.contains("HTTP/1.1 ")) throw new IOException(line);
                }
            }
        }
    }
}
