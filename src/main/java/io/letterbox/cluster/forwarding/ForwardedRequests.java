package io.letterbox.cluster.forwarding;

import io.letterbox.bus.Append;
import io.letterbox.bus.Partitions;
import io.letterbox.cluster.PeerRequest;
import io.letterbox.cluster.Peers;
import io.letterbox.cluster.forwarding.PartitionRequest.AppendBatch;
import io.letterbox.cluster.forwarding.PartitionRequest.AskCoordinator;
import io.letterbox.cluster.forwarding.PartitionRequest.DeleteRecords;
import io.letterbox.cluster.forwarding.PartitionRequest.DescribeProducers;
import io.letterbox.cluster.forwarding.PartitionRequest.DescribeQuorum;
import io.letterbox.cluster.forwarding.PartitionRequest.DescribeStatuses;
import io.letterbox.cluster.forwarding.PartitionRequest.FindProducer;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.QuorumStatus;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.function.Supplier;

/**
 * Has this node's shards do what other nodes ask of them. Requests of one node are handed on in the order in which they
 * came. They are never forwarded again: who is asked wrongly says who leads, as far as it knows. Any thread.
 */
final class ForwardedRequests {
    private final ContextInternal context;
    private final Partitions local;
    private final ProvenLeader proven;
    private final Routes routes;
    private final ForwardingCodec codec;
    private volatile Supplier<QuorumStatus> quorum = () -> null;

    ForwardedRequests(Vertx vertx, Partitions local, ProvenLeader proven, Routes routes, ForwardingCodec codec) {
        this.context = ((VertxInternal) vertx).createEventLoopContext();
        this.local = local;
        this.proven = proven;
        this.routes = routes;
        this.codec = codec;
    }

    /** Has somebody say who agrees on the metadata, while this node is the controller. */
    void describeQuorumBy(Supplier<QuorumStatus> status) {
        quorum = status;
    }

    Future<Buffer> answer(PeerRequest request) {
        Promise<Buffer> answer = Promise.promise();
        context.runOnContext(received -> {
            try {
                PartitionRequest<?> asked = codec.decode(request.body());
                perform(asked).map(result -> encoded(asked, result)).onComplete(answer);
            } catch (RuntimeException refusal) {
                answer.tryFail(refusal);
            }
        });
        return answer.future();
    }

    private Buffer encoded(PartitionRequest<?> asked, Object result) {
        Buffer body = codec.encodeAnswer(asked, result);
        if (body.length() <= Peers.MAX_BODY_BYTES) return body;
        throw new ApiException(
                ErrorCode.REQUEST_TOO_LARGE,
                "The answer has " + body.length() + " bytes, more than one node sends another. Ask node by node.");
    }

    private Future<?> perform(PartitionRequest<?> request) {
        if (request instanceof AppendBatch append) return refused(append.partition(), append(append));
        if (request instanceof DeleteRecords delete) {
            TopicPartition partition = delete.partition();
            return refused(partition, local.deleteRecords(partition, delete.beforeOffset(), delete.by()));
        }
        if (request instanceof DescribeProducers describe) {
            return refused(describe.partition(), proven.describeProducers(describe.partition()));
        }
        if (request instanceof FindProducer find) {
            return proven.findProducer(find.topic(), find.partitions(), find.producerId());
        }
        if (request instanceof DescribeStatuses describe) {
            return describe.led() ? proven.statuses(describe.incarnations()) : local.statuses(describe.incarnations());
        }
        if (request instanceof DescribeQuorum) return Future.succeededFuture(quorum.get());
        if (request instanceof AskCoordinator<?> ask) {
            return refused(ask.partition(), local.ask(ask.partition(), ask.command(), ask.principal()));
        }
        throw new AssertionError(request);
    }

    private <R> Future<R> refused(TopicPartition partition, Future<R> outcome) {
        return outcome.recover(failure -> Future.failedFuture(routes.refusal(partition, failure)));
    }

    private Future<?> append(AppendBatch append) {
        String defect = RecordBatch.of(append.batch()).defect();
        if (defect != null) return Future.failedFuture(new ApiException(ErrorCode.CORRUPT_RECORDS, defect));
        return local.append(new Append(
                append.partition(),
                append.batch(),
                append.recordCount(),
                append.guard(),
                append.principal(),
                context.promise()));
    }
}
