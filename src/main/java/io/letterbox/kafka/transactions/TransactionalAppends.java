package io.letterbox.kafka.transactions;

import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.bus.Coordinators;
import io.letterbox.bus.Partitions;
import io.letterbox.error.UnverifiedTransactionException;
import io.letterbox.error.VerificationGuard;
import io.letterbox.kafka.transactions.Verification.Writer;
import io.letterbox.record.TopicPartition;
import io.vertx.core.AsyncResult;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.Errors;

/**
 * Sends transactional batches to their shards. The shard refuses the first batch of a transaction in a partition until
 * the coordinator has verified the transaction (KIP-890); later batches of the producer wait behind it, so that none
 * overtakes it. Owned by one event loop; a producer's batches come through one connection, and so through one event
 * loop.
 *
 * <pre>
 *   batch ──▶ shard ──── appended ───▶ answer          batches that were under way are refused, too, and
 *               │ unverified                            take their places in the queue; then
 *               ▼                                            first: again, with the guard
 *          coordinator ── confirmed ──▶ queue ──▶ shard      others: after it, as if for the first time
 * </pre>
 */
public final class TransactionalAppends {
    /** How often a batch is sent before it fails, if markers keep voiding its guard. */
    private static final int MAX_ATTEMPTS = 3;

    private final Partitions partitions;
    private final ContextInternal context;
    private final Verification verification;
    private final Map<QueueKey, ProducerQueue> queues = new HashMap<>();
    private long arrivals;

    private record QueueKey(TopicPartition partition, long producerId, short producerEpoch) {}

    /** Created on the event loop that it serves. */
    public TransactionalAppends(Vertx vertx, Partitions partitions, Coordinators coordinators) {
        this.partitions = partitions;
        this.context = (ContextInternal) vertx.getOrCreateContext();
        this.verification = new Verification(coordinators);
    }

    /**
     * Appends a batch of a transaction. Fails with an {@link io.letterbox.error.ApiException}, or with one of Kafka's
     * own exceptions where the coordinator of the transaction refuses.
     *
     * @param batch without a guard; it is answered through {@link Append#done}, whatever detour it takes
     */
    public void append(Writer writer, Append batch) {
        QueueKey key = new QueueKey(batch.partition(), writer.producerId(), writer.producerEpoch());
        PendingAppend job = new PendingAppend(arrivals++, writer, batch);
        ProducerQueue lane = queues.computeIfAbsent(key, ProducerQueue::new);
        if (lane.verifying) lane.queue.put(job.number, job);
        else lane.send(job, null);
    }

    /** A batch on its way. */
    private static final class PendingAppend {
        final long number;
        final Writer writer;
        final Append batch;
        int attempts;

        PendingAppend(long number, Writer writer, Append batch) {
            this.number = number;
            this.writer = writer;
            this.batch = batch;
        }

        Promise<Appended> answer() {
            return batch.done();
        }
    }

    /** The batches of one producer for one partition. */
    private final class ProducerQueue {
        private final QueueKey key;

        /** Batches that are not at the shard, by arrival. */
        private final TreeMap<Long, PendingAppend> queue = new TreeMap<>();

        private int inFlight;
        private boolean verifying;
        private VerificationGuard guard;
        private Errors confirmation;

        ProducerQueue(QueueKey key) {
            this.key = key;
        }

        void send(PendingAppend job, VerificationGuard confirmed) {
            inFlight++;
            job.attempts++;
            Append batch = job.batch;
            partitions
                    .append(new Append(
                            batch.partition(),
                            batch.batch(),
                            batch.recordCount(),
                            confirmed,
                            batch.principal(),
                            context.promise()))
                    .onComplete(outcome -> onOutcome(job, outcome));
        }

        private void onOutcome(PendingAppend job, AsyncResult<Appended> outcome) {
            inFlight--;
            if (outcome.succeeded()) {
                job.answer().complete(outcome.result());
            } else if (outcome.cause() instanceof UnverifiedTransactionException unverified) {
                requeue(job, unverified.guard());
            } else {
                job.answer().fail(outcome.cause());
            }
            resume();
        }

        private void requeue(PendingAppend job, VerificationGuard newGuard) {
            if (job.attempts >= MAX_ATTEMPTS) {
                job.answer()
                        .fail(Errors.NOT_ENOUGH_REPLICAS.exception("The transaction could not be confirmed in time."));
                return;
            }
            queue.put(job.number, job);
            if (verifying) return;
            verifying = true;
            confirmation = null;
            guard = newGuard;
            verification.of(job.writer, key.partition(), job.batch.principal()).onSuccess(answer -> {
                confirmation = answer;
                resume();
            });
        }

        /** Ends the detour when the coordinator has answered and all batches in flight have come back. */
        private void resume() {
            if (verifying && confirmation != null && inFlight == 0) {
                verifying = false;
                List<PendingAppend> all = new ArrayList<>(queue.values());
                queue.clear();
                if (confirmation == Errors.NONE) {
                    for (PendingAppend job : all) send(job, job == all.get(0) ? guard : null);
                } else {
                    all.forEach(this::refuse);
                }
            }
            if (!verifying && inFlight == 0) queues.remove(key);
        }

        private void refuse(PendingAppend job) {
            job.answer()
                    .fail(inProduce(confirmation, job.writer)
                            .exception("The coordinator of the transaction does not confirm it: "
                                    + confirmation.message()));
        }
    }

    /** Producers take errors of a coordinator for fatal; transient ones are mapped to errors after which they retry. */
    private static Errors inProduce(Errors error, Writer writer) {
        switch (error) {
            case COORDINATOR_NOT_AVAILABLE:
            case COORDINATOR_LOAD_IN_PROGRESS:
            case NOT_COORDINATOR:
            case CONCURRENT_TRANSACTIONS:
                return Errors.NOT_ENOUGH_REPLICAS;
            case PRODUCER_FENCED:
                return Errors.INVALID_PRODUCER_EPOCH;
            case TRANSACTION_ABORTABLE:
                return writer.knowsAbortable() ? error : Errors.INVALID_TXN_STATE;
            default:
                return error;
        }
    }
}
