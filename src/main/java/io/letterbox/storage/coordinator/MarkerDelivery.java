package io.letterbox.storage.coordinator;

import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.bus.Metadata;
import io.letterbox.bus.Partitions;
import io.letterbox.bus.ProducerIdSource;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import io.letterbox.record.TransactionMarker;
import io.letterbox.time.Clock;
import io.letterbox.transactions.TransactionCommand;
import io.letterbox.transactions.WriteMarkers;
import io.vertx.core.AsyncResult;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the markers of one transaction to its partitions, and reports to the coordinator when all are written. Failed
 * writes are retried for as long as that coordinator serves, because the transaction has been decided and readers wait
 * for it. When it coordinates no more, the next one writes all markers again under a greater epoch: one of this
 * delivery that came later still would end the producer's next transaction, so it is to be refused, and nothing is
 * reported. Owned by the context of the shard that coordinates the transaction.
 */
public final class MarkerDelivery {
    private static final Logger LOG = LoggerFactory.getLogger(MarkerDelivery.class);

    private static final long FIRST_RETRY_MS = 50;
    private static final long LAST_RETRY_MS = 10_000;

    private final TransactionServices surroundings;
    private final ContextInternal context;
    private final CoordinatorType.Origin from;
    private final WriteMarkers markers;
    private final Set<TopicPartition> missing;
    private int underWay;
    private boolean fenced;
    private long retryMs = FIRST_RETRY_MS;

    /**
     * The services that a coordinator of transactions needs. Every component is safe from any thread.
     *
     * @param partitions appends the markers
     */
    public record TransactionServices(
            Vertx vertx, Metadata metadata, Partitions partitions, ProducerIdSource producerIds) {}

    MarkerDelivery(TransactionServices surroundings, CoordinatorType.Origin from, WriteMarkers markers) {
        this.surroundings = surroundings;
        this.context = (ContextInternal) surroundings.vertx().getOrCreateContext();
        this.from = from;
        this.markers = markers;
        this.missing = new TreeSet<>(markers.partitions());
    }

    void start() {
        if (!from.isOpen()) return;
        underWay = missing.size();
        TransactionMarker marker = new TransactionMarker(markers.commit(), from.epoch());
        long wallMs = Clock.system().wallMs();
        for (TopicPartition partition : Set.copyOf(missing)) {
            ByteBuffer batch = marker.batch(markers.producerId(), markers.epoch(), wallMs);
            Promise<Appended> done = context.promise();
            surroundings
                    .partitions()
                    .append(new Append(partition, batch, 1, null, done))
                    .onComplete(outcome -> onOutcome(partition, outcome));
        }
    }

    private void onOutcome(TopicPartition partition, AsyncResult<Appended> outcome) {
        underWay--;
        if (outcome.succeeded() || isSettled(partition, outcome.cause())) missing.remove(partition);
        if (underWay > 0) return;
        if (fenced) {
            LOG.warn("{} is no longer coordinated here: another coordinator ends it", markers.transactionalId());
        } else if (missing.isEmpty()) {
            report();
        } else {
            retryLater(this::start);
        }
    }

    /** True if a partition that refused a marker needs none, or gets it from another coordinator. */
    private boolean isSettled(TopicPartition partition, Throwable cause) {
        ErrorCode code = cause instanceof ApiException refusal ? refusal.code() : ErrorCode.INTERNAL;
        if (code == ErrorCode.UNKNOWN_PARTITION) {
            // A shard that has not opened its partitions yet refuses with the same code, so the image decides.
            return !exists(partition);
        }
        if (code == ErrorCode.TRANSACTION_COORDINATOR_FENCED) fenced = true;
        if (code == ErrorCode.TRANSACTION_COORDINATOR_FENCED || code == ErrorCode.INVALID_PRODUCER_EPOCH) {
            LOG.warn("{} takes no marker of {}: {}", partition, markers.transactionalId(), cause.getMessage());
            return true;
        }
        if (retryMs == FIRST_RETRY_MS) {
            LOG.warn(
                    "The marker of {} cannot be written to {} yet: {}",
                    markers.transactionalId(),
                    partition,
                    cause.getMessage());
        }
        return false;
    }

    private boolean exists(TopicPartition partition) {
        TopicImage topic = surroundings.metadata().image().topics().get(partition.topic());
        return topic != null && partition.partition() < topic.partitions().size();
    }

    private void report() {
        from.ask(new TransactionCommand.MarkersWritten(
                        markers.transactionalId(), markers.producerId(), markers.epoch()))
                .onFailure(this::onReportFailed);
    }

    /** The replay of the next coordinator finds the prepared transaction and writes the markers again. */
    private void onReportFailed(Throwable failure) {
        if (!from.isOpen()) return;
        LOG.warn("{} cannot be completed yet: {}", markers.transactionalId(), failure.getMessage());
        retryLater(this::report);
    }

    private void retryLater(Runnable step) {
        surroundings.vertx().setTimer(retryMs, id -> context.runOnContext(v -> step.run()));
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    }
}
