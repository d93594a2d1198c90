package io.letterbox.storage;

import io.letterbox.storage.replica.LogPosition;
import io.letterbox.storage.replica.Proposal;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** What a replicated log tells a replica; see {@link io.letterbox.storage.replica.ShardReplica}. */
sealed interface ReplicaEvent {
    /** An entry is committed. */
    record Entry(LogPosition at, ByteBuffer entry, Proposal own, Runnable applied, Consumer<Throwable> broken)
            implements ReplicaEvent {
        @Override
        public int sizeBytes() {
            return entry.remaining();
        }
    }

    record Skipped(LogPosition at) implements ReplicaEvent {}

    record Leads(long term) implements ReplicaEvent {}

    record LeadsNoMore() implements ReplicaEvent {}

    /** What it holds in memory. */
    default int sizeBytes() {
        return 0;
    }
}
