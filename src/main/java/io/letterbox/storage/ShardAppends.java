package io.letterbox.storage;

import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.disk.Shortage;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.error.OutOfOrderSequenceException;
import io.letterbox.log.AppendResult;
import io.letterbox.record.RecordBatch;
import io.letterbox.replication.Input;
import io.letterbox.replication.Output;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Appends batches to the logs of one shard, or refuses them. Owned by the shard's thread. */
final class ShardAppends {
    private final StorageServices services;
    private final PartitionTable partitions;
    private final TailCache tailCache;
    private final ShardFailures failures;
    private final ShardRole role;
    private final ShardCheckpoint checkpoint;
    private final GroupCommit group;
    private final Shard shard;
    private final RefusedSequences refused;

    /** What appends ask of their shard. */
    interface Shard {
        /** Why nothing is appended now, or null. */
        ApiException refusal();

        /** A group has begun, which is to be committed when what is queued already is done. */
        void groupBegan();

        /** A write has failed for good; returns what is said of it. */
        ApiException failed(String what, IOException why);
    }

    ShardAppends(
            StorageServices services,
            PartitionTable partitions,
            TailCache tailCache,
            ShardFailures failures,
            ShardRole role,
            ShardCheckpoint checkpoint,
            GroupCommit group,
            Shard shard) {
        this.services = services;
        this.partitions = partitions;
        this.tailCache = tailCache;
        this.failures = failures;
        this.role = role;
        this.checkpoint = checkpoint;
        this.group = group;
        this.shard = shard;
        this.refused = services.hosted().refused();
    }

    /** Returns false if the batch was not appended; it is answered then, now or later. */
    boolean append(Append append) {
        HostedPartition partition = partitions.get(append.partition());
        ApiException refusal = refusal(append, partition);
        if (refusal != null) {
            // What is too large is not sent again.
            if (refusal.code() != ErrorCode.RECORD_TOO_LARGE) refused.add(append.partition(), append.batch());
            append.done().fail(refusal);
            return false;
        }
        ByteBuffer stored = append.batch().duplicate();
        try {
            long elapsedMs = services.clock().elapsedMs();
            if (overtakes(append, partition) || partition.isAnswered(append, elapsedMs)) return false;
            long appendTimeMs =
                    partition.config().logAppendTime() ? services.clock().wallMs() : -1;
            if (appendTimeMs >= 0) RecordBatch.of(append.batch()).stampAppendTime(appendTimeMs);
            checkpoint.makeRoomFor(partition);
            AppendResult result = partition.log().append(append.batch(), partition.leaderEpoch(), elapsedMs);
            if (!refused.isEmpty()) refused.remove(partition.id(), RecordBatch.of(stored));
            long nextOffset = result.lastOffset() + 1;
            tailCache.add(partition.tail(), result.baseOffset(), nextOffset, stored);
            partition.awaitCommit(
                    nextOffset,
                    new Appended(
                            result.baseOffset(), appendTimeMs, partition.log().logStartOffset(), false),
                    append);
            partition.replica().step(new Input.LogEndMoved(nextOffset), ShardAppends::unexpected);
            boolean first = group.add(partition, result.baseOffset(), nextOffset, stored, append.recordCount());
            if (first) shard.groupBegan();
            services.shortages().succeeded(FileOperation.APPENDING, partition.id());
            return true;
        } catch (IOException e) {
            refused.add(partition.id(), stored);
            onFailure(partition, append, e);
            return false;
        }
    }

    /** Refuses a batch of a producer that the partition does not know, if it follows on one that was refused. */
    private boolean overtakes(Append append, HostedPartition partition) {
        if (refused.isEmpty()) return false;
        RecordBatch batch = RecordBatch.of(append.batch());
        long producer = batch.producerId();
        if (producer < 0 || partition.log().producers().get(producer) != null) return false;
        int missing = refused.missingBefore(partition.id(), batch);
        if (missing == RecordBatch.NO_SEQUENCE) return false;
        append.done()
                .fail(new OutOfOrderSequenceException(
                        missing,
                        "Producer " + producer + " sends records from number " + batch.baseSequence()
                                + ", but those from number " + missing + " on were refused, and come first."));
        return true;
    }

    private static void unexpected(Output output) {
        throw new AssertionError("nothing is safe yet, so nothing can follow from an append: " + output);
    }

    private ApiException refusal(Append append, HostedPartition partition) {
        ApiException closed = shard.refusal();
        if (closed != null) return closed;
        if (partition == null) return LogAccess.unknown(append.partition());
        ApiException quarantined = partition.quarantineRefusal();
        if (quarantined != null) return quarantined;
        if (services.disk().isSpent()) return diskFull();
        int sizeBytes = append.batch().remaining();
        if (sizeBytes > partition.config().maxMessageBytes()) {
            return new ApiException(
                    ErrorCode.RECORD_TOO_LARGE,
                    "A record batch of " + sizeBytes + " bytes is larger than max.message.bytes of "
                            + append.partition().topic() + ", "
                            + partition.config().maxMessageBytes() + ".");
        }
        if (sizeBytes > role.maxBatchBytes()) {
            return new ApiException(
                    ErrorCode.RECORD_TOO_LARGE,
                    "A record batch of " + sizeBytes + " bytes is larger than replicas can be sent, "
                            + role.maxBatchBytes() + ".");
        }
        return role.refusal(partition);
    }

    private ApiException diskFull() {
        return new ApiException(
                ErrorCode.DISK_FULL,
                "The disk has " + services.disk().freeBytes() + " bytes free, less than storage.diskReserveBytes of "
                        + services.disk().reserveBytes() + ". Reading goes on; publish again when there is room.");
    }

    private void onFailure(HostedPartition partition, Append append, IOException e) {
        try {
            // The log has undone the partial write, so it is unchanged: a full disk does not end the shard.
            failures.handle(FileOperation.APPENDING, partition, e);
            ApiException quarantined = partition.quarantineRefusal();
            append.done()
                    .fail(quarantined != null ? quarantined : Shortage.refusal("Appending to " + partition.id(), e));
        } catch (IOException fatal) {
            append.done().fail(shard.failed(partition.id().toString(), fatal));
        }
    }
}
