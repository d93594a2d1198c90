package io.letterbox.kafka.transactions;

import io.letterbox.error.UnverifiedTransactionException;
import io.letterbox.error.VerificationGuard;
import io.letterbox.groups.Caller;
import io.letterbox.groups.GroupCommand.CommitTransactionOffsets;
import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.CoordinatorErrors;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.kafka.transactions.Verification.Writer;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicName;
import io.letterbox.transactions.TransactionCommand.Intent;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData.TxnOffsetCommitResponsePartition;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData.TxnOffsetCommitResponseTopic;
import org.apache.kafka.common.protocol.Errors;

/**
 * Commits of a group's offsets within a transaction: the partition of {@code __consumer_offsets} that stores them takes
 * part in the transaction like any other partition. Stateless.
 */
final class OffsetsInTransaction {
    private static final int ANNOUNCEMENT_SAYS_FENCED = 2;

    /** The first version with TRANSACTION_ABORTABLE. */
    private static final short COMMIT_SAYS_ABORTABLE = 4;

    /** The first version in which committing offsets adds their partition to the transaction (KIP-890 part 2). */
    private static final short COMMIT_ADDS = 5;

    /** How often offsets are sent to their partition; then the producer repeats the request. */
    private static final int MAX_ATTEMPTS = 3;

    private final DoorServices backend;
    private final Verification verification;

    OffsetsInTransaction(DoorServices backend) {
        this.backend = backend;
        this.verification = new Verification(backend.coordinators());
    }

    /** AddOffsetsToTxn: an older client announces the offsets before it commits them. */
    Future<AddOffsetsToTxnResponseData> announce(KafkaRequest request) {
        AddOffsetsToTxnRequestData data = request.body(AddOffsetsToTxnRequestData.class);
        Writer writer =
                new Writer(data.transactionalId(), data.producerId(), data.producerEpoch(), Intent.ADD_CLASSIC, false);
        return backend.coordinators()
                .coordinatorOf(TopicName.CONSUMER_OFFSETS, data.groupId())
                .compose(partition -> verification.of(writer, partition, request.principal()))
                .map(error -> new AddOffsetsToTxnResponseData()
                        .setErrorCode(FencedErrors.inVersion(error, request.version(), ANNOUNCEMENT_SAYS_FENCED)
                                .code()));
    }

    /** TxnOffsetCommit. */
    Future<TxnOffsetCommitResponseData> commit(KafkaRequest request) {
        TxnOffsetCommitRequestData asked = request.body(TxnOffsetCommitRequestData.class);
        TxnOffsetCommitRequestData data = asked.duplicate();
        List<TxnOffsetCommitResponseTopic> unknown = removeUnknown(data);
        // If no known topic is left, the coordinator need not be asked.
        if (data.topics().isEmpty() && !unknown.isEmpty()) {
            return Future.succeededFuture(new TxnOffsetCommitResponseData().setTopics(unknown));
        }
        return committed(request, data, null, 1).map(answer -> {
            answer.topics().addAll(unknown);
            return answer;
        });
    }

    /** Removes topics that do not exist from the request, and returns their answers. */
    private List<TxnOffsetCommitResponseTopic> removeUnknown(TxnOffsetCommitRequestData data) {
        Map<String, TopicImage> images = backend.metadata().image().topics();
        List<TxnOffsetCommitRequestTopic> known = new ArrayList<>();
        List<TxnOffsetCommitResponseTopic> unknown = new ArrayList<>();
        for (TxnOffsetCommitRequestTopic topic : data.topics()) {
            TopicImage image = images.get(topic.name());
            TxnOffsetCommitResponseTopic refused = new TxnOffsetCommitResponseTopic().setName(topic.name());
            List<TxnOffsetCommitRequestPartition> existing = new ArrayList<>();
            for (TxnOffsetCommitRequestPartition partition : topic.partitions()) {
                int index = partition.partitionIndex();
                if (image != null && index >= 0 && index < image.partitions().size()) existing.add(partition);
                else refused.partitions().add(answer(partition, Errors.UNKNOWN_TOPIC_OR_PARTITION));
            }
            if (!existing.isEmpty()) known.add(topic.setPartitions(existing));
            if (!refused.partitions().isEmpty()) unknown.add(refused);
        }
        data.setTopics(known);
        return unknown;
    }

    private static TxnOffsetCommitResponsePartition answer(TxnOffsetCommitRequestPartition asked, Errors error) {
        return new TxnOffsetCommitResponsePartition()
                .setPartitionIndex(asked.partitionIndex())
                .setErrorCode(error.code());
    }

    /** The markers of the producer's previous transaction void a guard, and come at any time until it is verified. */
    private Future<TxnOffsetCommitResponseData> committed(
            KafkaRequest request, TxnOffsetCommitRequestData data, VerificationGuard guard, int attempt) {
        return commit(request, data, guard).recover(failure -> {
            if (!(failure instanceof UnverifiedTransactionException unverified)) return Future.failedFuture(failure);
            if (attempt == MAX_ATTEMPTS)
                return Future.succeededFuture(refusal(data, Errors.COORDINATOR_LOAD_IN_PROGRESS));
            Intent intent = request.version() >= COMMIT_ADDS ? Intent.ADD : Intent.VERIFY;
            boolean knowsAbortable = request.version() >= COMMIT_SAYS_ABORTABLE;
            Writer writer =
                    new Writer(data.transactionalId(), data.producerId(), data.producerEpoch(), intent, knowsAbortable);
            return backend.coordinators()
                    .coordinatorOf(TopicName.CONSUMER_OFFSETS, data.groupId())
                    .compose(partition -> verification.of(writer, partition, request.principal()))
                    .compose(error -> error == Errors.NONE
                            ? committed(request, data, unverified.guard(), attempt + 1)
                            : Future.succeededFuture(refusal(data, inCommit(error, writer))));
        });
    }

    private Future<TxnOffsetCommitResponseData> commit(
            KafkaRequest request, TxnOffsetCommitRequestData data, VerificationGuard guard) {
        String clientId = request.clientId() == null ? "" : request.clientId();
        Caller caller = new Caller(clientId, "/" + request.client().host(), request.version());
        return backend.coordinators()
                .local()
                .ask(new CommitTransactionOffsets(caller, data, guard), request.principal())
                .recover(CoordinatorErrors::of);
    }

    /**
     * Producers take any unexpected error here for fatal, so a concurrent transaction is answered with an error that
     * they retry.
     */
    private static Errors inCommit(Errors error, Writer writer) {
        if (error == Errors.CONCURRENT_TRANSACTIONS) return Errors.COORDINATOR_LOAD_IN_PROGRESS;
        if (error == Errors.PRODUCER_FENCED) return Errors.INVALID_PRODUCER_EPOCH;
        if (error == Errors.TRANSACTION_ABORTABLE && !writer.knowsAbortable()) return Errors.INVALID_TXN_STATE;
        return error;
    }

    private static TxnOffsetCommitResponseData refusal(TxnOffsetCommitRequestData data, Errors error) {
        TxnOffsetCommitResponseData response = new TxnOffsetCommitResponseData();
        for (TxnOffsetCommitRequestTopic topic : data.topics()) {
            TxnOffsetCommitResponseTopic answer = new TxnOffsetCommitResponseTopic().setName(topic.name());
            for (TxnOffsetCommitRequestPartition partition : topic.partitions()) {
                answer.partitions().add(answer(partition, error));
            }
            response.topics().add(answer);
        }
        return response;
    }
}
