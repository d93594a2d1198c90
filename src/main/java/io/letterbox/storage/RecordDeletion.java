package io.letterbox.storage;

import io.letterbox.audit.Audit;
import io.letterbox.audit.Change;
import io.letterbox.bus.Partitions;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.io.IOException;
import java.util.Map;

/** Cuts off the beginning of a log because a client wants it (KIP-107). Works on the thread of the partition's shard. */
final class RecordDeletion {
    private RecordDeletion() {}

    /**
     * Moves the log start offset up and returns where it is then.
     *
     * @throws ApiException where the client asked for what must not be
     * @throws IOException where the log could not be changed
     */
    static long delete(HostedPartition partition, ShardMessage.DeleteRecords request) throws IOException {
        ApiException quarantined = partition.quarantineRefusal();
        if (quarantined != null) throw quarantined;
        if (!partition.config().delete()) {
            throw new ApiException(
                    ErrorCode.POLICY_VIOLATION,
                    "The topic " + partition.id().topic() + " does not have delete in its cleanup.policy, so records"
                            + " cannot be deleted by their offset.");
        }
        boolean all = request.beforeOffset() == Partitions.UP_TO_HIGH_WATERMARK;
        long offset = all ? partition.highWatermark() : request.beforeOffset();
        if (offset < 0 || offset > partition.highWatermark()) {
            throw new ApiException(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "Records of " + partition.id() + " can be deleted up to the high watermark, "
                            + partition.highWatermark() + ", and not up to " + offset + ".");
        }
        long before = partition.log().logStartOffset();
        partition.log().deleteRecordsBefore(offset);
        long after = partition.log().logStartOffset();
        if (after > before) {
            Map<String, String> range = Map.of("offsets", before + "–" + (after - 1));
            Audit.record(new Change("records of", partition.id().toString(), "deleted", range), request.by());
        }
        return after;
    }
}
