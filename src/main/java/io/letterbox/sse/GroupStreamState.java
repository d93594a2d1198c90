package io.letterbox.sse;

import io.letterbox.record.TopicPartition;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * What a stream that is a member of a group does about its share of the partitions. Values; each method that returns a
 * state is a transition, and none of them does anything.
 *
 * <pre>
 *                 told of more                 told of less, or retires
 *   ┌──────────┐ ◄─────────────► ┌─────────┐ ◄────────────────────────► ┌────────┐        ┌───────┐
 *   │ Fetching │   begun there   │ Reading │        given up            │ Giving │        │ Ended │
 *   └──────────┘                 └─────────┘                            └────────┘        └───────┘
 *
 *   lost:   from everywhere but Ended to Reading, as another membership: what was asked before means nothing any more
 *   retire: from everywhere but Ended to the same, which then takes no more partitions
 *   end:    from everywhere to Ended
 * </pre>
 */
sealed interface GroupStreamState {
    /** The state of a stream whose member has just joined: it owns nothing. */
    GroupStreamState JOINED = new Reading(0, false);

    /** It reads what it owns, and nothing of that changes. */
    record Reading(int membership, boolean retires) implements GroupStreamState {}

    /**
     * It owns more partitions, and asks where to begin in them.
     *
     * @param partitions which
     */
    record Fetching(int membership, boolean retires, SortedSet<TopicPartition> partitions)
            implements GroupStreamState {}

    /**
     * It has stopped writing of partitions, and waits until its client has what was written of them.
     *
     * @param stoppedAt the offset behind the last record that was written, of each
     * @param sinceTick when it stopped
     */
    record Giving(int membership, boolean retires, SortedMap<TopicPartition, Long> stoppedAt, int sinceTick)
            implements GroupStreamState {}

    /** The stream is over, whoever ended it. */
    record Ended(int membership) implements GroupStreamState {
        @Override
        public boolean retires() {
            return true;
        }
    }

    /** Counts how often the member was taken out of the group: what was begun in an earlier one means nothing. */
    int membership();

    /** Whether it takes no more partitions, because its end is near. */
    boolean retires();

    /** Whether there is a client to write to. */
    default boolean isOpen() {
        return !(this instanceof Ended);
    }

    /** Whether it does what the coordinator's answers say of its partitions; else the next answer says it again. */
    default boolean follows() {
        return this instanceof Reading && !retires();
    }

    /** It was given partitions. */
    default GroupStreamState fetch(SortedSet<TopicPartition> partitions) {
        if (!follows()) throw new IllegalStateException("no partitions are taken while " + this);
        return new Fetching(membership(), false, partitions);
    }

    /** It has to give partitions up. */
    default GroupStreamState give(SortedMap<TopicPartition, Long> stoppedAt, int tick) {
        if (!(this instanceof Reading)) throw new IllegalStateException("no partitions are given up while " + this);
        return new Giving(membership(), retires(), stoppedAt, tick);
    }

    /** What was under way is done: it reads in what it was given, or has given up what it had to. */
    default GroupStreamState settled() {
        return isOpen() ? new Reading(membership(), retires()) : this;
    }

    /** The coordinator has fenced the member. */
    default GroupStreamState lost() {
        return isOpen() ? new Reading(membership() + 1, retires()) : this;
    }

    /** Its end is near. */
    default GroupStreamState retire() {
        if (this instanceof Reading) return new Reading(membership(), true);
        if (this instanceof Fetching fetching) return new Fetching(membership(), true, fetching.partitions());
        if (this instanceof Giving giving)
            return new Giving(membership(), true, giving.stoppedAt(), giving.sinceTick());
        return this;
    }

    /** The stream is over. */
    default GroupStreamState end() {
        return new Ended(membership());
    }
}
