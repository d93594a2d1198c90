package io.letterbox.kafka.transactions;

import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.bus.Partitions;
import io.letterbox.bus.Transactions;
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
 * Takes batches of transactions to their shards. The first one of a transaction in a partition is refused there, until the
 * coordinator has confirmed it (KIP-890); what the producer sends meanwhile waits behind it, so that nothing overtakes.
 * Owned by one event loop; a producer's batches come through one connection, so through one loop.
 *
 * <pre>
 *   batch ──▶ shard ──── appended ───▶ answer          batches that were under way are refused, too, and
 *               │ unverified                            take their places in the queue; then
 *               ▼                                            first: again, with the guard
 *          coordinator ── confirmed ──▶ queue ──▶ shard      others: after it, as if for the first time
 * </pre>
 */
public final class TransactionalAppends {
    /** How often a batch is sent, where markers void its guard again and again. */
    private static final int MAX_ATTEMPTS = 3;

    private final Partitions partitions;
    private final ContextInternal context;
    private final Verification verification;
    private final Map<LaneKey, Lane> lanes = new HashMap<>();
    private long arrivals;

    private record LaneKey(TopicPartition partition, long producerId, short producerEpoch) {}

    /** Made on the event loop that it serves. */
    public TransactionalAppends(Vertx vertx, Partitions partitions, Transactions transactions) {
        this.partitions = partitions;
        this.context = (ContextInternal) vertx.getOrCreateContext();
        this.verification = new Verification(transactions);
    }

    /**
     * Appends a batch of a transaction. Fails with an {@link io.letterbox.error.ApiException}, or with one of Kafka's own
     * exceptions where the coordinator of the transaction refuses.
     *
     * @param batch without a guard; it is answered through {@link Append#done}, whatever detour it takes
     */
    public void append(Writer writer, Append batch) {
        LaneKey key = new LaneKey(batch.partition(), writer.producerId(), writer.producerEpoch());
        Job job = new Job(arrivals++, writer, batch);
        Lane lane = lanes.computeIfAbsent(key, Lane::new);
        if (lane.detour) lane.queue.put(job.number, job);
        else lane.send(job, null);
    }

    /** A batch on its way. */
    private static final class Job {
        final long number;
        final Writer writer;
        final Append batch;
        int attempts;

        Job(long number, Writer writer, Append batch) {
            this.number = number;
            this.writer = writer;
            this.batch = batch;
        }

        Promise<Appended> answer() {
            return batch.done();
        }
    }

    /** What one producer has under way to one partition. */
    private final class Lane {
        private final LaneKey key;

        /** By arrival, what is not at the shard. */
        private final TreeMap<Long, Job> queue = new TreeMap<>();

        private int underWay;
        private boolean detour;
        private VerificationGuard guard;
        private Errors verdict;

        Lane(LaneKey key) {
            this.key = key;
        }

        void send(Job job, VerificationGuard confirmed) {
            underWay++;
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

        private void onOutcome(Job job, AsyncResult<Appended> outcome) {
            underWay--;
            if (outcome.succeeded()) {
                job.answer().complete(outcome.result());
            } else if (outcome.cause() instanceof UnverifiedTransactionException unverified) {
                turnBack(job, unverified.guard());
            } else {
                job.answer().fail(outcome.cause());
            }
            goOn();
        }

        private void turnBack(Job job, VerificationGuard newGuard) {
            if (job.attempts >= MAX_ATTEMPTS) {
                job.answer()
                        .fail(Errors.NOT_ENOUGH_REPLICAS.exception("The transaction could not be confirmed in time."));
                return;
            }
            queue.put(job.number, job);
            if (detour) return;
            detour = true;
            verdict = null;
            guard = newGuard;
            verification.of(job.writer, key.partition()).onSuccess(answer -> {
                verdict = answer;
                goOn();
            });
        }

        /** Ends the detour when the coordinator has answered and everything that was under way is back. */
        private void goOn() {
            if (detour && verdict != null && underWay == 0) {
                detour = false;
                List<Job> all = new ArrayList<>(queue.values());
                queue.clear();
                if (verdict == Errors.NONE) {
                    for (Job job : all) send(job, job == all.get(0) ? guard : null);
                } else {
                    all.forEach(this::refuse);
                }
            }
            if (!detour && underWay == 0) lanes.remove(key);
        }

        private void refuse(Job job) {
            job.answer()
                    .fail(inProduce(verdict, job.writer)
                            .exception("The coordinator of the transaction does not confirm it: " + verdict.message()));
        }
    }

    /** Producers take the errors of a coordinator for fatal; those that pass are said in a word that they repeat after. */
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
