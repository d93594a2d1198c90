package io.letterbox.kafka.transactions;

import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import io.letterbox.transactions.TransactionCommand.AddPartitionsToTxn;
import io.letterbox.transactions.TransactionCommand.Intent;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResultCollection;
import org.apache.kafka.common.protocol.Errors;

/**
 * AddPartitionsToTxn: one transaction per request from clients (up to version 3), many from brokers, which may also
 * only verify (KIP-890). Stateless.
 */
final class AddPartitionsApi {
    private static final short FIRST_FOR_BROKERS = 4;
    private static final int SAYS_FENCED = 2;
    private static final short SAYS_ABORTABLE = 5;

    private final DoorServices backend;

    AddPartitionsApi(DoorServices backend) {
        this.backend = backend;
    }

    Future<AddPartitionsToTxnResponseData> handle(KafkaRequest request) {
        AddPartitionsToTxnRequestData data = request.body(AddPartitionsToTxnRequestData.class);
        short version = request.version();
        if (version < FIRST_FOR_BROKERS) {
            TransactionRequest claim = new TransactionRequest(
                    data.v3AndBelowTransactionalId(),
                    data.v3AndBelowProducerId(),
                    data.v3AndBelowProducerEpoch(),
                    data.v3AndBelowTopics(),
                    Intent.ADD_CLASSIC);
            return results(claim, request)
                    .map(results -> new AddPartitionsToTxnResponseData().setResultsByTopicV3AndBelow(results));
        }
        List<Future<AddPartitionsToTxnResult>> each = new ArrayList<>();
        for (AddPartitionsToTxnTransaction transaction : data.transactions()) {
            TransactionRequest claim = new TransactionRequest(
                    transaction.transactionalId(),
                    transaction.producerId(),
                    transaction.producerEpoch(),
                    transaction.topics(),
                    transaction.verifyOnly() ? Intent.VERIFY : Intent.ADD);
            each.add(results(claim, request).map(results -> new AddPartitionsToTxnResult()
                    .setTransactionalId(claim.id())
                    .setTopicResults(results)));
        }
        return Future.join(each).map(all -> {
            AddPartitionsToTxnResponseData response = new AddPartitionsToTxnResponseData();
            response.resultsByTransaction().addAll(all.<AddPartitionsToTxnResult>list());
            return response;
        });
    }

    /** One producer's transaction in a request. */
    private record TransactionRequest(
            String id, long producerId, short epoch, AddPartitionsToTxnTopicCollection topics, Intent intent) {
        Set<TopicPartition> partitions() {
            Set<TopicPartition> result = new HashSet<>();
            for (AddPartitionsToTxnTopic topic : topics) {
                for (int partition : topic.partitions()) result.add(new TopicPartition(topic.name(), partition));
            }
            return result;
        }
    }

    /** Answers one transaction. Never fails: errors are in the results of the partitions. */
    private Future<AddPartitionsToTxnTopicResultCollection> results(TransactionRequest claim, KafkaRequest request) {
        if (!allExist(claim)) {
            // All or none: a transaction that lacks a partition would lose records.
            return Future.succeededFuture(results(
                    claim,
                    (topic, partition) -> exists(topic, partition)
                            ? Errors.OPERATION_NOT_ATTEMPTED
                            : Errors.UNKNOWN_TOPIC_OR_PARTITION));
        }
        AddPartitionsToTxn command = new AddPartitionsToTxn(
                claim.id(), claim.producerId(), claim.epoch(), claim.partitions(), claim.intent());
        return backend.coordinators().local().ask(command, request.principal()).transform(outcome -> {
            Function<TopicPartition, Errors> verdict = outcome.succeeded()
                    ? partition -> inVersion(outcome.result(), partition, request.version())
                    : partition -> Verification.errorOf(outcome.cause());
            return Future.succeededFuture(
                    results(claim, (topic, partition) -> verdict.apply(new TopicPartition(topic, partition))));
        });
    }

    private static Errors inVersion(Map<TopicPartition, Errors> verdicts, TopicPartition partition, short version) {
        Errors error = verdicts.getOrDefault(partition, Errors.UNKNOWN_SERVER_ERROR);
        if (error == Errors.TRANSACTION_ABORTABLE && version < SAYS_ABORTABLE) return Errors.INVALID_TXN_STATE;
        return FencedErrors.inVersion(error, version, SAYS_FENCED);
    }

    private boolean allExist(TransactionRequest claim) {
        for (AddPartitionsToTxnTopic topic : claim.topics()) {
            for (int partition : topic.partitions()) {
                if (!exists(topic.name(), partition)) return false;
            }
        }
        return true;
    }

    private boolean exists(String name, int partition) {
        TopicImage topic = backend.metadata().image().topics().get(name);
        return topic != null && partition >= 0 && partition < topic.partitions().size();
    }

    /** The error of a partition. */
    private interface PartitionErrors {
        Errors of(String topic, int partition);
    }

    private static AddPartitionsToTxnTopicResultCollection results(TransactionRequest claim, PartitionErrors verdict) {
        AddPartitionsToTxnTopicResultCollection results = new AddPartitionsToTxnTopicResultCollection();
        for (AddPartitionsToTxnTopic topic : claim.topics()) {
            AddPartitionsToTxnTopicResult result = new AddPartitionsToTxnTopicResult().setName(topic.name());
            for (int partition : Set.copyOf(topic.partitions())) {
                result.resultsByPartition()
                        .add(new AddPartitionsToTxnPartitionResult()
                                .setPartitionIndex(partition)
                                .setPartitionErrorCode(
                                        verdict.of(topic.name(), partition).code()));
            }
            results.add(result);
        }
        return results;
    }
}
