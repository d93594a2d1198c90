package io.letterbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.letterbox.bus.LogReader;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.record.TopicPartition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The connections of the Kafka server: everything between the socket and the handlers. */
class KafkaDoorTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private TestKafkaDoor door = new TestKafkaDoor();

    @BeforeEach
    void listen() {
        door.storage.createTopic("t", 2, Map.of());
        log.start();
        logger().addAppender(log);
        logger().setLevel(Level.DEBUG);
    }

    @AfterEach
    void close() {
        logger().detachAppender(log);
        logger().setLevel(null);
        door.close();
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(KafkaConnection.class);
    }

    private void reopen(TestKafkaDoor other) {
        door.close();
        door = other;
        door.storage.createTopic("t", 2, Map.of());
    }

    private static MetadataRequestData noTopics() {
        return new MetadataRequestData().setTopics(List.of());
    }

    private static void assertAlive(FrameClient client) {
        client.ask(ApiKeys.METADATA, 12, noTopics(), new MetadataResponseData());
    }

    private static void produceAnswer(FrameClient client, int correlationId, long offset) {
        ProduceResponseData answer = client.receive(ApiKeys.PRODUCE, 9, correlationId, new ProduceResponseData());
        assertThat(Produces.only(answer).baseOffset()).isEqualTo(offset);
    }

    @Test
    void answersComeInTheOrderOfTheRequests() {
        door.storage.hold();
        try (FrameClient client = door.connect()) {
            for (int id = 0; id < 5; id++) client.send(ApiKeys.PRODUCE, 9, id, Produces.to("t", id % 2, "r" + id));
            // The response is known at once, and has to wait for the one before.
            client.send(ApiKeys.PRODUCE, 9, 5, Produces.to("unknown", 0, "x"));
            client.send(ApiKeys.METADATA, 12, 6, noTopics());
            client.send(ApiKeys.PRODUCE, 9, 7, Produces.to("t", 0, "last"));
            Awaitility.await().until(() -> door.storage.appends() == 5);
            assertThat(client.isSilent(50)).isTrue();
            door.storage.release();
            for (int id = 0; id < 5; id++) produceAnswer(client, id, id / 2);
            produceAnswer(client, 5, -1);
            client.receive(ApiKeys.METADATA, 12, 6, new MetadataResponseData());
            produceAnswer(client, 7, 3);
        }
    }

    @Test
    void onlySoManyProduceRequestsAreUnderWay() {
        int all = KafkaConnection.MAX_PIPELINED + 3;
        door.storage.hold();
        try (FrameClient client = door.connect()) {
            for (int id = 0; id < all; id++) client.send(ApiKeys.PRODUCE, 9, id, Produces.to("t", 0, "r" + id));
            Awaitility.await().until(() -> door.storage.appends() == KafkaConnection.MAX_PIPELINED);
            assertThat(client.isSilent(50)).isTrue();
            assertThat(door.storage.appends()).isEqualTo(KafkaConnection.MAX_PIPELINED);
            door.storage.release();
            for (int id = 0; id < all; id++) produceAnswer(client, id, id);
        }
    }

    @Test
    void framesMayComeInAnyPieces() {
        byte[] first = FrameClient.frame(ApiKeys.PRODUCE, 9, 1, Produces.to("t", 0, "a"));
        byte[] second = FrameClient.frame(ApiKeys.METADATA, 12, 2, noTopics());
        byte[] both = ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
        try (FrameClient client = door.connect()) {
            for (byte next : both) client.write(next);
            produceAnswer(client, 1, 0);
            client.receive(ApiKeys.METADATA, 12, 2, new MetadataResponseData());
            client.write(both);
            produceAnswer(client, 1, 1);
            client.receive(ApiKeys.METADATA, 12, 2, new MetadataResponseData());
        }
    }

    @Test
    void aFrameThatIsTooLongIsRefusedBeforeItComes() {
        refused(length(1 << 20 | 1, ApiKeys.PRODUCE), "1048577 bytes");
        refused(length(-1, ApiKeys.PRODUCE), "-1 bytes");
        refused(length(RequestDecoder.FIXED_HEADER_BYTES - 1, ApiKeys.METADATA), "7 bytes");
        assertThat(door.budget.usedBytes()).isZero();
    }

    private static byte[] length(int length, ApiKeys api) {
        return ByteBuffer.allocate(6).putInt(length).putShort(api.id).array();
    }

    /** Sends bytes, and expects that the connection is closed with one log message that contains the reason. */
    private void refused(byte[] bytes, String why) {
        log.list.clear();
        try (FrameClient client = door.connect()) {
            client.write(bytes);
            client.awaitClose();
        }
        assertThat(log.list)
                .singleElement()
                .extracting(ILoggingEvent::getFormattedMessage)
                .asString()
                .contains("127.0.0.1", why);
    }

    @Test
    void whatIsNoKafkaIsRefusedWithALineThatHelps() {
        refused("GET /topics HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII), "HTTP");
        refused(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1}, "TLS");
        refused("SSH-2.0-OpenSSH_9.2\r\n".getBytes(StandardCharsets.US_ASCII), "does not speak the Kafka protocol");
    }

    @Test
    void whoeverGoesOnMeaningNothingDoesNotFillTheLog() {
        for (int i = 0; i < 20; i++) {
            try (FrameClient client = door.connect()) {
                client.write("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
                client.awaitClose();
            }
        }
        assertThat(log.list).hasSize(20);
        assertThat(log.list).filteredOn(event -> event.getLevel() == Level.WARN).hasSize(1);
    }

    @Test
    void requestsThatMeanNothingAreRefused() {
        byte[] noApi = FrameClient.frame(ApiKeys.METADATA, 12, 1, noTopics());
        noApi[4] = 99;
        refused(noApi, "no API with the key");
        byte[] noVersion = FrameClient.frame(ApiKeys.METADATA, 12, 1, noTopics());
        noVersion[7] = 99;
        refused(noVersion, "version 99 of METADATA");
        byte[] rest = FrameClient.frame(ApiKeys.METADATA, 12, 1, noTopics());
        byte[] shorter = java.util.Arrays.copyOf(rest, rest.length - 2);
        ByteBuffer.wrap(shorter).putInt(shorter.length - Integer.BYTES);
        refused(shorter, "METADATA in version 12 is malformed");
    }

    /** librdkafka 2.2 and later append three zeros, and Kafka ignores bytes behind a request. */
    @Test
    void bytesBehindARequestAreNobodysBusiness() {
        try (FrameClient client = door.connect()) {
            for (int version = ApiKeys.METADATA.oldestVersion(); version <= 13; version++) {
                byte[] exact = FrameClient.frame(ApiKeys.METADATA, version, version, noTopics());
                byte[] longer = java.util.Arrays.copyOf(exact, exact.length + 3);
                ByteBuffer.wrap(longer).putInt(longer.length - Integer.BYTES);
                client.write(longer).receive(ApiKeys.METADATA, version, version, new MetadataResponseData());
            }
        }
    }

    /** One byte per element suffices to announce a list of a million, each of which would become an object. */
    @Test
    void aListThatOnlyClaimsToBeLongTakesNoMemory() {
        byte[] frame = ByteBuffer.allocate(900_000)
                .putInt(900_000 - Integer.BYTES)
                .putShort(ApiKeys.METADATA.id)
                .putShort((short) 0)
                .putInt(1)
                .putShort((short) -1)
                .putInt(Integer.MAX_VALUE)
                .array();
        refused(frame, "METADATA in version 0 is malformed");
    }

    @Test
    void whatKafkaKnowsAndWeDoNotServeIsAnsweredSo() {
        try (FrameClient client = door.connect()) {
            ShareFetchResponseData answer = client.ask(
                    ApiKeys.SHARE_FETCH,
                    1,
                    new ShareFetchRequestData().setGroupId("g").setMemberId("m"),
                    new ShareFetchResponseData());
            assertThat(answer.errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
            assertAlive(client);
        }
    }

    @Test
    void aVersionOfTheFutureLearnsOurs() {
        byte[] future = FrameClient.frame(ApiKeys.API_VERSIONS, 3, 9, new ApiVersionsRequestData());
        future[7] = 99;
        try (FrameClient client = door.connect()) {
            ApiVersionsResponseData answer =
                    client.write(future).receive(ApiKeys.API_VERSIONS, 0, 9, new ApiVersionsResponseData());
            assertThat(answer.errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
            assertThat(answer.apiKeys()).singleElement().satisfies(versions -> {
                assertThat(versions.apiKey()).isEqualTo(ApiKeys.API_VERSIONS.id);
                assertThat(versions.maxVersion()).isEqualTo(ApiVersionsApi.MAX_VERSION);
            });
            assertAlive(client);
        }
    }

    @Test
    void withoutAcknowledgementsThereIsNoAnswer() {
        try (FrameClient client = door.connect()) {
            client.send(ApiKeys.PRODUCE, 9, 1, Produces.to("t", 0, "a").setAcks((short) 0));
            assertAlive(client);
            LogReader reader = door.storage;
            assertThat(reader.status(T0).highWatermark()).isEqualTo(1);
            client.send(ApiKeys.PRODUCE, 9, 2, Produces.to("unknown", 0, "a").setAcks((short) 0));
            client.awaitClose();
        }
    }

    @Test
    void connectionsBeyondTheLimitAreClosed() {
        reopen(new TestKafkaDoor(
                TestKafkaDoor.settings(2, 600), LetterboxConfig.defaults().limits()));
        try (FrameClient first = door.connect()) {
            try (FrameClient second = door.connect()) {
                assertAlive(first);
                assertAlive(second);
                try (FrameClient third = door.connect()) {
                    third.awaitClose();
                }
            }
            Awaitility.await().until(() -> door.entrance.open() == 1);
            try (FrameClient again = door.connect()) {
                assertAlive(again);
            }
        }
    }

    @Test
    void nobodyIsLetInBeforeTheMetadataSaysWhereWeAre() {
        KafkaSockets early = new KafkaSockets(() -> {});
        assertThat(early.acceptsConnections()).isFalse();
        early.acceptConnections();
        assertThat(early.acceptsConnections()).isTrue();
    }

    @Test
    void idleConnectionsAreClosed() {
        reopen(new TestKafkaDoor(
                TestKafkaDoor.settings(100, 1), LetterboxConfig.defaults().limits()));
        try (FrameClient client = door.connect()) {
            assertAlive(client);
            client.awaitClose();
        }
    }

    @Test
    void publishersWaitForTheBudgetAndOthersDoNot() {
        reopen(new TestKafkaDoor(TestKafkaDoor.settings(100, 600), TestKafkaDoor.smallBudget(8_192)));
        door.storage.hold();
        String large = "x".repeat(5_000);
        try (FrameClient first = door.connect();
                FrameClient second = door.connect()) {
            first.send(ApiKeys.PRODUCE, 9, 1, Produces.to("t", 0, large));
            Awaitility.await().until(() -> door.storage.appends() == 1);
            assertThat(door.budget.usedBytes()).isGreaterThan(5_000);
            second.send(ApiKeys.PRODUCE, 9, 1, Produces.to("t", 1, large));
            assertThat(second.isSilent(50)).isTrue();
            assertThat(door.storage.appends()).isEqualTo(1);
            try (FrameClient third = door.connect()) {
                assertAlive(third);
            }
            door.storage.release();
            produceAnswer(first, 1, 0);
            produceAnswer(second, 1, 0);
            assertThat(door.budget.usedBytes()).isZero();
        }
    }

    /** Otherwise large requests would wait for ever while small ones keep coming. */
    @Test
    void nobodyOvertakesInTheQueueForTheBudget() {
        reopen(new TestKafkaDoor(TestKafkaDoor.settings(100, 600), TestKafkaDoor.smallBudget(8_192)));
        door.storage.hold();
        String large = "x".repeat(5_000);
        try (FrameClient first = door.connect();
                FrameClient second = door.connect();
                FrameClient third = door.connect()) {
            first.send(ApiKeys.PRODUCE, 9, 1, Produces.to("t", 0, large));
            Awaitility.await().until(() -> door.storage.appends() == 1);
            second.send(ApiKeys.PRODUCE, 9, 1, Produces.to("t", 0, large));
            assertThat(second.isSilent(50)).isTrue();
            third.send(ApiKeys.PRODUCE, 9, 1, Produces.to("t", 1, "small"));
            assertThat(third.isSilent(50)).isTrue();
            assertThat(door.storage.appends()).isEqualTo(1);
            door.storage.release();
            produceAnswer(second, 1, 1);
            produceAnswer(third, 1, 0);
        }
        Awaitility.await().until(() -> door.budget.usedBytes() == 0);
    }

    /** The responses together are larger than all buffers in between, so they have to wait for the client. */
    @Test
    void aClientThatTakesNoAnswersIsNotReadAnyMore() throws Exception {
        for (int topic = 0; topic < 20; topic++) door.storage.createTopic("topic-" + topic, 100, Map.of());
        int requests = 2_000;
        MetadataRequestData all = new MetadataRequestData().setTopics(null);
        try (FrameClient client = door.connect()) {
            Thread writer = new Thread(() -> {
                for (int id = 0; id < requests; id++) client.send(ApiKeys.METADATA, 12, id, all);
            });
            writer.start();
            int answered = -1;
            while (door.answered("Metadata") > answered || answered == 0) {
                answered = door.answered("Metadata");
                Thread.sleep(200);
            }
            assertThat(answered).isLessThan(requests);
            for (int id = 0; id < requests; id++) {
                client.receive(ApiKeys.METADATA, 12, id, new MetadataResponseData());
            }
            writer.join();
        }
    }

    @Test
    void aClientThatLeavesGivesItsBytesBack() {
        byte[] half = java.util.Arrays.copyOf(
                FrameClient.frame(ApiKeys.PRODUCE, 9, 1, Produces.to("t", 0, "x".repeat(100_000))), 50_000);
        try (FrameClient client = door.connect()) {
            client.write(half);
            Awaitility.await().until(() -> door.budget.usedBytes() > 100_000);
        }
        Awaitility.await().until(() -> door.budget.usedBytes() == 0);
        Awaitility.await().until(() -> door.entrance.open() == 0);
    }

    /** A request is carried out even if its client does not wait for the response. */
    @Test
    void aClientMayLeaveBeforeItsAnswer() {
        door.storage.hold();
        try (FrameClient client = door.connect()) {
            client.send(ApiKeys.PRODUCE, 9, 1, Produces.to("t", 0, "a"));
            client.send(ApiKeys.METADATA, 12, 2, noTopics());
            client.write(new byte[100]);
            Awaitility.await().until(() -> door.storage.appends() == 1);
        }
        assertThat(door.budget.usedBytes()).isPositive();
        door.storage.release();
        Awaitility.await().until(() -> door.budget.usedBytes() == 0);
        Awaitility.await().until(() -> door.entrance.open() == 0);
        assertThat(door.storage.status(T0).highWatermark()).isEqualTo(1);
    }

    @Test
    void theDoorClosesBehindTheLastAnswer() throws Exception {
        door.storage.hold();
        try (FrameClient busy = door.connect();
                FrameClient idle = door.connect()) {
            assertAlive(idle);
            busy.send(ApiKeys.PRODUCE, 9, 1, Produces.to("t", 0, "a"));
            Awaitility.await().until(() -> door.storage.appends() == 1);
            var drained = door.verticle.drain(30_000);
            idle.awaitClose();
            assertThat(drained.isComplete()).isFalse();
            door.storage.release();
            produceAnswer(busy, 1, 0);
            busy.awaitClose();
            drained.await(30, TimeUnit.SECONDS);
        }
    }
}
