package io.letterbox.storage;

import io.letterbox.bus.FetchBudget;
import io.letterbox.bus.FileSlice;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.Located;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.ReadAsk;
import io.letterbox.error.ApiException;
import io.letterbox.log.AbortedView;
import io.letterbox.log.LogRegion;
import io.letterbox.record.AbortedTransaction;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
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
        for (int attempt = 1; ; attempt++) {
            AbortedView view = held.log().aborted();
            LogRegion region = held.log().locate(ask.offset(), granted, upToOffset);
            if (region.isEmpty()) return new Located(null, status, List.of(), null);
            boolean taken = false;
            try {
                List<AbortedTransaction> aborted =
                        isolation == Isolation.COMMITTED ? view.between(ask.offset(), region.nextOffset()) : List.of();
                taken = budget.take(region.sizeBytes(), granted);
                return taken
                        ? new Located(file(held, region), status, aborted, null)
                        : new Located(null, status, List.of(), null);
            } catch (NoSuchFileException replaced) {
                if (attempt == LogAccess.READ_ATTEMPTS) throw replaced;
            } finally {
                if (!taken) region.unpin();
            }
        }
    }

    private static FileSlice file(HostedPartition held, LogRegion region) {
        return new FileSlice(region.channel(), region.position(), region.sizeBytes(), () -> unpin(held, region));
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
