package io.letterbox.storage;

import io.letterbox.bus.Isolation;
import io.letterbox.bus.LogReader;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Slice;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.CorruptLogException;
import io.letterbox.log.LogRead;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.List;

/** Reads the hosted partitions' logs: the tail from memory, the rest on reader threads. Any thread may call it. */
public final class LogAccess implements LogReader {
    private final HostedPartitions hosted;
    private final WorkerExecutor readers;

    /**
     * @param hosted what the shards of this node serve
     * @param readers bounded threads that may block on a disk
     */
    public LogAccess(HostedPartitions hosted, WorkerExecutor readers) {
        this.hosted = hosted;
        this.readers = readers;
    }

    @Override
    public PartitionStatus status(TopicPartition partition) {
        HostedPartition held = hosted.get(partition);
        return held == null ? null : held.status();
    }

    @Override
    public Slice readCached(TopicPartition partition, long offset, int maxBytes, Isolation isolation) {
        HostedPartition held = hosted.get(partition);
        return held == null || held.quarantine() != null
                ? null
                : held.tail().read(offset, maxBytes, held.highWatermark());
    }

    @Override
    public Future<Slice> read(TopicPartition partition, long offset, int maxBytes, Isolation isolation) {
        HostedPartition held = hosted.get(partition);
        if (held == null) return Future.failedFuture(unknown(partition));
        return readers.executeBlocking(() -> readNow(held, offset, maxBytes), false);
    }

    @Override
    public Future<Long> offsetForTime(TopicPartition partition, long timestampMs, Isolation isolation) {
        HostedPartition held = hosted.get(partition);
        if (held == null) return Future.failedFuture(unknown(partition));
        return readers.executeBlocking(
                () -> {
                    refuseQuarantined(held);
                    try {
                        return held.log().offsetForTime(timestampMs, held.highWatermark());
                    } catch (IOException e) {
                        throw failure(held, e);
                    }
                },
                false);
    }

    private Slice readNow(HostedPartition held, long offset, int maxBytes) {
        refuseQuarantined(held);
        long highWatermark = held.highWatermark();
        long start = held.log().logStartOffset();
        if (offset < start || offset > highWatermark) {
            throw new ApiException(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "Offset " + offset + " of " + held.id() + " is outside the log, which goes from " + start + " to "
                            + highWatermark + ".");
        }
        try {
            LogRead read = held.log().read(offset, maxBytes, highWatermark);
            return new Slice(read.batches(), read.nextOffset(), highWatermark, highWatermark, List.of());
        } catch (IOException e) {
            throw failure(held, e);
        }
    }

    private static void refuseQuarantined(HostedPartition held) {
        ApiException refusal = held.quarantineRefusal();
        if (refusal != null) throw refusal;
    }

    private ApiException failure(HostedPartition held, IOException e) {
        if (e instanceof CorruptLogException) {
            held.quarantine(e.getMessage());
            return held.quarantineRefusal();
        }
        // A log that was closed under the reader belongs to a topic that has just been deleted.
        if (e instanceof ClosedChannelException && hosted.get(held.id()) != held) return unknown(held.id());
        return new ApiException(ErrorCode.STORAGE_FAILED, "Reading " + held.id() + " failed: " + e.getMessage());
    }

    private static ApiException unknown(TopicPartition partition) {
        return new ApiException(ErrorCode.UNKNOWN_PARTITION, "This node does not hold " + partition + ".");
    }
}
