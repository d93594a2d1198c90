package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.it.HonestClient;
import io.letterbox.it.ServerProcess;
import io.letterbox.kafka.FrameClient;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Single frames that are meant to block the server; an honest client of the HTTP server notices next to nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KafkaAttacksIT {
    private static final Duration QUIET = Duration.ofSeconds(5);
    private static final int ANSWER_LIMIT_MS = 60_000;
    private static final int MANY = 50_000;
    private static final int ATTEMPTS = 4;

    private ServerProcess server;
    private HonestClient honest;
    private int members;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        server = ServerProcess.in(directory).jvm("-Xmx512m").start();
        honest = HonestClient.begin(server.port());
        attack(ApiKeys.FIND_COORDINATOR, 4, new FindCoordinatorRequestData().setCoordinatorKeys(List.of("g")));
    }

    /** The frames that are sent repeatedly for some seconds. */
    private interface Attack {
        void send() throws Exception;
    }

    /**
     * Compares the honest client's figures before and during the attack. Other load on the machine slows requests, too,
     * so the attack is only blamed for what is slow repeatedly; a request that is refused is always a failure.
     */
    private void theHonestClientNoticesNothingOf(Attack attack) throws Exception {
        List<String> harm = List.of();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            HonestClient.Report quiet = honest.reportOf(QUIET);
            long until = System.nanoTime() + QUIET.toNanos();
            do attack.send();
            while (System.nanoTime() < until);
            HonestClient.Report meanwhile = honest.report();
            assertThat(server.isAlive()).isTrue();
            assertThat(server.output()).doesNotContain("OutOfMemory", "StackOverflow", " ERROR ");
            assertThat(meanwhile.refused()).isEmpty();
            harm = meanwhile.harmBeside(quiet);
            if (harm.isEmpty()) return;
        }
        assertThat(harm).isEmpty();
    }

    @AfterAll
    void stop() {
        if (honest != null) honest.close();
        if (server != null) server.close();
    }

    /** Sends a frame over a connection of its own and waits for its answer, or for the end of the connection. */
    private void attack(ApiKeys api, int version, ApiMessage body) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.kafkaPort())) {
            socket.setSoTimeout(ANSWER_LIMIT_MS);
            socket.getOutputStream().write(FrameClient.frame(api, version, 1, body));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            int length = in.readInt();
            assertThat(length).as("bytes of the answer to %s", api).isLessThan(1 << 20);
            in.skipNBytes(length);
        }
    }

    @Test
    void equalKeysInRequests() throws Exception {
        theHonestClientNoticesNothingOf(this::sendEqualKeys);
    }

    private void sendEqualKeys() throws IOException {
        JoinGroupRequestData join = new JoinGroupRequestData()
                .setGroupId("g")
                .setSessionTimeoutMs(30_000)
                .setRebalanceTimeoutMs(30_000)
                .setProtocolType("consumer");
        for (int i = 0; i < MANY; i++) join.protocols().add(new JoinGroupRequestProtocol());
        attack(ApiKeys.JOIN_GROUP, 7, join);

        CreateTopicsRequestData create = new CreateTopicsRequestData();
        for (int i = 0; i < MANY; i++) create.topics().add(new CreatableTopic().setName(""));
        attack(ApiKeys.CREATE_TOPICS, 5, create);

        ProduceRequestData produce = new ProduceRequestData().setAcks((short) -1);
        for (int i = 0; i < MANY; i++) produce.topicData().add(new TopicProduceData().setName(""));
        attack(ApiKeys.PRODUCE, 9, produce);

        IncrementalAlterConfigsRequestData alter = new IncrementalAlterConfigsRequestData();
        for (int i = 0; i < MANY; i++) alter.resources().add(new AlterConfigsResource().setResourceType((byte) 2));
        attack(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, alter);

        AddPartitionsToTxnRequestData add = new AddPartitionsToTxnRequestData().setV3AndBelowTransactionalId("tx");
        for (int i = 0; i < MANY; i++) add.v3AndBelowTopics().add(new AddPartitionsToTxnTopic());
        attack(ApiKeys.ADD_PARTITIONS_TO_TXN, 3, add);

        OffsetForLeaderEpochRequestData epochs = new OffsetForLeaderEpochRequestData().setReplicaId(-1);
        for (int i = 0; i < MANY; i++) epochs.topics().add(new OffsetForLeaderTopic());
        attack(ApiKeys.OFFSET_FOR_LEADER_EPOCH, 4, epochs);
    }

    @Test
    void equalKeysInAnswers() throws Exception {
        theHonestClientNoticesNothingOf(() -> {
            DeleteGroupsRequestData delete =
                    new DeleteGroupsRequestData().setGroupsNames(Collections.nCopies(3_000, ""));
            attack(ApiKeys.DELETE_GROUPS, 2, delete);
            MetadataRequestTopic empty = new MetadataRequestTopic().setName("");
            attack(ApiKeys.METADATA, 0, new MetadataRequestData().setTopics(Collections.nCopies(1_500, empty)));
            FindCoordinatorRequestData find =
                    new FindCoordinatorRequestData().setCoordinatorKeys(Collections.nCopies(400_000, ""));
            attack(ApiKeys.FIND_COORDINATOR, 4, find);
            DescribeGroupsRequestData describe =
                    new DescribeGroupsRequestData().setGroups(Collections.nCopies(400_000, ""));
            attack(ApiKeys.DESCRIBE_GROUPS, 5, describe);
        });
    }

    @Test
    void expressionsThatUnrollOrTakeForEver() throws Exception {
        List<MetadataRequestTopic> names = new ArrayList<>();
        for (int i = 100; i < 990; i++) names.add(new MetadataRequestTopic().setName("a".repeat(240) + i));
        attack(ApiKeys.METADATA, 9, new MetadataRequestData().setTopics(names));

        theHonestClientNoticesNothingOf(this::join);
    }

    /** Joins groups by one expression after the other; every time with new members. */
    private void join() throws IOException {
        for (String regex : Arrays.asList(
                "((a{1000}){1000}){1000}",
                "(?:.?){1000}!",
                "(?:.?){1000}(?:.?){1000}(?:.?){1000}!",
                "(.?){1000}".repeat(200),
                "(?:.?){600}!",
                "(?:.?){601}!",
                "(?:.?){602}!",
                "(".repeat(1_000) + ")".repeat(1_000))) {
            attack(
                    ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                    1,
                    new ConsumerGroupHeartbeatRequestData()
                            .setGroupId("regex-" + members)
                            .setMemberId("member-" + members++)
                            .setRebalanceTimeoutMs(30_000)
                            .setTopicPartitions(List.of())
                            .setSubscribedTopicRegex(regex));
        }
    }
}
