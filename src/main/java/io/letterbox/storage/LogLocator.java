package io.letterbox.storage;

import io.letterbox.bus.FetchBudget;
import io.letterbox.bus.FileSlice;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.Located;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.ReadAsk;
import io.letterbox.error.ApiException;
import io.letterbox.log.LogRegion;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the places in files that the doors let the kernel send from. Has no state; blocks on files. */
final class LogLocator {
    private static final Logger LOG = LoggerFactory.getLogger(LogLocator.class);

    private LogLocator() {}

    /** The answer to one ask. Takes what it finds from the budget. */
    static Located locate(HostedPartition held, ReadAsk ask, FetchBudget budget, Isolation isolation)
            throws IOException {
        PartitionStatus status = held.status();
        LogAccess.requireInRange(held, ask.offset(), status);
        long upToOffset = isolation == Isolation.COMMITTED ? status.lastStableOffset() : status.highWatermark();
        if (budget.isSpent()) return new Located(null, status, List.of(), null);
        int granted = budget.grant(ask.maxBytes());
        LogRegion region = held.log().locate(ask.offset(), granted, upToOffset);
        if (region.isEmpty()) return new Located(null, status, List.of(), null);
        if (!budget.take(region.sizeBytes(), granted)) {
            region.unpin();
            return new Located(null, status, List.of(), null);
        }
        FileSlice file =
                new FileSlice(region.channel(), region.position(), region.sizeBytes(), () -> unpin(held, region));
        return new Located(file, status, List.of(), null);
    }

    private static void unpin(HostedPartition held, LogRegion region) {
        try {
            region.unpin();
        } catch (IOException e) {
            LOG.warn("A file of {} could not be closed after a read", held.id(), e);
        }
    }

    /** The answer where the partition could not be read. */
    static Located refused(ApiException refusal) {
        return new Located(null, null, List.of(), refusal);
    }
}
