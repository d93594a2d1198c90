package io.letterbox.groups.consumer;

/**
 * The current assignment of a member.
 *
 * @param epoch the member's epoch; 0: not assigned anything yet; -2: a static member that has left for a while
 * @param previousEpoch the previous epoch, which is accepted as well, because the answer with the new one may be lost
 * @param state its state on the way to the target assignment
 * @param assigned the partitions that it may use
 * @param revoking the partitions to be revoked, which it owns until it has acknowledged that
 */
public record CurrentAssignment(
        int epoch, int previousEpoch, MemberState state, PartitionSet assigned, PartitionSet revoking) {
    static final CurrentAssignment NONE =
            new CurrentAssignment(0, 0, MemberState.STABLE, PartitionSet.EMPTY, PartitionSet.EMPTY);

    /** All partitions that no other member may get. */
    public PartitionSet owned() {
        return assigned.plus(revoking);
    }
}
