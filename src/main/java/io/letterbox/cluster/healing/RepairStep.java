package io.letterbox.cluster.healing;

/** What a node is to do next with its replica of a shard. Each may be done twice. */
public sealed interface RepairStep {
    /** Nothing. */
    record Rest() implements RepairStep {}

    /** Open the replica. One that is {@link RepairPhase.Placed} is sound once it is a member of its group, too. */
    record Open(Beginning beginning) implements RepairStep {}

    /** With what a replica begins. */
    enum Beginning {
        /** With what it had. */
        AGAIN,
        /** With nothing, together with all the others of a new shard, whose members are known. */
        NEW,
        /** With a copy and without members, until the leader of the group tells who they are. */
        COPIED
    }

    /** Leave the group, close the files, and write a phase down. Nothing of the files is deleted. */
    record Withdraw(RepairPhase.Unfit phase) implements RepairStep {}

    /**
     * Ask the leader, who has to make sure that it still leads, whether the replica is a member. If not: write {@link
     * RepairPhase.Vacant} down.
     */
    record AskWhetherMember(int leader) implements RepairStep {}

    /**
     * Fetch a checkpoint of another node's replica, or go on with it; then write {@link RepairPhase.Copied} down.
     *
     * @param from the node
     * @param leastIndex the checkpoint has to reach up to here
     * @param keepsVote as in {@link RepairPhase.Copied}
     */
    record Copy(int from, long leastIndex, boolean keepsVote) implements RepairStep {}

    /**
     * Put a copy in the place of the replica's own files. If it keeps its vote, delete Raft's segments where the copy
     * reaches to their end or further, and write {@link RepairPhase.Sound} down; else delete all of Raft's files of the
     * group, and write {@link RepairPhase.Placed} down.
     */
    record Place(RepairPhase.Copied copied) implements RepairStep {}
}
