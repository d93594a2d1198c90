package io.letterbox.telemetry;

import io.letterbox.bus.ClusterInspection;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.memory.StateBudget;
import io.letterbox.memory.StatePart;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The health of the process, by which it should get traffic or not. The composition root sets the server's state;
 * conditions under which a node still serves reads, such as a full disk or a damaged partition, are warnings and leave
 * it ready. Any thread.
 */
public final class Health {
    /** The state of the server. */
    public enum State {
        /** Recovering, or opening its ports. */
        STARTING,
        /** Serving. */
        READY,
        /**
         * Ready except for a thread that has been blocked for long; see the reason. Ends by itself, unless the thread
         * is lost.
         */
        BLOCKED,
        /** Stopping: running requests are finished, new ones should go elsewhere. */
        DRAINING,
        /** Something without which it cannot serve has failed; see the reason. */
        FAILED
    }

    /**
     * The state and its reason.
     *
     * @param state the state of the server
     * @param reason a sentence, or null if the state says it all
     */
    public record Condition(State state, String reason) {}

    /**
     * Something that an operator should look at although the server serves.
     *
     * @param code a short constant with hyphens, as {@code disk-below-reserve}
     * @param detail a sentence
     */
    public record Warning(String code, String detail) {}

    /** The time for which a thread has to be blocked until traffic should go elsewhere. */
    static final long BLOCKED_NANOS = TimeUnit.SECONDS.toNanos(10);

    /**
     * The time for which a thread has to be blocked until a restart is the cure, unless it waits for a disk, for which
     * it would wait again.
     */
    static final long LOST_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final AtomicReference<Condition> condition = new AtomicReference<>(new Condition(State.STARTING, null));
    private volatile BooleanSupplier diskBelowReserve = () -> false;
    private volatile Supplier<String> clockDoubt = () -> null;
    private volatile Supplier<List<String>> shortages = List::of;
    private volatile List<StatePart> state = List.of();
    private volatile LimitMeters limits = new LimitMeters();
    private volatile Supplier<List<BlockedThread>> blocked = List::of;
    private volatile Supplier<Map<TopicPartition, PartitionStatus>> troubled = Map::of;

    private volatile Supplier<List<String>> replicas = List::of;
    private volatile ClusterInspection cluster = ClusterInspection.ALONE;

    private final List<Warning> lasting = new CopyOnWriteArrayList<>();

    /** The server serves. Ignored if it has failed or drains already. */
    public void ready() {
        condition.updateAndGet(now -> now.state() == State.STARTING ? new Condition(State.READY, null) : now);
    }

    /**
     * Says what a start waits for. Ignored once that is over.
     *
     * @param reason a sentence
     */
    public void waitsFor(String reason) {
        condition.updateAndGet(now -> now.state() == State.STARTING ? new Condition(State.STARTING, reason) : now);
    }

    /** The shutdown has begun. Ignored if the server has failed. */
    public void draining() {
        condition.updateAndGet(now -> now.state() == State.FAILED ? now : new Condition(State.DRAINING, null));
    }

    /**
     * Sets the state to failed, from which there is no way back. The first reason stays.
     *
     * @param reason a sentence
     */
    public void failed(String reason) {
        Objects.requireNonNull(reason);
        condition.updateAndGet(now -> now.state() == State.FAILED ? now : new Condition(State.FAILED, reason));
    }

    /** Sets the source of what is wrong with the cluster; called at every request for the health. */
    public void bindCluster(ClusterInspection inspection) {
        cluster = Objects.requireNonNull(inspection);
    }

    /** Sets the check whether the disk is below its reserve; called at every request for the health. */
    public void bindDisk(BooleanSupplier belowReserve) {
        diskBelowReserve = Objects.requireNonNull(belowReserve);
    }

    /**
     * Sets the check of the wall clock; called at every request for the health.
     *
     * @param doubt sentences, or null if nothing is wrong
     */
    public void bindClock(Supplier<String> doubt) {
        clockDoubt = Objects.requireNonNull(doubt);
    }

    /**
     * Sets the check for operations on files that fail for now, a sentence each; called at every request for the
     * health.
     */
    public void bindShortages(Supplier<List<String>> sentences) {
        shortages = Objects.requireNonNull(sentences);
    }

    /** Sets the source of what is wrong with replicas here, a sentence each; called at every request for the health. */
    public void bindReplicas(Supplier<List<String>> sentences) {
        replicas = Objects.requireNonNull(sentences);
    }

    /** Sets the budget whose free memory for clients' state is checked at every request for the health. */
    public void bindState(StateBudget budget) {
        state = budget.parts();
    }

    /** Sets the limits that are checked at every request for the health. */
    public void bindLimits(LimitMeters meters) {
        limits = Objects.requireNonNull(meters);
    }

    /** Sets the source of blocked threads, longest blocked first; called at every request for the health. */
    public void bindThreads(Supplier<List<BlockedThread>> threads) {
        blocked = Objects.requireNonNull(threads);
    }

    /** Sets the source of hosted partitions that do not serve; called at every request for the health. */
    public void bindPartitions(Supplier<Map<TopicPartition, PartitionStatus>> refusing) {
        troubled = Objects.requireNonNull(refusing);
    }

    /**
     * Adds a warning that stays as long as the process runs.
     *
     * @param code see {@link Warning}
     * @param detail see {@link Warning}
     */
    public void warn(String code, String detail) {
        lasting.add(new Warning(code, detail));
    }

    /** The state now. */
    public Condition condition() {
        Condition now = condition.get();
        if (now.state() != State.READY) return now;
        return blocked.get().stream()
                .filter(thread -> thread.nanos() >= BLOCKED_NANOS)
                .findFirst()
                .map(thread -> new Condition(State.BLOCKED, thread.sentence()))
                .orElse(now);
    }

    /** False if a restart is the cure. */
    public boolean isAlive() {
        State now = condition.get().state();
        if (now != State.READY) return now != State.FAILED;
        return blocked.get().stream().noneMatch(thread -> thread.curable() && thread.nanos() >= LOST_NANOS);
    }

    /** The warnings for an operator now; empty if there are none. */
    public List<Warning> warnings() {
        List<Warning> warnings = new ArrayList<>(lasting);
        if (diskBelowReserve.getAsBoolean()) {
            warnings.add(new Warning(
                    "disk-below-reserve", "The disk is below its reserve: records are refused, reads go on."));
        }
        String doubt = clockDoubt.get();
        if (doubt != null) warnings.add(new Warning("wall-clock-unconfirmed", doubt));
        for (String lacking : shortages.get()) warnings.add(new Warning("storage-shortage", lacking));
        for (String wrong : replicas.get()) warnings.add(new Warning("replica-not-serving", wrong));
        troubled.get().forEach((partition, status) -> {
            if (status.quarantine() != null) {
                warnings.add(new Warning(
                        status.offline() ? "partition-offline" : "partition-quarantined",
                        partition.topic() + "/" + partition.partition() + ": " + status.quarantine()));
            }
        });
        for (StatePart part : state) {
            if (part.isNearlyFull()) warnings.add(new Warning("state-near-limit", nearlyFull(part)));
        }
        List<String> told = state.stream().map(StatePart::setting).toList();
        for (String trouble : cluster.troubles()) warnings.add(new Warning("cluster", trouble));
        limits.near(told).forEach(near -> warnings.add(new Warning("limit-near", near)));
        return warnings;
    }

    /** Why the server should not be stopped now, in sentences; see {@link ClusterInspection#reasonsNotToStop}. */
    public Future<List<String>> reasonsNotToStop() {
        return cluster.reasonsNotToStop();
    }

    private static String nearlyFull(StatePart part) {
        return "What is remembered of " + part.label() + " takes " + part.usedBytes() + " of " + part.limitBytes()
                + " bytes (" + part.setting() + "): so far " + part.refused() + " requests were refused, and "
                + part.dropped() + " of them forgotten for newer ones.";
    }
}
