package io.letterbox.storage;

import io.letterbox.bus.FetchBudget;
import io.letterbox.bus.FetchedData;
import io.letterbox.bus.FileSlice;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.ReadAsk;
import io.letterbox.bus.Slice;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.AbortedView;
import io.letterbox.log.FileRegion;
import io.letterbox.record.AbortedTransaction;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@link LogAccess} does for Kafka's fetches: few bytes from the tail cache, many as places in files. */
final class LogLocator {
    private static final Logger LOG = LoggerFactory.getLogger(LogLocator.class);

    /** So many bytes are copied sooner than a file region is set up, which costs a change of threads and system calls. */
    static final int COPIED_BYTES = 32 << 10;

    private final LogAccess access;

    LogLocator(LogAccess access) {
        this.access = access;
    }

    /** Never blocks; null where {@link #locate} has to be used. */
    FetchedData cached(HostedPartition held, ReadAsk ask, FetchBudget budget, Isolation isolation) {
        PartitionStatus status = statusFor(held, ask);
        long end = status.readableEnd(isolation);
        if (ask.offset() >= end || budget.isSpent()) return FetchedData.nothing(status);
        int granted = budget.grant(ask.maxBytes());
        int bytes = held.tail().bytes(ask.offset(), end, Math.min(granted, COPIED_BYTES + 1));
        if (bytes < 0 || bytes > COPIED_BYTES) return null;
        Slice slice = access.cachedBatches(ask.partition(), ask.offset(), granted, isolation);
        if (slice == null || slice.isEmpty()) return null;
        if (!budget.take(slice.batches().remaining(), granted)) return FetchedData.nothing(status);
        return new FetchedData(slice.batches(), null, slice.nextOffset(), status, slice.aborted(), null);
    }

    /** Blocks on files. */
    FetchedData locate(HostedPartition held, ReadAsk ask, FetchBudget budget, Isolation isolation) throws IOException {
        FetchedData cached = cached(held, ask, budget, isolation);
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
                if (attempt == LogAccess.READ_ATTEMPTS) throw replaced;
            } finally {
                if (!taken) region.unpin();
            }
        }
    }

    private static FileSlice file(HostedPartition held, FileRegion region) {
        return new FileSlice(region.channel(), region.position(), region.sizeBytes(), () -> unpin(held, region));
    }

    private static PartitionStatus statusFor(HostedPartition held, ReadAsk ask) {
        LogAccess.refuseQuarantined(held);
        if (ask.topicId() != null && !ask.topicId().equals(held.topicId())) {
            throw new ApiException(
                    ErrorCode.INCONSISTENT_TOPIC_ID,
                    "The topic " + held.id().topic() + " has been deleted and made again.");
        }
        PartitionStatus status = held.status();
        LogAccess.requireInRange(held, ask.offset(), status);
        return status;
    }

    private static void unpin(HostedPartition held, FileRegion region) {
        try {
            region.unpin();
        } catch (IOException e) {
            LOG.warn("A file of {} could not be closed after a read", held.id(), e);
        }
    }
}
