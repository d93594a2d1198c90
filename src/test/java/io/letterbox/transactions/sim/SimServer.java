package io.letterbox.transactions.sim;

import io.letterbox.access.Principal;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.coordinator.CoordinatorEffect;
import io.letterbox.coordinator.CoordinatorOutbox;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.error.ApiException;
import io.letterbox.error.UnverifiedTransactionException;
import io.letterbox.error.VerificationGuard;
import io.letterbox.memory.StatePart;
import io.letterbox.record.TopicPartition;
import io.letterbox.record.TransactionMarker;
import io.letterbox.transactions.AcquireProducerId;
import io.letterbox.transactions.TransactionCommand.AddPartitionsToTxn;
import io.letterbox.transactions.TransactionCommand.Intent;
import io.letterbox.transactions.TransactionCommand.MarkersWritten;
import io.letterbox.transactions.TransactionCommand.WithProducerId;
import io.letterbox.transactions.TransactionCoordinator;
import io.letterbox.transactions.TransactionLimits;
import io.letterbox.transactions.WriteMarkers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;

/** One server: a coordinator, its log, and some partitions. A crash takes all of them back to their committed state. */
final class SimServer implements CoordinatorOutbox {
    static final int PARTITIONS = 3;
    static final String TOPIC = "t";

    private static final long EXPIRATION_MS = 3_600_000;
    private static final int MAX_TIMEOUT_MS = 60_000;
    private static final long TICK_MS = 50;

    final List<SimPartition> partitions = new ArrayList<>();
    boolean up = true;

    private final SimWorld world;
    private final SimLog<CoordinatorRecord> log;
    private TransactionCoordinator core;
    private int incarnation;
    private long nextProducerId = 1000;

    SimServer(SimWorld world) {
        this.world = world;
        this.log = new SimLog<>(world);
        for (int i = 0; i < PARTITIONS; i++) partitions.add(new SimPartition(world));
        start();
    }

    private void start() {
        up = true;
        core = new TransactionCoordinator(new TransactionLimits(MAX_TIMEOUT_MS, EXPIRATION_MS, StatePart.unlimited()));
        log.entries.forEach(core::apply);
        core.activate(world.now(), this);
        tick();
    }

    private void tick() {
        core.tick(world.now(), this);
        soon(TICK_MS, this::tick);
    }

    void crash(long downMs) {
        up = false;
        incarnation++;
        log.crash();
        partitions.forEach(SimPartition::crash);
        world.after(downMs, this::start);
    }

    /** Runs an action later, unless the server crashes before. */
    private void soon(long delayMs, Runnable action) {
        int now = incarnation;
        world.after(delayMs, () -> {
            if (now == incarnation) action.run();
        });
    }

    // ---- the coordinator's outbox

    @Override
    public void write(List<CoordinatorRecord> records) {
        for (CoordinatorRecord record : records) {
            log.append(record);
            core.apply(record);
        }
    }

    @Override
    public void writeTransactional(
            long producerId, short epoch, VerificationGuard guard, List<CoordinatorRecord> records) {
        throw new AssertionError("a coordinator of transactions takes part in none");
    }

    @Override
    public <R> void reply(CoordinatorRequest<R> to, R answer) {
        log.whenCommitted(() -> to.reply().succeed(answer));
    }

    @Override
    public void perform(CoordinatorEffect effect) {
        log.whenCommitted(() -> {
            if (effect instanceof WriteMarkers markers) writeMarkers(markers);
            else if (effect instanceof AcquireProducerId acquire) acquire(acquire.question());
            else throw new AssertionError(effect);
        });
    }

    private <R> void acquire(CoordinatorRequest<R> question) {
        long id = nextProducerId++;
        soon(world.between(1, 30), () -> ask(new WithProducerId(question, id), done -> {}));
    }

    private void writeMarkers(WriteMarkers markers) {
        int[] missing = {markers.partitions().size()};
        TransactionMarker marker = new TransactionMarker(markers.commit(), incarnation);
        for (TopicPartition partition : markers.partitions()) {
            Runnable written = () -> {
                if (--missing[0] == 0) report(markers);
            };
            soon(world.between(0, world.chance(0.5) ? 5 : 200), () -> partitions
                    .get(partition.partition())
                    .mark(markers.producerId(), markers.epoch(), marker, written));
        }
    }

    private void report(WriteMarkers markers) {
        MarkersWritten written = new MarkersWritten(markers.transactionalId(), markers.producerId(), markers.epoch());
        soon(world.between(0, 20), () -> ask(written, done -> {}));
    }

    // ---- what comes in; answers come while this life lasts

    <R> void ask(CoordinatorCommand<R> command, Consumer<R> answer) {
        core.handle(new CoordinatorRequest<>(command, Principal.ANONYMOUS, new To<>(answer)), world.now(), this);
    }

    private record To<R>(Consumer<R> answer) implements CoordinatorRequest.ReplyTarget<R> {
        @Override
        public void succeed(R value) {
            answer.accept(value);
        }

        @Override
        public void fail(Throwable refusal) {
            throw new AssertionError(refusal);
        }
    }

    /** Appends a batch as the door does: asks the coordinator first if the partition requires verification. */
    void produce(String transactionalId, SimBatch batch, Intent intent, Consumer<Errors> answer) {
        produce(transactionalId, batch, intent, null, answer);
    }

    private void produce(String id, SimBatch batch, Intent intent, VerificationGuard guard, Consumer<Errors> answer) {
        try {
            partitions.get(batch.partition()).append(batch, guard, () -> answer.accept(Errors.NONE));
        } catch (UnverifiedTransactionException unverified) {
            verify(id, batch, intent, unverified.guard(), answer);
        } catch (ApiException refusal) {
            answer.accept(Errors.forCode(refusal.code().kafkaCode()));
        }
    }

    private void verify(String id, SimBatch batch, Intent intent, VerificationGuard guard, Consumer<Errors> answer) {
        TopicPartition partition = new TopicPartition(TOPIC, batch.partition());
        AddPartitionsToTxn question =
                new AddPartitionsToTxn(id, batch.producerId(), batch.epoch(), Set.of(partition), intent);
        soon(
                world.between(0, 20),
                () -> ask(question, verdicts -> {
                    Errors verdict = verdicts.get(partition);
                    if (verdict != Errors.NONE) answer.accept(verdict);
                    else soon(world.between(0, 200), () -> produce(id, batch, intent, guard, answer));
                }));
    }
}
