package io.letterbox.cluster.healing;

import java.util.List;

/**
 * What a node does with its own replica of one shard, from the first opening to the return after a fault. Copy first,
 * then join: a replica that has forgotten what it promised is opened only when the group does not have it as a member,
 * which the leader has to have said after it was closed, and it votes only after it has become one again. Pure, with a
 * state that only holds repetitions back; owned by one thread.
 */
public final class ReplicaRepair {
    /** After a step that came to nothing the next one waits, at first for so long. */
    static final long PAUSE_MS = 500;

    /** And no longer than this, however often that happens. */
    static final long MAX_PAUSE_MS = 30_000;

    private static final long NOT_WELL = Long.MIN_VALUE;

    private int failures;
    private long notBeforeMs = Long.MIN_VALUE;
    private long wellSinceMs = NOT_WELL;
    private boolean busy;

    /** Whether the last step was to open the replica. */
    private boolean opening;

    /**
     * What to do now. Whoever gets a step does it, and then says {@link #done} or {@link #failed}: until then there is
     * nothing else to do.
     *
     * @param nowMs on the monotonic clock
     */
    public RepairStep step(RepairView view, long nowMs) {
        if (busy || nowMs < notBeforeMs || !view.assigned()) return new RepairStep.Rest();
        RepairStep step = next(view);
        busy = !(step instanceof RepairStep.Rest);
        if (busy) opening = step instanceof RepairStep.Open;
        return step;
    }

    private RepairStep next(RepairView view) {
        RepairPhase phase = view.phase();
        if (phase instanceof RepairPhase.Sound) return sound(view);
        if (phase instanceof RepairPhase.Placed) {
            RepairStep leaves = withdrawal(view.fault());
            return leaves != null ? leaves : new RepairStep.Open(RepairStep.Beginning.COPIED);
        }
        if (view.open()) throw new IllegalStateException("a replica runs that is " + phase);
        boolean remembers = phase instanceof RepairPhase.Unfit before && !before.forgot()
                || phase instanceof RepairPhase.Copied placed && placed.keepsVote();
        if (remembers && view.kept() != RepairView.Kept.THERE) return gone();
        if (phase instanceof RepairPhase.Copied copied) return new RepairStep.Place(copied);
        if (phase instanceof RepairPhase.Vacant) return copy(view.sources(), -1, false);
        RepairPhase.Unfit unfit = (RepairPhase.Unfit) phase;
        if (!unfit.forgot()) return copy(view.sources(), unfit.leastIndex(), true);
        return view.leader() < 0 ? new RepairStep.Rest() : new RepairStep.AskWhetherMember(view.leader());
    }

    private static RepairStep sound(RepairView view) {
        RepairStep leaves = withdrawal(view.fault());
        if (leaves != null) return leaves;
        if (view.open()) return new RepairStep.Rest();
        if (view.kept() == RepairView.Kept.THERE) return new RepairStep.Open(RepairStep.Beginning.AGAIN);
        if (view.kept() == RepairView.Kept.GONE) return gone();
        if (view.begins()) return new RepairStep.Open(RepairStep.Beginning.NEW);
        return new RepairStep.Withdraw(
                new RepairPhase.Unfit(true, -1, "the data directory is new, and the shard is older"));
    }

    /** Null where there is no fault, or one that passes. */
    private static RepairStep withdrawal(RepairView.Fault fault) {
        if (fault == null || fault.kind() == RepairView.Kind.PASSES) return null;
        boolean forgot = fault.kind() == RepairView.Kind.PROMISES_LOST;
        return new RepairStep.Withdraw(new RepairPhase.Unfit(forgot, forgot ? -1 : fault.leastIndex(), fault.why()));
    }

    private static RepairStep gone() {
        return new RepairStep.Withdraw(
                new RepairPhase.Unfit(true, -1, "what it promised in Raft is gone from the data directory"));
    }

    /** Each failure goes on with the next source. */
    private RepairStep copy(List<Integer> sources, long leastIndex, boolean keepsVote) {
        if (sources.isEmpty()) return new RepairStep.Rest();
        return new RepairStep.Copy(sources.get(failures % sources.size()), leastIndex, keepsVote);
    }

    /** The step is done. After an opening the failures are forgotten only when the replica has served for a while. */
    public void done() {
        busy = false;
        if (!opening) failures = 0;
        notBeforeMs = Long.MIN_VALUE;
        wellSinceMs = NOT_WELL;
    }

    /** The replica serves; to be told again and again while it does. */
    public void serves(long nowMs) {
        if (wellSinceMs == NOT_WELL) wellSinceMs = nowMs;
        if (nowMs - wellSinceMs >= MAX_PAUSE_MS) failures = 0;
    }

    /** The step came to nothing, for now. */
    public void failed(long nowMs) {
        busy = false;
        wellSinceMs = NOT_WELL;
        notBeforeMs = nowMs + Math.min(MAX_PAUSE_MS, PAUSE_MS << Math.min(failures, 10));
        failures++;
    }

    /**
     * What to tell the controller.
     *
     * @param isMember whether the replica runs in a group whose members include it
     * @param doneBytes of a copy
     * @param totalBytes of a copy; 0 if none is under way
     */
    public static ReplicaCondition condition(
            RepairView view, boolean isMember, long index, long doneBytes, long totalBytes) {
        RepairPhase phase = view.phase();
        if (phase instanceof RepairPhase.Copied copied)
            return new ReplicaCondition.Copying(!copied.keepsVote(), totalBytes, totalBytes);
        boolean forgot =
                phase instanceof RepairPhase.Vacant || phase instanceof RepairPhase.Unfit unfit && unfit.forgot();
        boolean copies = phase instanceof RepairPhase.Vacant || phase instanceof RepairPhase.Unfit;
        if (copies && totalBytes > 0) return new ReplicaCondition.Copying(forgot, doneBytes, totalBytes);
        if (phase instanceof RepairPhase.Vacant vacant) return new ReplicaCondition.Out(true, vacant.why());
        if (phase instanceof RepairPhase.Unfit fault) return new ReplicaCondition.Out(fault.forgot(), fault.why());
        if (view.open()) return isMember ? new ReplicaCondition.Serving(index) : new ReplicaCondition.Waiting(index);
        boolean lost = view.fault() != null && view.fault().kind() == RepairView.Kind.PROMISES_LOST;
        String why = view.fault() == null ? "it is not open yet" : view.fault().why();
        return new ReplicaCondition.Out(lost, why);
    }
}
