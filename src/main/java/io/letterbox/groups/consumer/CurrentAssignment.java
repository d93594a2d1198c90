package io.letterbox.groups.consumer;

/**
 * What a member owns.
 *
 * @param epoch the member's epoch; 0: not assigned anything yet; -2: a static member that has left for a while
 * @param previousEpoch the epoch before; accepted once more, because the answer that told of the new one may be lost
 * @param state how far it has got
 * @param assigned the partitions that it may use
 * @param revoking the partitions that it has to give up, and owns until it has said that it did
 */
public record CurrentAssignment(
        int epoch, int previousEpoch, MemberState state, PartitionSet assigned, PartitionSet revoking) {
    static final CurrentAssignment NONE =
            new CurrentAssignment(0, 0, MemberState.STABLE, PartitionSet.EMPTY, PartitionSet.EMPTY);

    /** Everything that nobody else may have. */
    public PartitionSet owned() {
        return assigned.plus(revoking);
    }
}
