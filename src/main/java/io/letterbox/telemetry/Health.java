package io.letterbox.telemetry;

import io.letterbox.bus.PartitionStatus;
import io.letterbox.memory.StateBudget;
import io.letterbox.memory.StatePart;
import io.letterbox.record.TopicPartition;
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
 * Whether the process should get traffic. The composition root says in which state the server is; conditions that a node
 * can live with, as a full disk or a damaged partition, are warnings and leave it ready: reads go on. Any thread.
 */
public final class Health {
    /** What the server is doing. */
    public enum State {
        /** Recovering, or opening its doors. */
        STARTING,
        /** Serving. */
        READY,
        /** Ready but for a thread that has been away for long; see the reason. Passes by itself, or the thread is lost. */
        BLOCKED,
        /** On its way out: what runs is finished, nothing new should come. */
        DRAINING,
        /** Something without which it can not serve is gone; see the reason. */
        FAILED
    }

    /**
     * The state and why.
     *
     * @param state what the server is doing
     * @param reason a sentence, or null where the state says it all
     */
    public record Condition(State state, String reason) {}

    /**
     * Something that an operator should look at although the server serves.
     *
     * @param code a short constant with hyphens, as {@code disk-below-reserve}
     * @param detail a sentence
     */
    public record Warning(String code, String detail) {}

    /** Traffic should go elsewhere when a thread has been blocked for so long. */
    static final long BLOCKED_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** A restart is the cure when it has been blocked for so long, unless it waits for a disk, which a restart would, too. */
    static final long LOST_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final AtomicReference<Condition> condition = new AtomicReference<>(new Condition(State.STARTING, null));
    private volatile BooleanSupplier diskBelowReserve = () -> false;
    private volatile Supplier<String> clockDoubt = () -> null;
    private volatile Supplier<List<String>> shortages = List::of;
    private volatile List<StatePart> state = List.of();
    private volatile LimitMeters limits = new LimitMeters();
    private volatile Supplier<List<BlockedThread>> blocked = List::of;
    private volatile Supplier<Map<TopicPartition, PartitionStatus>> troubled = Map::of;

    private final List<Warning> lasting = new CopyOnWriteArrayList<>();

    /** The doors are open. Ignored when the server has failed or drains already. */
    public void ready() {
        condition.updateAndGet(now -> now.state() == State.STARTING ? new Condition(State.READY, null) : now);
    }

    /** The shutdown has begun. Ignored when the server has failed. */
    public void draining() {
        condition.updateAndGet(now -> now.state() == State.FAILED ? now : new Condition(State.DRAINING, null));
    }

    /**
     * The server can not serve any more; for good. The first reason stays.
     *
     * @param reason a sentence
     */
    public void failed(String reason) {
        Objects.requireNonNull(reason);
        condition.updateAndGet(now -> now.state() == State.FAILED ? now : new Condition(State.FAILED, reason));
    }

    /** Asks from now on, at every look, whether the disk is below its reserve. */
    public void bindDisk(BooleanSupplier belowReserve) {
        diskBelowReserve = Objects.requireNonNull(belowReserve);
    }

    /**
     * Asks from now on, at every look, what is wrong with the wall clock.
     *
     * @param doubt sentences, or null where nothing is
     */
    public void bindClock(Supplier<String> doubt) {
        clockDoubt = Objects.requireNonNull(doubt);
    }

    /** Asks from now on, at every look, what cannot be done on files for now: a sentence each. */
    public void bindShortages(Supplier<List<String>> sentences) {
        shortages = Objects.requireNonNull(sentences);
    }

    /** Asks from now on, at every look, whether there is room to remember more for clients. */
    public void bindState(StateBudget budget) {
        state = budget.parts();
    }

    /** Asks from now on, at every look, which limits are near. */
    public void bindLimits(LimitMeters meters) {
        limits = Objects.requireNonNull(meters);
    }

    /** Asks from now on, at every look, which threads are blocked, the one that has been for longest first. */
    public void bindThreads(Supplier<List<BlockedThread>> threads) {
        blocked = Objects.requireNonNull(threads);
    }

    /** Asks from now on, at every look, for the hosted partitions that do not serve. */
    public void bindPartitions(Supplier<Map<TopicPartition, PartitionStatus>> refusing) {
        troubled = Objects.requireNonNull(refusing);
    }

    /**
     * Warns from now on of something that stays as long as the process runs.
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

    /** False where a restart is the cure. */
    public boolean isAlive() {
        State now = condition.get().state();
        if (now != State.READY) return now != State.FAILED;
        return blocked.get().stream().noneMatch(thread -> thread.curable() && thread.nanos() >= LOST_NANOS);
    }

    /** What an operator should look at now; empty where all is well. */
    public List<Warning> warnings() {
        List<Warning> warnings = new ArrayList<>(lasting);
        if (diskBelowReserve.getAsBoolean()) {
            warnings.add(new Warning(
                    "disk-below-reserve", "The disk is below its reserve: records are refused, reads go on."));
        }
        String doubt = clockDoubt.get();
        if (doubt != null) warnings.add(new Warning("wall-clock-unconfirmed", doubt));
        for (String lacking : shortages.get()) warnings.add(new Warning("storage-shortage", lacking));
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
        limits.near(told).forEach(near -> warnings.add(new Warning("limit-near", near)));
        return warnings;
    }

    private static String nearlyFull(StatePart part) {
        return "What is remembered of " + part.label() + " takes " + part.usedBytes() + " of " + part.limitBytes()
                + " bytes (" + part.setting() + "): so far " + part.refused() + " requests were refused, and "
                + part.dropped() + " of them forgotten for newer ones.";
    }
}
