package io.letterbox.storage;

/** What a replica is. */
sealed interface ReplicaState {
    /** The node has not got the metadata yet with which its files can be opened. */
    record Opening() implements ReplicaState {}

    /** Another replica leads, or none: entries are applied, nothing is appended. */
    record Follower() implements ReplicaState {}

    /** This replica appends and decides. */
    record Leader(long term) implements ReplicaState {}

    /** It cannot go on with the files that it has. */
    record Broken(Throwable why) implements ReplicaState {}

    /** The shard has stopped. */
    record Closed() implements ReplicaState {}

    /** Nothing happens to it any more. */
    default boolean isOver() {
        return this instanceof Broken || this instanceof Closed;
    }
}
