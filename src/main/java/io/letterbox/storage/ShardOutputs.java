package io.letterbox.storage;

import io.letterbox.bus.Committed;
import io.letterbox.error.ApiException;
import io.letterbox.replication.Output;
import java.util.List;

/** Performs what a replica wants done. Runs on the shard's thread. */
final class ShardOutputs {
    private ShardOutputs() {}

    static void perform(HostedPartition partition, Output output, List<Committed.Moved> moved) {
        if (output instanceof Output.HighWatermarkMoved hw) {
            partition.advance(hw.highWatermark());
            moved.add(new Committed.Moved(partition.id(), hw.highWatermark(), partition.stableOffset()));
        } else if (output instanceof Output.Reject reject) {
            partition.refuseWaiting(new ApiException(reject.code(), reject.detail()));
        } else {
            throw new AssertionError(output);
        }
    }
}
