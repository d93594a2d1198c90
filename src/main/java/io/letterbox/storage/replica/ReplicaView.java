package io.letterbox.storage.replica;

import io.letterbox.metadata.ReplicaId;
import java.util.List;

/**
 * What a replica knows, at one moment, of itself and of the log that it shares.
 *
 * @param leader the node that leads as far as this replica knows, -1 if none does
 * @param term the term that the replica is in
 * @param committedIndex up to here it knows entries to be committed; -1 if of none
 * @param appliedIndex up to here it has applied them; -1 if none
 * @param voters who votes: of the present configuration, and of the one before while that is being replaced
 * @param followers as {@link ReplicatedLog#followers}; empty if this replica does not lead
 */
public record ReplicaView(
        int leader,
        long term,
        long committedIndex,
        long appliedIndex,
        List<ReplicaId> voters,
        List<FollowerProgress> followers) {
    public ReplicaView {
        voters = List.copyOf(voters);
        followers = List.copyOf(followers);
    }
}
