package io.letterbox.cluster.healing;

import io.letterbox.metadata.ReplicaId;

/** What the controller is to do next. May be done twice, and may come to nothing. */
public sealed interface HealingStep {
    /**
     * Has the metadata say that a node's replica of a shard is in another directory: {@code Command.ReplaceReplica}.
     */
    record Reassign(int shard, ReplicaId from, ReplicaId to) implements HealingStep {}

    /**
     * Has the leader of a group change its members, if they are what is expected (Raft's COMPARE_AND_SET).
     *
     * @param leader whom to ask
     * @param why for the log file
     */
    record ChangeMembers(int group, ReplicaId leader, GroupMembers expected, GroupMembers wanted, String why)
            implements HealingStep {}
}
