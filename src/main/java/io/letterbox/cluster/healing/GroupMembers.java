package io.letterbox.cluster.healing;

import io.letterbox.metadata.ReplicaId;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * All members of a Raft group. Every change names all of both kinds: Raft drops what is not named.
 *
 * @param voters those whose majority decides
 * @param listeners those that get everything and decide nothing; none of them votes
 */
public record GroupMembers(Set<ReplicaId> voters, Set<ReplicaId> listeners) {
    public GroupMembers {
        voters = Set.copyOf(voters);
        listeners = Set.copyOf(listeners);
        for (ReplicaId voter : voters) {
            if (listeners.contains(voter)) throw new IllegalArgumentException(voter + " votes and only listens");
        }
    }

    /** Whether a replica is any kind of member. */
    public boolean has(ReplicaId replica) {
        return voters.contains(replica) || listeners.contains(replica);
    }

    GroupMembers withVoter(ReplicaId replica) {
        return new GroupMembers(with(voters, replica), without(listeners, replica));
    }

    GroupMembers withListener(ReplicaId replica) {
        return new GroupMembers(without(voters, replica), with(listeners, replica));
    }

    GroupMembers without(ReplicaId replica) {
        return new GroupMembers(without(voters, replica), without(listeners, replica));
    }

    /** Whether those of the voters that fulfil a condition can decide. */
    boolean haveMajority(Predicate<ReplicaId> condition) {
        return 2 * voters.stream().filter(condition).count() > voters.size();
    }

    private static Set<ReplicaId> with(Set<ReplicaId> all, ReplicaId more) {
        Set<ReplicaId> changed = new HashSet<>(all);
        changed.add(more);
        return changed;
    }

    private static Set<ReplicaId> without(Set<ReplicaId> all, ReplicaId less) {
        Set<ReplicaId> changed = new HashSet<>(all);
        changed.remove(less);
        return changed;
    }
}
