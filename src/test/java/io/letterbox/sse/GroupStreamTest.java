package io.letterbox.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.letterbox.access.Principal;
import io.letterbox.config.SseConfig;
import io.letterbox.groups.Caller;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.GroupView;
import io.letterbox.http.Json;
import io.letterbox.record.TopicPartition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams as group members, on real sockets, with a real coordinator without a storage. */
class GroupStreamTest {
    private TestStreams streams;

    @BeforeEach
    void start() {
        streams = new TestStreams();
        streams.createTopic("t", 4);
        streams.groups
                .coordinator()
                .ask(new GroupCommand.ImageChanged(streams.storage.metadata().image()));
    }

    @AfterEach
    void stop() {
        streams.close();
    }

    private GroupView group() {
        return streams.groups
                .ask(new GroupCommand.ViewGroup("g"), Principal.ANONYMOUS)
                .await();
    }

    private Map<Integer, Long> committed() {
        Map<Integer, Long> committed = new HashMap<>();
        group().offsets().forEach((partition, offset) -> committed.put(partition.partition(), offset.offset()));
        return committed;
    }

    private static Set<Integer> assigned(TestStream stream) throws Exception {
        EventStreamParser.Event event = stream.next();
        assertThat(event.type()).isEqualTo("assigned");
        JsonNode told = Json.MAPPER.readTree(event.data());
        assertThat(told.get("group").asText()).isEqualTo("g");
        assertThat(told.get("memberId").asText()).startsWith("sse-1-1-");
        Set<Integer> partitions = new HashSet<>();
        told.get("partitions")
                .forEach(each -> partitions.add(each.get("partition").asInt()));
        return partitions;
    }

    @Test
    void aStreamReadsAllCommitsWhatItsSocketTookAndLeavesAtOnce() throws Exception {
        streams.publish("t", 2, "before");
        try (TestStream stream = streams.open("/topics/t/events?group=g&from=earliest")) {
            assertThat(assigned(stream)).containsExactlyInAnyOrder(0, 1, 2, 3);
            EventStreamParser.Event record = stream.next();
            assertThat(record.data()).isEqualTo("before");
            assertThat(record.lastEventId()).isEqualTo("t/2/0");
            await().until(() -> committed().equals(Map.of(0, 0L, 1, 0L, 2, 1L, 3, 0L)));
            assertThat(group().members()).hasSize(1);
        }
        await().until(() -> group().members().isEmpty());
        // A group ignores the id that an event source sends.
        try (TestStream stream = streams.open("/topics/t/events?group=g&from=earliest", "Last-Event-ID: t/2/700")) {
            assigned(stream);
            streams.publish("t", 2, "after");
            assertThat(stream.next().lastEventId()).isEqualTo("t/2/1");
        }
    }

    @Test
    void overHttp10AStreamCommitsToo() throws Exception {
        try (TestStream stream =
                new TestStream(streams.sockets.port(), "HTTP/1.0", 0, "/topics/t/events?group=g&from=earliest")) {
            assertThat(assigned(stream)).hasSize(4);
            streams.publish("t", 0, "v");
            assertThat(stream.next().data()).isEqualTo("v");
            await().until(() -> committed().getOrDefault(0, 0L) == 1);
        }
    }

    @Test
    void aStreamThatIsOldHasCommittedAllBeforeItEnds() throws Exception {
        streams.close();
        streams = new TestStreams(new SseConfig(3600, 10, 20, 5, 32_768, 65_536, 600, 300), 100);
        streams.createTopic("t", 4);
        streams.groups
                .coordinator()
                .ask(new GroupCommand.ImageChanged(streams.storage.metadata().image()));
        try (TestStream stream = streams.open("/topics/t/events?group=g&from=earliest")) {
            assertThat(assigned(stream)).hasSize(4);
            streams.publish("t", 0, "v");
            assertThat(stream.next().data()).isEqualTo("v");
            stream.awaitEnd();
        }
        assertThat(committed()).containsEntry(0, 1L);
        await().until(() -> group().members().isEmpty());
    }

    @Test
    void aStreamWhoseCoordinatorIsSilentSaysSo() throws Exception {
        streams.close();
        streams = new TestStreams(TestStreams.CALM, 100, 2000);
        streams.createTopic("t", 4);
        streams.groups
                .coordinator()
                .ask(new GroupCommand.ImageChanged(streams.storage.metadata().image()));
        try (TestStream stream = streams.open("/topics/t/events?group=g&from=earliest")) {
            assertThat(assigned(stream)).hasSize(4);
            streams.groups.silence();
            stream.awaitEnd();
        }
        assertThat(streams.scrape())
                .contains("letterbox_sse_disconnects_total{reason=\"coordinator\"} 1")
                .contains("letterbox_sse_disconnects_total{reason=\"storage\"} 0");
    }

    @Test
    void aHeartbeatThatIsLostIsSentAgain() throws Exception {
        try (TestStream first = streams.open("/topics/t/events?group=g")) {
            assertThat(assigned(first)).hasSize(4);
            streams.groups.loseHeartbeats(1);
            try (TestStream second = joinLater()) {
                assertThat(assigned(first)).hasSize(2);
                assertThat(assigned(second)).hasSize(2);
            }
        }
    }

    /** Once the heartbeat that is lost cannot be the one that joins. */
    private TestStream joinLater() throws Exception {
        await().until(streams.groups::hasLostAll);
        return streams.open("/topics/t/events?group=g");
    }

    @Test
    void twoStreamsShareAndTheOtherOneGoesOnWhereTheFirstStopped() throws Exception {
        try (TestStream first = streams.open("/topics/t/events?group=g")) {
            assertThat(assigned(first)).hasSize(4);
            Set<Integer> kept;
            try (TestStream second = streams.open("/topics/t/events?group=g")) {
                kept = assigned(first);
                assertThat(kept).hasSize(2);
                Set<Integer> others = assigned(second);
                assertThat(others).hasSize(2).doesNotContainAnyElementsOf(kept);
                int moved = others.iterator().next();
                streams.publish("t", moved, "for the second");
                assertThat(second.next().data()).isEqualTo("for the second");
                await().until(() -> committed().getOrDefault(moved, 0L) == 1);
            }
            assertThat(assigned(first)).hasSize(4);
            for (int p = 0; p < 4; p++) streams.publish("t", p, "again");
            for (int p = 0; p < 4; p++) assertThat(first.next().data()).isEqualTo("again");
        }
    }

    @Test
    void withManualAcknowledgementNothingIsCommitted() throws Exception {
        try (TestStream stream = streams.open("/topics/t/events?group=g&ack=manual&from=earliest")) {
            assigned(stream);
            streams.publish("t", 0, "v");
            assertThat(stream.next().data()).isEqualTo("v");
            assertThat(committed()).isEmpty();
        }
        await().until(() -> group().members().isEmpty());
        assertThat(committed()).isEmpty();
    }

    @Test
    void whereAGroupBeginsIsCommittedBeforeItReads() throws Exception {
        streams.publish("t", 0, "earlier");
        try (TestStream stream = streams.open("/topics/t/events?group=g&ack=manual")) {
            assertThat(assigned(stream)).hasSize(4);
            assertThat(committed()).isEqualTo(Map.of(0, 1L, 1, 0L, 2, 0L, 3, 0L));
            streams.publish("t", 0, "never acknowledged");
            assertThat(stream.nextData()).isEqualTo("never acknowledged");
        }
        await().until(() -> group().members().isEmpty());
        try (TestStream stream = streams.open("/topics/t/events?group=g&ack=manual")) {
            assigned(stream);
            assertThat(stream.nextData()).isEqualTo("never acknowledged");
        }
    }

    /** Like a page that is frozen, or a process that is stopped: its kernel accepts everything. */
    @Test
    void aClientThatDoesNotAcknowledgeAnyMoreIsLetGo() throws Exception {
        streams.close();
        streams = new TestStreams(new SseConfig(3600, 10, 20, 0, 32_768, 65_536, 600, 2), 100);
        streams.createTopic("t", 4);
        streams.groups
                .coordinator()
                .ask(new GroupCommand.ImageChanged(streams.storage.metadata().image()));
        try (TestStream frozen = streams.open("/topics/t/events?group=g&ack=manual&from=earliest")) {
            assertThat(assigned(frozen)).hasSize(4);
            streams.publish("t", 0, "for nobody");
            frozen.awaitEnd();
        }
        assertThat(streams.scrape()).contains("letterbox_sse_disconnects_total{reason=\"unacknowledged\"} 1");
        await().until(() -> group().members().isEmpty());
        try (TestStream next = streams.open("/topics/t/events?group=g&ack=manual&from=earliest")) {
            assigned(next);
            assertThat(next.nextData()).isEqualTo("for nobody");
        }
    }

    @Test
    void whatAGroupMissesIsToldAsAGap() throws Exception {
        streams.groups
                .ask(
                        new GroupCommand.SetOffsets(
                                "g",
                                null,
                                new TreeMap<>(Map.of(
                                        new TopicPartition("t", 1),
                                        new GroupCommand.SetOffsets.TargetOffset(99, "", Uuid.ZERO_UUID)))),
                        Principal.ANONYMOUS)
                .await();
        try (TestStream stream = streams.open("/topics/t/events?group=g")) {
            EventStreamParser.Event gap = stream.next();
            assertThat(gap.type()).isEqualTo("gap");
            assertThat(gap.data()).contains("\"requested\":99", "\"resumedFrom\":0", "truncated");
            assigned(stream);
        }
    }

    /** The offset was committed where the partition is led; the replica here has yet to get that far. */
    @Test
    void aReplicaThatIsBehindTheGroupIsWaitedFor() throws Exception {
        streams.storage.follow();
        streams.groups
                .ask(
                        new GroupCommand.SetOffsets(
                                "g",
                                null,
                                new TreeMap<>(Map.of(
                                        new TopicPartition("t", 1),
                                        new GroupCommand.SetOffsets.TargetOffset(2, "", Uuid.ZERO_UUID)))),
                        Principal.ANONYMOUS)
                .await();
        try (TestStream stream = streams.open("/topics/t/events?group=g")) {
            assigned(stream);
            for (String value : List.of("v0", "v1", "v2")) streams.publish("t", 1, value);
            assertThat(stream.next().data()).isEqualTo("v2");
        }
    }

    /** A node that is gone cannot say that its streams are, too. */
    @Test
    void aStreamReplacesTheMemberThatItWasAtANodeThatIsGone() throws Exception {
        String gone = "sse-9-5-" + UUID.randomUUID();
        join(gone);
        assertThat(group().members()).extracting(GroupView.Member::id).containsExactly(gone);
        try (TestStream stream = streams.open("/topics/t/events?group=g&replaces=" + gone)) {
            assertThat(assigned(stream)).containsExactlyInAnyOrder(0, 1, 2, 3);
            assertThat(group().members())
                    .extracting(GroupView.Member::id)
                    .hasSize(1)
                    .doesNotContain(gone);
        }
    }

    private void join(String memberId) {
        ConsumerGroupHeartbeatRequestData data = new ConsumerGroupHeartbeatRequestData()
                .setGroupId("g")
                .setMemberId(memberId)
                .setMemberEpoch(0)
                .setRebalanceTimeoutMs(10_000)
                .setSubscribedTopicNames(List.of("t"))
                .setTopicPartitions(List.of());
        streams.groups
                .ask(
                        new GroupCommand.ConsumerGroupHeartbeat(new Caller("sse", "/127.0.0.1", (short) 9), data),
                        Principal.ANONYMOUS)
                .await();
    }

    @Test
    void whatMakesNoSenseIsRefused() throws Exception {
        for (String query : List.of(
                "group=",
                "group=g&partition=0",
                "group=g&key=k",
                "group=g&from=5",
                "group=g&ack=maybe",
                "ack=auto",
                "replaces=sse-1-1-0b54cdf3-0000-0000-0000-000000000000",
                "group=g&replaces=consumer-1")) {
            assertThat(streams.get("/topics/t/events?" + query).statusCode())
                    .as(query)
                    .isEqualTo(400);
        }
        assertThat(group()).isNull();
        assertThat(streams.get("/topics/none/events?group=g").statusCode()).isEqualTo(404);
    }
}
