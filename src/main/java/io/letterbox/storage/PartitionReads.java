package io.letterbox.storage;

import io.letterbox.bus.FetchBudget;
import io.letterbox.bus.FetchedData;
import io.letterbox.bus.FileSlice;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.ReadRequest;
import io.letterbox.bus.Slice;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.AbortedView;
import io.letterbox.log.FileRegion;
import io.letterbox.log.LogRead;
import io.letterbox.record.AbortedTransaction;
import io.letterbox.record.BatchTail;
import io.letterbox.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one hosted partition: from the tail cache, from the log, or, for Kafka fetches of many bytes, as regions of its
 * files. Stateless; any thread. {@link LogAccess} finds the partition and the thread.
 */
final class PartitionReads {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionReads.class);

    /** Up to this many bytes are copied, because a file region costs a change of threads and system calls. */
    static final int COPIED_BYTES = 32 << 10;

    /** How often a read is retried because retention or compaction has deleted its segment. */
    private static final int READ_ATTEMPTS = 5;

    private PartitionReads() {}

    /**
     * Whole batches from the tail cache, also a batch in which the offset lies deep. Never blocks.
     *
     * @return null if the cache does not reach back that far, or the partition does not serve
     */
    static Slice cached(HostedPartition held, long offset, int maxBytes, Isolation isolation) {
        if (held.quarantine() != null) return null;
        AbortedView view = isolation == Isolation.COMMITTED ? held.log().aborted() : null;
        // In this order: the stable offset is at most the high watermark.
        long stable = held.stableOffset();
        long highWatermark = held.highWatermark();
        if (offset > highWatermark) return null;
        LogRead read = held.tail().read(offset, maxBytes, view == null ? highWatermark : stable);
        if (read == null) return null;
        List<AbortedTransaction> aborted = List.of();
        if (view != null) aborted = view.inMemoryBetween(offset, read.nextOffset());
        return aborted == null ? null : new Slice(read.batches(), read.nextOffset(), highWatermark, stable, aborted);
    }

    /** Whole batches from the log, or the rest of one in which the offset lies deep. Blocks on files. */
    static Slice read(HostedPartition held, long offset, int maxBytes, Isolation isolation) throws IOException {
        refuseQuarantined(held);
        PartitionStatus status = held.status();
        requireInRange(held, offset, status);
        boolean committed = isolation == Isolation.COMMITTED;
        long upToOffset = committed ? status.lastStableOffset() : status.highWatermark();
        for (int attempt = 1; ; attempt++) {
            try {
                AbortedView view = held.log().aborted();
                LogRead read = held.log().read(offset, maxBytes, upToOffset);
                boolean deep = BatchTail.isDeep(read.batches(), offset);
                ByteBuffer batches = deep ? BatchTail.of(read.batches(), offset) : read.batches();
                long nextOffset = deep ? RecordBatch.nextOffset(batches, offset) : read.nextOffset();
                return new Slice(
                        batches,
                        nextOffset,
                        status.highWatermark(),
                        status.lastStableOffset(),
                        committed ? view.between(offset, nextOffset) : List.of());
            } catch (NoSuchFileException replaced) {
                if (attempt == READ_ATTEMPTS) throw replaced;
            }
        }
    }

    /** Data for a fetch from the tail cache. Never blocks; null if {@link #fetch} has to be used. */
    static FetchedData fetchCached(HostedPartition held, ReadRequest ask, FetchBudget budget, Isolation isolation) {
        PartitionStatus status = statusFor(held, ask);
        long end = status.readableEnd(isolation);
        if (ask.offset() >= end || budget.isSpent()) return FetchedData.nothing(status);
        int granted = budget.grant(ask.maxBytes());
        int bytes = held.tail().bytes(ask.offset(), end, Math.min(granted, COPIED_BYTES + 1));
        if (bytes < 0 || bytes > COPIED_BYTES) return null;
        Slice slice = cached(held, ask.offset(), granted, isolation);
        if (slice == null || slice.isEmpty()) return null;
        if (!budget.take(slice.batches().remaining(), granted)) return FetchedData.nothing(status);
        return new FetchedData(slice.batches(), null, slice.nextOffset(), status, slice.aborted(), null);
    }

    /** Data for a fetch from the tail cache or, if it is not there, a region of a file. Blocks on files. */
    static FetchedData fetch(HostedPartition held, ReadRequest ask, FetchBudget budget, Isolation isolation)
            throws IOException {
        FetchedData cached = fetchCached(held, ask, budget, isolation);
        if (cached != null) return cached;
        PartitionStatus status = statusFor(held, ask);
        int granted = budget.grant(ask.maxBytes());
        for (int attempt = 1; ; attempt++) {
            AbortedView view = held.log().aborted();
            FileRegion region = held.log().locate(ask.offset(), granted, status.readableEnd(isolation));
            if (region.isEmpty()) return FetchedData.nothing(status);
            boolean taken = false;
            try {
                List<AbortedTransaction> aborted =
                        isolation == Isolation.COMMITTED ? view.between(ask.offset(), region.nextOffset()) : List.of();
                taken = budget.take(region.sizeBytes(), granted);
                return taken
                        ? new FetchedData(null, file(held, region), region.nextOffset(), status, aborted, null)
                        : FetchedData.nothing(status);
            } catch (NoSuchFileException replaced) {
                if (attempt == READ_ATTEMPTS) throw replaced;
            } finally {
                if (!taken) region.unpin();
            }
        }
    }

    private static FileSlice file(HostedPartition held, FileRegion region) {
        return new FileSlice(region.channel(), region.position(), region.sizeBytes(), () -> unpin(held, region));
    }

    private static PartitionStatus statusFor(HostedPartition held, ReadRequest ask) {
        refuseQuarantined(held);
        if (ask.topicId() != null && !ask.topicId().equals(held.topicId())) {
            throw new ApiException(
                    ErrorCode.INCONSISTENT_TOPIC_ID,
                    "The topic " + held.id().topic() + " has been deleted and made again.");
        }
        PartitionStatus status = held.status();
        requireInRange(held, ask.offset(), status);
        return status;
    }

    private static void requireInRange(HostedPartition held, long offset, PartitionStatus status) {
        if (offset >= status.logStartOffset() && offset <= status.highWatermark()) return;
        throw new ApiException(
                ErrorCode.OFFSET_OUT_OF_RANGE,
                "Offset " + offset + " of " + held.id() + " is outside the log, which goes from "
                        + status.logStartOffset() + " to " + status.highWatermark() + ".");
    }

    static void refuseQuarantined(HostedPartition held) {
        ApiException refusal = held.quarantineRefusal();
        if (refusal != null) throw refusal;
    }

    private static void unpin(HostedPartition held, FileRegion region) {
        try {
            region.unpin();
        } catch (IOException e) {
            LOG.warn("A file of {} could not be closed after a read", held.id(), e);
        }
    }
}
