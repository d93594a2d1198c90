package io.letterbox.storage;

import io.letterbox.bus.Committed;
import io.letterbox.bus.EpochEnd;
import io.letterbox.bus.FetchBudget;
import io.letterbox.bus.FetchReader;
import io.letterbox.bus.FetchedData;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.ReadRequest;
import io.letterbox.bus.Slice;
import io.letterbox.bus.TimedOffset;
import io.letterbox.disk.Shortage;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.CorruptLogException;
import io.letterbox.log.LeaderEpochCache;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.TimedRecord;
import io.letterbox.record.BatchTail;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the hosted partitions' logs: the tail from memory, the rest on reader threads. Any thread may call it. */
public final class LogAccess implements FetchReader {
    private static final Logger LOG = LoggerFactory.getLogger(LogAccess.class);

    private final Vertx vertx;
    private final HostedPartitions hosted;
    private final WorkerExecutor readers;
    private final Shortages shortages;
    private volatile Predicate<TopicPartition> ledElsewhere = partition -> false;

    /**
     * @param vertx the Vert.x whose bus the shards publish their commits on
     * @param hosted the partitions that the shards of this node serve
     * @param readers bounded threads that may block on a disk
     * @param shortages receives reads that fail for now
     */
    public LogAccess(Vertx vertx, HostedPartitions hosted, WorkerExecutor readers, Shortages shortages) {
        this.vertx = vertx;
        this.shortages = shortages;
        this.hosted = hosted;
        this.readers = readers;
    }

    /** Has readers know which partitions other nodes lead. Called once, before there are readers. */
    public void askWhoLeads(Predicate<TopicPartition> isLedElsewhere) {
        ledElsewhere = isLedElsewhere;
    }

    @Override
    public boolean mayBeBehind(TopicPartition partition) {
        return ledElsewhere.test(partition);
    }

    @Override
    public PartitionStatus status(TopicPartition partition) {
        HostedPartition held = hosted.get(partition);
        return held == null ? null : held.status();
    }

    @Override
    public Slice readCached(TopicPartition partition, long offset, int maxBytes, Isolation isolation) {
        HostedPartition held = hosted.get(partition);
        Slice slice = held == null ? null : PartitionReads.cached(held, offset, maxBytes, isolation);
        return slice == null || BatchTail.isDeep(slice.batches(), offset) ? null : slice;
    }

    @Override
    public Future<Slice> read(TopicPartition partition, long offset, int maxBytes, Isolation isolation) {
        HostedPartition held = hosted.get(partition);
        if (held == null) return Future.failedFuture(unknown(partition));
        return onReader(held, () -> PartitionReads.read(held, offset, maxBytes, isolation));
    }

    @Override
    public Future<Long> offsetForTime(TopicPartition partition, long timestampMs, Isolation isolation) {
        return find(partition, isolation, (log, end) -> {
            TimedRecord found = log.firstSince(timestampMs, end);
            return found == null ? end : Long.valueOf(found.offset());
        });
    }

    @Override
    public Future<TimedOffset> firstSince(TopicPartition partition, long timestampMs, Isolation isolation) {
        return find(partition, isolation, (log, end) -> timed(log.firstSince(timestampMs, end)));
    }

    @Override
    public Future<TimedOffset> newest(TopicPartition partition, Isolation isolation) {
        return find(partition, isolation, (log, end) -> timed(log.newest(end)));
    }

    @Override
    public void onCommitted(Consumer<Committed> listener) {
        vertx.eventBus().<Committed>localConsumer(ShardBus.COMMITTED, message -> listener.accept(message.body()));
    }

    private static TimedOffset timed(TimedRecord found) {
        return found == null ? null : new TimedOffset(found.offset(), found.timestampMs(), found.leaderEpoch());
    }

    /** A search in a log, below the end of what may be read. */
    private interface Search<R> {
        R in(PartitionLog log, long endOffset) throws IOException;
    }

    private interface Read<R> {
        R get() throws IOException;
    }

    private <R> Future<R> find(TopicPartition partition, Isolation isolation, Search<R> search) {
        HostedPartition held = hosted.get(partition);
        if (held == null) return Future.failedFuture(unknown(partition));
        return onReader(held, () -> {
            PartitionReads.refuseQuarantined(held);
            return search.in(held.log(), held.readableOffset(isolation));
        });
    }

    /** Reads on a thread that may block on the disk. */
    private <R> Future<R> onReader(HostedPartition held, Read<R> read) {
        return readers.executeBlocking(
                () -> {
                    try {
                        return read.get();
                    } catch (IOException e) {
                        throw failure(held, e);
                    }
                },
                false);
    }

    @Override
    public EpochEnd epochEnd(TopicPartition partition, int epoch, int leaderEpoch) {
        HostedPartition held = hosted.get(partition);
        if (held == null || held.log() == null) return null;
        LeaderEpochCache.EpochEntry end =
                held.log().epochs().end(epoch, leaderEpoch, held.log().logEndOffset());
        return end == null ? new EpochEnd(-1, -1) : new EpochEnd(end.epoch(), end.startOffset());
    }

    @Override
    public int epochAt(TopicPartition partition, long offset, int leaderEpoch) {
        HostedPartition held = hosted.get(partition);
        if (held == null || held.log() == null) return -1;
        return offset >= held.log().logEndOffset()
                ? leaderEpoch
                : held.log().epochs().epochAt(offset);
    }

    @Override
    public int cachedBytes(TopicPartition partition, long fromOffset, long upToOffset, int limitBytes) {
        HostedPartition held = hosted.get(partition);
        return held == null ? -1 : held.tail().bytes(fromOffset, upToOffset, limitBytes);
    }

    @Override
    public FetchedData fetchCached(ReadRequest ask, FetchBudget budget, Isolation isolation) {
        HostedPartition held = hosted.get(ask.partition());
        if (held == null) return FetchedData.refused(unknown(ask.partition()));
        try {
            return PartitionReads.fetchCached(held, ask, budget, isolation);
        } catch (ApiException refusal) {
            return FetchedData.refused(refusal);
        }
    }

    @Override
    public Future<List<FetchedData>> locate(List<ReadRequest> asks, FetchBudget budget, Isolation isolation) {
        return readers.executeBlocking(
                () -> {
                    List<FetchedData> found = new ArrayList<>(asks.size());
                    for (ReadRequest ask : asks) found.add(locateOne(ask, budget, isolation));
                    return found;
                },
                false);
    }

    private FetchedData locateOne(ReadRequest ask, FetchBudget budget, Isolation isolation) {
        HostedPartition held = hosted.get(ask.partition());
        if (held == null) return FetchedData.refused(unknown(ask.partition()));
        try {
            return PartitionReads.fetch(held, ask, budget, isolation);
        } catch (ApiException refusal) {
            return FetchedData.refused(refusal);
        } catch (IOException e) {
            return FetchedData.refused(failure(held, e));
        } catch (RuntimeException unexpected) {
            // Not rethrown: the data located for other partitions has to reach the caller, which releases it.
            LOG.error("Looking for offset {} of {} failed", ask.offset(), ask.partition(), unexpected);
            return FetchedData.refused(new ApiException(ErrorCode.INTERNAL, "Reading " + ask.partition() + " failed."));
        }
    }

    private ApiException failure(HostedPartition held, IOException e) {
        if (e instanceof CorruptLogException) {
            held.quarantine(e.getMessage());
            return held.quarantineRefusal();
        }
        // If the log was closed under the reader, its topic has just been deleted.
        boolean closed = e instanceof ClosedChannelException || e instanceof NoSuchFileException;
        if (closed && hosted.get(held.id()) != held) return unknown(held.id());
        shortages.failed(FileOperation.READING, held.id(), e);
        return Shortage.refusal("Reading " + held.id(), e);
    }

    static ApiException unknown(TopicPartition partition) {
        return new ApiException(ErrorCode.UNKNOWN_PARTITION, "This node does not hold " + partition + ".");
    }
}
