package io.letterbox.kafka;

import io.letterbox.access.Principal;
import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.kafka.api.ClusterView;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.kafka.api.KafkaResponse;
import io.letterbox.kafka.api.LeaderEndpoints;
import io.letterbox.kafka.transactions.Verification.Writer;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.publishing.TopicHandle;
import io.letterbox.record.Codec;
import io.letterbox.record.InvalidRecordsException;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.Door;
import io.letterbox.time.Clock;
import io.letterbox.transactions.TransactionCommand.Intent;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.internal.PromiseInternal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Produce request in progress: each partition's batch is checked and sent to its shard at once, in the order of the
 * request, and the response is sent when all shards have answered. Owned by one event loop.
 */
final class ProduceRun {
    private static final Logger LOG = LoggerFactory.getLogger(ProduceRun.class);
    private static final short FIRST_WITH_ZSTD = 7;
    private static final short FIRST_WITH_LEADERS = 10;
    private static final short FIRST_WITH_ABORTABLE = 11;
    private static final short FIRST_WITH_IDS = 13;

    /** From this version on, a transactional batch adds its partition to the transaction (KIP-890 part 2). */
    private static final short FIRST_THAT_ADDS = 12;

    private final ProduceApi api;
    private final short version;
    private final Principal principal;
    private final ProduceRequestData request;
    private final boolean validAcks;
    private final ProduceResponseData response = new ProduceResponseData();
    private final PromiseInternal<KafkaResponse> done;

    /** The number of partitions without an answer, plus one until all batches have been sent. */
    private int waiting;

    private final List<PartitionAppend> parts = new ArrayList<>();
    private int begun;

    private boolean failed;

    /** The leaders of partitions that this node does not lead; null while there are none. */
    private LeaderEndpoints leaders;

    ProduceRun(ProduceApi api, KafkaRequest asked, boolean validAcks) {
        this.api = api;
        this.version = asked.version();
        this.principal = asked.principal();
        this.request = asked.body(ProduceRequestData.class);
        this.validAcks = validAcks;
        this.done = api.context.promise();
        for (TopicProduceData topic : request.topicData()) {
            TopicProduceResponse answer =
                    new TopicProduceResponse().setName(topic.name()).setTopicId(topic.topicId());
            response.responses().add(answer);
            TopicHandle target = version < FIRST_WITH_IDS
                    ? api.topics.find(topic.name())
                    : api.topics.find(ClusterView.id(topic.topicId()));
            for (PartitionProduceData data : topic.partitionData()) {
                PartitionAppend part = new PartitionAppend(target, data);
                answer.partitionResponses().add(part.answer);
                parts.add(part);
            }
        }
        waiting = parts.size() + 1;
    }

    /** Completes with the response when all partitions have been answered. */
    Future<KafkaResponse> done() {
        return done.future();
    }

    /** Works on the next batch for some milliseconds at most; false if all batches have been sent or refused. */
    boolean checkNext() {
        if (begun < parts.size() && parts.get(begun).checkSlice()) begun++;
        if (begun < parts.size()) return true;
        settled();
        return false;
    }

    private void settled() {
        if (--waiting > 0) return;
        if (leaders != null) nameEndpoints();
        if (request.acks() != 0) done.complete(KafkaResponse.of(response));
        else done.complete(failed ? KafkaResponse.DISCONNECT : KafkaResponse.NONE);
    }

    private void nameEndpoints() {
        leaders.map(node -> new NodeEndpoint()
                        .setNodeId(node.id())
                        .setHost(node.kafka().host())
                        .setPort(node.kafka().port())
                        .setRack(ClusterView.rack(node)))
                .forEach(response.nodeEndpoints()::add);
    }

    /** The batch of one partition, and its answer. */
    private final class PartitionAppend {
        final PartitionProduceResponse answer;
        private final TopicHandle topic;
        private final PartitionProduceData data;
        private TopicPartition partition;
        private ByteBuffer batch;
        private int records;

        PartitionAppend(TopicHandle topic, PartitionProduceData data) {
            this.topic = topic;
            this.data = data;
            this.answer = new PartitionProduceResponse().setIndex(data.index()).setBaseOffset(-1);
        }

        /** Checks a slice of the batch, and sends the batch after the last slice; true if it was sent or refused. */
        boolean checkSlice() {
            try {
                if (partition == null) begin();
                batch = api.check.continueCheck();
                if (batch == null) return false;
                api.batch.wrap(batch, batch.position());
                records = api.batch.recordCount();
                send();
            } catch (ApiException refusal) {
                fail(refusal);
            } catch (RuntimeException failure) {
                unexpected(failure);
            }
            return true;
        }

        private TopicPartition target() {
            if (!validAcks) {
                throw new ApiException(
                        ErrorCode.INVALID_REQUIRED_ACKS,
                        "acks has to be 0, 1 or -1 (all), not " + request.acks() + ".");
            }
            if (topic == null) {
                throw version < FIRST_WITH_IDS
                        ? new ApiException(ErrorCode.UNKNOWN_TOPIC, "There is no such topic.")
                        : new ApiException(ErrorCode.UNKNOWN_TOPIC_ID, "There is no topic with this id.");
            }
            TopicName.checkOwnedByClients(topic.topic().name());
            TopicPartition partition = topic.partition(answer.index());
            if (partition != null) {
                requireLeader(partition);
                return partition;
            }
            throw new ApiException(ErrorCode.UNKNOWN_PARTITION, "The topic has no partition " + answer.index() + ".");
        }

        private void requireLeader(TopicPartition partition) {
            int leader = topic.topic().partitions().get(partition.partition()).leader();
            if (leader == api.nodeId) return;
            if (data.records() instanceof MemoryRecords sent)
                api.backend.partitions().local().refused(partition, sent.buffer());
            throw new ApiException(
                    ErrorCode.NOT_LEADER,
                    leader < 0
                            ? "Nobody leads " + partition + " now."
                            : "Node " + leader + " leads " + partition + ", not this one.");
        }

        private void begin() {
            partition = target();
            ByteBuffer sent = sent();
            api.check.begin(sent, topic.rules(), Clock.system().wallMs());
            api.batch.wrap(sent, sent.position());
            if (version < FIRST_WITH_ZSTD && api.batch.compression() == Codec.ZSTD.id()) {
                throw new ApiException(
                        ErrorCode.UNSUPPORTED_COMPRESSION, "zstd needs version 7 of Produce or later (KIP-110).");
            }
        }

        private ByteBuffer sent() {
            ByteBuffer bytes = data.records() instanceof MemoryRecords sent ? sent.buffer() : ByteBuffer.allocate(0);
            if (bytes.remaining() > topic.rules().maxBatchBytes()) {
                throw new ApiException(
                        ErrorCode.RECORD_TOO_LARGE,
                        "A batch of " + bytes.remaining() + " bytes is larger than max.message.bytes of the topic, "
                                + topic.rules().maxBatchBytes() + ".");
            }
            return bytes;
        }

        private void send() {
            PromiseInternal<Appended> appended = api.context.promise();
            appended.future().onComplete(this::onAppended);
            Append append = new Append(partition, batch, records, null, principal, appended);
            if (request.transactionalId() != null && api.batch.isTransactional()) {
                api.transactional.append(writer(), append);
            } else {
                api.append(append);
            }
        }

        private Writer writer() {
            return new Writer(
                    request.transactionalId(),
                    api.batch.producerId(),
                    api.batch.producerEpoch(),
                    version < FIRST_THAT_ADDS ? Intent.VERIFY : Intent.ADD,
                    version >= FIRST_WITH_ABORTABLE);
        }

        private void onAppended(AsyncResult<Appended> outcome) {
            if (outcome.succeeded()) {
                Appended result = outcome.result();
                answer.setBaseOffset(result.baseOffset())
                        .setLogAppendTimeMs(result.logAppendTimeMs())
                        .setLogStartOffset(result.logStartOffset());
                if (!result.duplicate()) topic.meters().in(Door.KAFKA, records, batch.limit() - batch.position());
                settled();
            } else if (outcome.cause() instanceof ApiException refusal) {
                fail(refusal);
            } else if (outcome.cause() instanceof org.apache.kafka.common.errors.ApiException unconfirmed) {
                fail(Errors.forException(unconfirmed), unconfirmed.getMessage());
            } else {
                unexpected(outcome.cause());
            }
        }

        private void fail(ApiException refusal) {
            if (refusal instanceof InvalidRecordsException invalid) {
                for (InvalidRecordsException.Defect defect : invalid.defects()) {
                    answer.recordErrors()
                            .add(new BatchIndexAndErrorMessage()
                                    .setBatchIndex(defect.index())
                                    .setBatchIndexErrorMessage(defect.detail()));
                }
            }
            if (refusal.code() == ErrorCode.NOT_LEADER) nameLeader();
            fail(Errors.forCode(refusal.code().kafkaCode()), refusal.getMessage());
        }

        /** Says who leads the partition as far as this node knows by now (KIP-951). */
        private void nameLeader() {
            if (version < FIRST_WITH_LEADERS) return;
            ClusterImage image = api.backend.metadata().image();
            TopicImage now = image.topic(topic.topic().id());
            if (now == null || answer.index() >= now.partitions().size()) return;
            PartitionImage led = now.partitions().get(answer.index());
            answer.currentLeader().setLeaderId(led.leader()).setLeaderEpoch(led.leaderEpoch());
            if (leaders == null) leaders = new LeaderEndpoints();
            leaders.add(image, led.leader());
        }

        private void unexpected(Throwable failure) {
            LOG.error("Produce failed", failure);
            fail(Errors.UNKNOWN_SERVER_ERROR, "The server failed.");
        }

        private void fail(Errors error, String why) {
            failed = true;
            answer.setErrorCode(error.code()).setErrorMessage(why);
            settled();
        }
    }
}
