package io.letterbox.it.kafka;

import java.util.List;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.ApiKeys;

/** Requests of transactional producers, and of administrators about them; valid and invalid. */
final class TransactionQuestions {
    private static final int TIMEOUT_MS = 60_000;

    private final PeerComparison peers;

    private TransactionQuestions(PeerComparison peers) {
        this.peers = peers;
    }

    static void ask(PeerComparison peers) {
        TransactionQuestions questions = new TransactionQuestions(peers);
        AdminQuestions.create(peers, "moved", 2);
        peers.<InitProducerIdResponseData>settle(
                ApiKeys.INIT_PRODUCER_ID, 4, init("warm", TIMEOUT_MS, -1, -1), answer -> answer.errorCode() == 0);
        questions.beginnings();
        questions.strangers();
        questions.whole();
        questions.administration();
    }

    private static InitProducerIdRequestData init(String id, int timeoutMs, long producer, int epoch) {
        return new InitProducerIdRequestData()
                .setTransactionalId(id)
                .setTransactionTimeoutMs(timeoutMs)
                .setProducerId(producer)
                .setProducerEpoch((short) epoch);
    }

    private void beginnings() {
        for (String id : new String[] {null, ""}) {
            for (int timeout : new int[] {TIMEOUT_MS, 0, -1}) {
                peers.ask(id + " " + timeout, ApiKeys.INIT_PRODUCER_ID, 0, 5, side -> init(id, timeout, -1, -1));
            }
        }
        for (int timeout : new int[] {0, -1, 900_001}) {
            peers.ask("timeout " + timeout, ApiKeys.INIT_PRODUCER_ID, 0, 5, side -> init("tt", timeout, -1, -1));
        }
        peers.flow("first", ApiKeys.INIT_PRODUCER_ID, 4, side -> init("ta", TIMEOUT_MS, -1, -1));
        peers.flow("again", ApiKeys.INIT_PRODUCER_ID, 4, side -> init("ta", TIMEOUT_MS, -1, -1));
        peers.flow("producer alone", ApiKeys.INIT_PRODUCER_ID, 4, side -> init("ta", TIMEOUT_MS, 5, -1));
        peers.flow("epoch alone", ApiKeys.INIT_PRODUCER_ID, 4, side -> init("ta", TIMEOUT_MS, -1, 5));
        peers.flow("wrong producer", ApiKeys.INIT_PRODUCER_ID, 4, side -> init("ta", TIMEOUT_MS, 999_999, 0));
        peers.flow("new with producer", ApiKeys.INIT_PRODUCER_ID, 4, side -> init("tb", TIMEOUT_MS, 999_999, 0));
    }

    private static EndTxnRequestData end(String id, long producer, int epoch) {
        return new EndTxnRequestData()
                .setTransactionalId(id)
                .setProducerId(producer)
                .setProducerEpoch((short) epoch)
                .setCommitted(true);
    }

    private static AddPartitionsToTxnRequestData add(String id, long producer, int epoch, String topic, int partition) {
        AddPartitionsToTxnRequestData request = new AddPartitionsToTxnRequestData()
                .setV3AndBelowTransactionalId(id)
                .setV3AndBelowProducerId(producer)
                .setV3AndBelowProducerEpoch((short) epoch);
        request.v3AndBelowTopics()
                .add(new AddPartitionsToTxnTopic().setName(topic).setPartitions(List.of(partition)));
        return request;
    }

    private static AddOffsetsToTxnRequestData offsets(String id, long producer, int epoch, String group) {
        return new AddOffsetsToTxnRequestData()
                .setTransactionalId(id)
                .setProducerId(producer)
                .setProducerEpoch((short) epoch)
                .setGroupId(group);
    }

    private static TxnOffsetCommitRequestData commit(String id, long producer, int epoch, String group, String topic) {
        return new TxnOffsetCommitRequestData()
                .setTransactionalId(id)
                .setGroupId(group)
                .setProducerId(producer)
                .setProducerEpoch((short) epoch)
                .setTopics(List.of(new TxnOffsetCommitRequestTopic()
                        .setName(topic)
                        .setPartitions(List.of(new TxnOffsetCommitRequestPartition()
                                .setPartitionIndex(0)
                                .setCommittedOffset(7)
                                .setCommittedMetadata("")))));
    }

    private void strangers() {
        for (String id : List.of("unheard", "")) {
            peers.ask("of " + id, ApiKeys.END_TXN, 0, 5, side -> end(id, 1, 0));
            peers.ask("of " + id, ApiKeys.ADD_PARTITIONS_TO_TXN, 0, 3, side -> add(id, 1, 0, "moved", 0));
            peers.ask("of " + id, ApiKeys.ADD_OFFSETS_TO_TXN, 0, 4, side -> offsets(id, 1, 0, "tg"));
            peers.ask("of " + id, ApiKeys.TXN_OFFSET_COMMIT, 0, 3, side -> commit(id, 1, 0, "tg", "nowhere"));
        }
        peers.ask("wrong producer", ApiKeys.END_TXN, 0, 4, side -> end("ta", 424_242, 0));
    }

    private long producer(PeerSide side) {
        return side.<Long>noted("producer");
    }

    private short epoch(PeerSide side) {
        return side.<Short>noted("producer epoch");
    }

    private void whole() {
        peers.<InitProducerIdResponseData>flow(
                "whole: begins",
                ApiKeys.INIT_PRODUCER_ID,
                4,
                side -> init("tw", TIMEOUT_MS, -1, -1),
                side -> answer -> {
                    side.note("producer", answer.producerId());
                    side.note("producer epoch", answer.producerEpoch());
                });
        peers.flow("whole: nothing yet", ApiKeys.END_TXN, 3, side -> end("tw", producer(side), epoch(side)));
        peers.flow(
                "whole: unknown topic",
                ApiKeys.ADD_PARTITIONS_TO_TXN,
                3,
                side -> add("tw", producer(side), epoch(side), "nowhere", 0));
        peers.flow(
                "whole: unknown partition",
                ApiKeys.ADD_PARTITIONS_TO_TXN,
                3,
                side -> add("tw", producer(side), epoch(side), "moved", 9));
        peers.flow(
                "whole: epoch of tomorrow",
                ApiKeys.ADD_PARTITIONS_TO_TXN,
                3,
                side -> add("tw", producer(side), epoch(side) + 1, "moved", 0));
        peers.flow(
                "whole: adds",
                ApiKeys.ADD_PARTITIONS_TO_TXN,
                3,
                side -> add("tw", producer(side), epoch(side), "moved", 0));
        peers.flow("whole: writes", ApiKeys.PRODUCE, 9, side -> LogQuestions.produce(
                        "moved",
                        org.apache.kafka.common.Uuid.ZERO_UUID,
                        0,
                        -1,
                        LogQuestions.changed(LogQuestions.values("v"), batch -> batch.putShort(21, (short) 0x10)
                                .putLong(43, producer(side))
                                .putShort(51, epoch(side))
                                .putInt(53, 0)))
                .setTransactionalId("tw"));
        peers.flow("whole: described", ApiKeys.DESCRIBE_TRANSACTIONS, 0, side -> new DescribeTransactionsRequestData()
                .setTransactionalIds(List.of("tw")));
        peers.flow("whole: producers", ApiKeys.DESCRIBE_PRODUCERS, 0, side -> new DescribeProducersRequestData()
                .setTopics(List.of(new DescribeProducersRequestData.TopicRequest()
                        .setName("moved")
                        .setPartitionIndexes(List.of(0, 1)))));
        for (String group : List.of("tg", "")) {
            peers.flow(
                    "whole: adds group " + group,
                    ApiKeys.ADD_OFFSETS_TO_TXN,
                    3,
                    side -> offsets("tw", producer(side), epoch(side), group));
            peers.flow(
                    "whole: commits for group " + group,
                    ApiKeys.TXN_OFFSET_COMMIT,
                    3,
                    side -> commit("tw", producer(side), epoch(side), group, "moved"));
        }
        peers.flow(
                "whole: commits nowhere",
                ApiKeys.TXN_OFFSET_COMMIT,
                3,
                side -> commit("tw", producer(side), epoch(side), "tg", "nowhere"));
        peers.flow("whole: ends", ApiKeys.END_TXN, 3, side -> end("tw", producer(side), epoch(side)));
    }

    private void administration() {
        peers.flow("unheard", ApiKeys.DESCRIBE_TRANSACTIONS, 0, side -> new DescribeTransactionsRequestData()
                .setTransactionalIds(List.of("unheard", "")));
        peers.ask("odd filters", ApiKeys.LIST_TRANSACTIONS, 0, 2, side -> new ListTransactionsRequestData()
                .setStateFilters(List.of("Nonsense", "Ongoing")));
        peers.ask("by producer", ApiKeys.LIST_TRANSACTIONS, 0, 2, side -> new ListTransactionsRequestData()
                .setProducerIdFilters(List.of(424_242L)));
        for (String pattern : new String[] {"", "nobody.*", "(", null}) {
            peers.ask("pattern " + pattern, ApiKeys.LIST_TRANSACTIONS, 2, 2, side -> new ListTransactionsRequestData()
                    .setStateFilters(List.of("Dead"))
                    .setTransactionalIdPattern(pattern));
        }
        peers.flow("nowhere", ApiKeys.DESCRIBE_PRODUCERS, 0, side -> new DescribeProducersRequestData()
                .setTopics(List.of(
                        new DescribeProducersRequestData.TopicRequest()
                                .setName("nowhere")
                                .setPartitionIndexes(List.of(0)),
                        new DescribeProducersRequestData.TopicRequest()
                                .setName("moved")
                                .setPartitionIndexes(List.of(9)))));
    }
}
