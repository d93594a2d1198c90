package io.letterbox.sse;

import io.letterbox.record.TopicPartition;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * The state of a group member's stream, by what it does about its share of the partitions. Values; each method that
 * returns a state is a transition without side effects.
 *
 * <pre>
 *                 assigned more                 revoked, or retires
 *   ┌──────────┐ ◄─────────────► ┌─────────┐ ◄────────────────────────► ┌────────┐        ┌───────┐
 *   │ Fetching │   begun there   │ Reading │        given up            │ Giving │        │ Ended │
 *   └──────────┘                 └─────────┘                            └────────┘        └───────┘
 *
 *   lost:   from every state but Ended to Reading, with another membership;
 *           answers to requests of an earlier one are ignored
 *   retire: from every state but Ended to the same, which then takes no more partitions
 *   end:    from every state to Ended
 * </pre>
 */
sealed interface GroupStreamState {
    /** The state of a stream whose member has just joined: it owns nothing. */
    GroupStreamState JOINED = new Reading(0, false);

    /** Reads the partitions that it owns, without a change under way. */
    record Reading(int membership, boolean retires) implements GroupStreamState {}

    /**
     * Has been assigned more partitions, and fetches the positions to begin at.
     *
     * @param partitions the new ones
     */
    record Fetching(int membership, boolean retires, SortedSet<TopicPartition> partitions)
            implements GroupStreamState {}

    /**
     * Has stopped writing partitions, and waits until its client has received what was written of them.
     *
     * @param stoppedAt the offset behind the last record that was written, by partition
     * @param sinceTick the tick at which it stopped
     */
    record Revoking(int membership, boolean retires, SortedMap<TopicPartition, Long> stoppedAt, int sinceTick)
            implements GroupStreamState {}

    /** The stream has ended, by either side. */
    record Ended(int membership) implements GroupStreamState {
        @Override
        public boolean retires() {
            return true;
        }
    }

    /**
     * Counts how often the coordinator has removed the member: answers to requests of an earlier membership are
     * ignored.
     */
    int membership();

    /** Whether it takes no more partitions, because it is about to end. */
    boolean retires();

    /** Whether the client is connected. */
    default boolean isOpen() {
        return !(this instanceof Ended);
    }

    /** Whether it follows the assignment in the coordinator's answers; otherwise the next answer repeats it. */
    default boolean follows() {
        return this instanceof Reading && !retires();
    }

    /** Partitions were assigned. */
    default GroupStreamState assign(SortedSet<TopicPartition> partitions) {
        if (!follows()) throw new IllegalStateException("no partitions are taken while " + this);
        return new Fetching(membership(), false, partitions);
    }

    /** Partitions were revoked. */
    default GroupStreamState revoke(SortedMap<TopicPartition, Long> stoppedAt, int tick) {
        if (!(this instanceof Reading)) throw new IllegalStateException("no partitions are given up while " + this);
        return new Revoking(membership(), retires(), stoppedAt, tick);
    }

    /** The change is done: the new partitions are read, or the revoked ones given up. */
    default GroupStreamState settled() {
        return isOpen() ? new Reading(membership(), retires()) : this;
    }

    /** The coordinator has fenced the member. */
    default GroupStreamState onFenced() {
        return isOpen() ? new Reading(membership() + 1, retires()) : this;
    }

    /** The stream is about to end. */
    default GroupStreamState retire() {
        if (this instanceof Reading) return new Reading(membership(), true);
        if (this instanceof Fetching fetching) return new Fetching(membership(), true, fetching.partitions());
        if (this instanceof Revoking giving)
            return new Revoking(membership(), true, giving.stoppedAt(), giving.sinceTick());
        return this;
    }

    /** The stream has ended. */
    default GroupStreamState end() {
        return new Ended(membership());
    }
}
