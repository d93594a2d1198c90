package io.letterbox.groups.consumer;

import io.letterbox.groups.consumer.PartitionSet.Test;

/**
 * The next step of one member towards its target (KIP-848, "reconciliation"):
 *
 * <pre>
 *                      target has changed
 *        ┌──────────┬──────────────────────────┬───────────────────────┐
 *        │          ▼ something to give up     ▼ nothing to give up    │
 *        │   UNREVOKED_PARTITIONS ──────► the epoch becomes the target's, what is free is assigned
 *        │   keeps its epoch   it says      │                          │
 *        │                     it did       ▼ all of it                ▼ others have not given up the rest
 *        └──────────────────────────────  STABLE ◄────────────── UNRELEASED_PARTITIONS
 *                                                 they did
 * </pre>
 *
 * <p>A member revokes partitions before it gets others, and gets only partitions without an owner; so no partition ever
 * has two owners.
 *
 * @param targetEpoch the epoch of the target
 * @param target the member's target assignment
 * @param owned the partitions that the member reports as owned; null if it does not report them
 * @param free whether no other member owns a partition
 */
record Reconciliation(int targetEpoch, PartitionSet target, PartitionSet owned, Test free) {

    /** The member's assignment after this step; equal to the current one if there is nothing to do. */
    CurrentAssignment next(CurrentAssignment current) {
        switch (current.state()) {
            case STABLE:
                if (current.epoch() == targetEpoch) return current;
                return advance(current, current.epoch(), current.assigned());
            case UNREVOKED_PARTITIONS:
                // The member has not acknowledged the revocation: it reports nothing, or still reports the partitions.
                if (owned == null || owned.intersects(current.revoking())) return current;
                // The epoch grows by one, so that a late acknowledgement of this revocation cannot be taken for one of
                // the next.
                return advance(current, current.epoch() + 1, current.assigned());
            case UNRELEASED_PARTITIONS:
                return advance(current, current.epoch(), current.assigned());
            default:
                throw new AssertionError(current.state());
        }
    }

    private CurrentAssignment advance(CurrentAssignment current, int epoch, PartitionSet assigned) {
        PartitionSet kept = assigned.intersect(target);
        PartitionSet revoking = assigned.minus(kept);
        if (!revoking.isEmpty() && (owned == null || owned.intersects(revoking))) {
            return new CurrentAssignment(
                    epoch, previous(current, epoch), MemberState.UNREVOKED_PARTITIONS, kept, revoking);
        }
        PartitionSet wanted = target.minus(kept);
        PartitionSet available = wanted.filter(free);
        boolean complete = available.size() == wanted.size();
        return new CurrentAssignment(
                targetEpoch,
                previous(current, targetEpoch),
                complete ? MemberState.STABLE : MemberState.UNRELEASED_PARTITIONS,
                kept.plus(available),
                PartitionSet.EMPTY);
    }

    private static int previous(CurrentAssignment current, int epoch) {
        return epoch == current.epoch() ? current.previousEpoch() : current.epoch();
    }
}
