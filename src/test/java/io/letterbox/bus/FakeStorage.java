package io.letterbox.bus;

import io.letterbox.access.Principal;
import io.letterbox.audit.Actor;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.RecordHeader;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A storage in memory for tests of the doors: it takes {@link Append}s, assigns offsets, keeps the promises, tells of
 * {@link Committed} and reads back. What a real storage may do to a door can be made to happen: refusing, answering
 * late, losing its cache, moving the log's start. Thread-safe.
 */
public final class FakeStorage implements FetchReader, Partitions {
    /** Where it works: on a thread that is none of its callers'. */
    private final Context shard;

    private record Stored(ByteBuffer bytes, long baseOffset, long nextOffset, long maxTimestampMs) {}

    private record Listener(Context context, Consumer<Committed> consumer) {}

    private static final class Log {
        private final List<Stored> batches = new ArrayList<>();
        private long startOffset;
        private long endOffset;
        private String quarantine;
    }

    private final Vertx vertx;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final FakeMetadata metadata = new FakeMetadata(this);
    private final Map<TopicPartition, Log> logs = new TreeMap<>();
    private final List<Append> held = new ArrayList<>();
    private final List<TopicPartition> refusedByDoor = new CopyOnWriteArrayList<>();
    private boolean holding;
    private boolean cached = true;
    private volatile boolean behind;
    private ApiException refusal;
    private int appends;
    private final List<Integer> gathered = new ArrayList<>();

    public FakeStorage(Vertx vertx) {
        this.vertx = vertx;
        this.shard = ((VertxInternal) vertx).createEventLoopContext();
    }

    public FakeMetadata metadata() {
        return metadata;
    }

    /** Makes a topic, as if it had been created over HTTP. */
    public void createTopic(String name, int partitions, Map<String, String> config) {
        metadata.create(name, partitions, config);
    }

    /** Holds acknowledgements back until {@link #release}; the records are not readable before. */
    public synchronized void hold() {
        holding = true;
    }

    /** Appends and acknowledges the held batches. */
    public synchronized void release() {
        holding = false;
        held.forEach(this::answer);
        held.clear();
    }

    /** Lets all appends fail with an error; null ends that. */
    public synchronized void refuseWith(ApiException why) {
        refusal = why;
    }

    /** Sets whether reads can be answered from the cache. */
    public synchronized void setCached(boolean isCached) {
        cached = isCached;
    }

    /** Moves the log's start, as retention does. */
    public synchronized void deleteRecordsBefore(TopicPartition partition, long offset) {
        log(partition).startOffset = offset;
    }

    /** The number of {@link Append}s so far. */
    public synchronized int appends() {
        return appends;
    }

    /** How many appends each {@link #appendAll} had. */
    public synchronized List<Integer> gathered() {
        return List.copyOf(gathered);
    }

    /** Publishes one record without a door; returns its offset. */
    public long publish(TopicPartition partition, long timestampMs, String key, byte[] value) {
        BatchBuilder batch = new BatchBuilder(256);
        byte[] keyBytes = key == null ? null : key.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        batch.append(timestampMs, keyBytes, value, List.<RecordHeader>of());
        return store(partition, batch.build(), 1);
    }

    /** From now on another node leads all partitions. */
    public void follow() {
        behind = true;
    }

    @Override
    public boolean mayBeBehind(TopicPartition partition) {
        return behind;
    }

    @Override
    public synchronized PartitionStatus status(TopicPartition partition) {
        Log log = logs.get(partition);
        if (log == null) return null;
        long size = log.batches.stream().mapToLong(b -> b.bytes.remaining()).sum();
        return new PartitionStatus(
                log.startOffset, log.endOffset, log.endOffset, log.endOffset, size, 1, log.quarantine, false);
    }

    @Override
    public synchronized Slice readCached(TopicPartition partition, long offset, int maxBytes, Isolation isolation) {
        Log log = logs.get(partition);
        if (log == null || !cached || offset < log.startOffset || offset > log.endOffset) return null;
        return slice(log, offset, maxBytes);
    }

    @Override
    public Future<Slice> read(TopicPartition partition, long offset, int maxBytes, Isolation isolation) {
        Promise<Slice> promise = Promise.promise();
        synchronized (this) {
            Log log = logs.get(partition);
            if (log == null) {
                promise.fail(new ApiException(ErrorCode.UNKNOWN_PARTITION, "There is no " + partition + "."));
            } else if (offset < log.startOffset || offset > log.endOffset) {
                promise.fail(new ApiException(ErrorCode.OFFSET_OUT_OF_RANGE, "Offset " + offset + " is outside."));
            } else {
                promise.complete(slice(log, offset, maxBytes));
            }
        }
        return onCaller(promise.future());
    }

    @Override
    public synchronized int cachedBytes(TopicPartition partition, long fromOffset, long upToOffset, int limitBytes) {
        Log log = logs.get(partition);
        if (log == null || !cached) return -1;
        return log.batches.stream()
                .filter(batch -> batch.nextOffset > fromOffset && batch.nextOffset <= upToOffset)
                .mapToInt(batch -> batch.bytes.remaining())
                .sum();
    }

    @Override
    public synchronized FetchedData fetchCached(ReadRequest ask, FetchBudget budget, Isolation isolation) {
        return cached ? fetchOne(ask, budget, true) : null;
    }

    @Override
    public Future<List<FetchedData>> locate(List<ReadRequest> asks, FetchBudget budget, Isolation isolation) {
        return onCaller(Future.succeededFuture(
                asks.stream().map(ask -> fetchOne(ask, budget, false)).toList()));
    }

    private synchronized FetchedData fetchOne(ReadRequest ask, FetchBudget budget, boolean inMemory) {
        Log log = logs.get(ask.partition());
        if (log == null) return FetchedData.refused(new ApiException(ErrorCode.UNKNOWN_PARTITION, "There is none."));
        if (ask.offset() < log.startOffset || ask.offset() > log.endOffset) {
            return FetchedData.refused(new ApiException(ErrorCode.OFFSET_OUT_OF_RANGE, "It is outside."));
        }
        PartitionStatus status = status(ask.partition());
        if (budget.isSpent()) return FetchedData.nothing(status);
        int granted = budget.grant(ask.maxBytes());
        Slice slice = slice(log, ask.offset(), granted);
        ByteBuffer batches = slice.batches();
        int size = batches.remaining();
        if (size == 0 || !budget.take(size, granted)) return FetchedData.nothing(status);
        return inMemory
                ? new FetchedData(batches, null, slice.nextOffset(), status, List.of(), null)
                : new FetchedData(null, file(batches), slice.nextOffset(), status, List.of(), null);
    }

    @Override
    public synchronized Future<TimedOffset> firstSince(
            TopicPartition partition, long timestampMs, Isolation isolation) {
        return timed(log(partition).batches.stream()
                .filter(batch -> batch.maxTimestampMs >= timestampMs)
                .findFirst());
    }

    @Override
    public synchronized Future<TimedOffset> newest(TopicPartition partition, Isolation isolation) {
        return timed(log(partition).batches.stream().max(Comparator.comparingLong(Stored::maxTimestampMs)));
    }

    private static Future<TimedOffset> timed(Optional<Stored> found) {
        return onCaller(
                Future.succeededFuture(found.map(batch -> new TimedOffset(batch.baseOffset, batch.maxTimestampMs, 0))
                        .orElse(null)));
    }

    @Override
    public synchronized EpochEnd epochEnd(TopicPartition partition, int epoch, int leaderEpoch) {
        Log log = logs.get(partition);
        return log == null ? null : new EpochEnd(epoch, log.endOffset);
    }

    @Override
    public synchronized int epochAt(TopicPartition partition, long offset, int leaderEpoch) {
        Log log = logs.get(partition);
        return log == null || offset >= log.endOffset ? leaderEpoch : 0;
    }

    private static FileSlice file(ByteBuffer batches) {
        try {
            int size = batches.remaining();
            FileChannel channel = FileChannel.open(
                    Files.createTempFile("fake", ".log"),
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.DELETE_ON_CLOSE);
            channel.write(batches, 0);
            return new FileSlice(channel, 0, size, () -> close(channel));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized Future<Long> offsetForTime(TopicPartition partition, long timestampMs, Isolation isolation) {
        Log log = logs.get(partition);
        if (log == null) {
            return onCaller(Future.failedFuture(new ApiException(ErrorCode.UNKNOWN_PARTITION, "None such.")));
        }
        for (Stored batch : log.batches) {
            if (batch.nextOffset > log.startOffset && batch.maxTimestampMs >= timestampMs) {
                return onCaller(Future.succeededFuture(Math.max(batch.baseOffset, log.startOffset)));
            }
        }
        return onCaller(Future.succeededFuture(log.endOffset));
    }

    synchronized void open(TopicPartition partition) {
        logs.put(partition, new Log());
    }

    synchronized void close(String topic) {
        logs.keySet().removeIf(partition -> partition.topic().equals(topic));
    }

    @Override
    public void onCommitted(Consumer<Committed> listener) {
        listeners.add(new Listener(vertx.getOrCreateContext(), listener));
    }

    @Override
    public Future<Appended> append(Append append) {
        shard.runOnContext(go -> onAppend(append));
        return append.done().future();
    }

    @Override
    public void appendAll(List<Append> appends) {
        shard.runOnContext(go -> onGathered(appends));
    }

    private synchronized void onGathered(List<Append> appends) {
        gathered.add(appends.size());
        appends.forEach(this::onAppend);
    }

    @Override
    public Future<Long> deleteRecords(TopicPartition partition, long beforeOffset, Actor by) {
        return onCaller(deleteRecords(partition, beforeOffset));
    }

    private synchronized Future<Long> deleteRecords(TopicPartition partition, long beforeOffset) {
        Log log = log(partition);
        long offset = beforeOffset == UP_TO_HIGH_WATERMARK ? log.endOffset : beforeOffset;
        if (offset < 0 || offset > log.endOffset) {
            return Future.failedFuture(new ApiException(ErrorCode.OFFSET_OUT_OF_RANGE, "It is outside."));
        }
        log.startOffset = Math.max(log.startOffset, offset);
        return Future.succeededFuture(log.startOffset);
    }

    @Override
    public Future<List<ActiveProducer>> describeProducers(TopicPartition partition) {
        return onCaller(Future.succeededFuture(List.of()));
    }

    @Override
    public Future<Map<Integer, Integer>> findProducer(String topic, int partitions, long producerId) {
        return onCaller(Future.succeededFuture(Map.of()));
    }

    @Override
    public Future<Map<TopicPartition, PartitionStatus>> statuses(Map<TopicPartition, UUID> incarnations) {
        Map<TopicPartition, PartitionStatus> open = new HashMap<>();
        for (TopicPartition partition : incarnations.keySet()) {
            PartitionStatus status = status(partition);
            if (status != null) open.put(partition, status);
        }
        return onCaller(Future.succeededFuture(open));
    }

    @Override
    public <R> Future<R> ask(TopicPartition partition, CoordinatorCommand<R> command, Principal principal) {
        throw new UnsupportedOperationException("it has no coordinators");
    }

    @Override
    public void refused(TopicPartition partition, ByteBuffer batch) {
        refusedByDoor.add(partition);
    }

    /** The partitions of the batches that a door has refused itself and has told of. */
    public List<TopicPartition> refusedByDoor() {
        return refusedByDoor;
    }

    private synchronized void onAppend(Append append) {
        appends++;
        if (holding) held.add(append);
        else answer(append);
    }

    private void answer(Append append) {
        if (refusal != null) {
            append.done().fail(refusal);
            return;
        }
        if (!logs.containsKey(append.partition())) {
            append.done().fail(new ApiException(ErrorCode.UNKNOWN_PARTITION, "Gone."));
            return;
        }
        long base = store(append.partition(), append.batch(), append.recordCount());
        append.done().complete(new Appended(base, -1, log(append.partition()).startOffset, false));
    }

    private synchronized long store(TopicPartition partition, ByteBuffer bytes, int records) {
        Log log = log(partition);
        RecordBatch batch = RecordBatch.of(bytes);
        if (!batch.isValid() || batch.recordCount() != records) throw new AssertionError(batch.defect());
        long base = log.endOffset;
        batch.assign(base, 0);
        log.batches.add(new Stored(bytes, base, base + records, batch.maxTimestamp()));
        log.endOffset = base + records;
        Committed committed = new Committed(List.of(new Committed.Moved(partition, log.endOffset, log.endOffset)));
        for (Listener each : listeners) {
            each.context().runOnContext(go -> each.consumer().accept(committed));
        }
        return base;
    }

    private static Slice slice(Log log, long offset, int maxBytes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long next = offset;
        for (Stored batch : log.batches) {
            if (batch.nextOffset <= offset) continue;
            int size = batch.bytes.remaining();
            if (bytes.size() > 0 && bytes.size() + size > maxBytes) break;
            bytes.write(batch.bytes.array(), batch.bytes.arrayOffset() + batch.bytes.position(), size);
            next = batch.nextOffset;
        }
        return new Slice(ByteBuffer.wrap(bytes.toByteArray()), next, log.endOffset, log.endOffset, List.of());
    }

    private Log log(TopicPartition partition) {
        Log log = logs.get(partition);
        if (log == null) throw new AssertionError("no " + partition);
        return log;
    }

    /** Completes on the caller's context and never within the call, as a real reader does. */
    private static <T> Future<T> onCaller(Future<T> future) {
        Context context = Vertx.currentContext();
        if (context == null) return future;
        Promise<T> promise = Promise.promise();
        context.runOnContext(go -> future.onComplete(promise));
        return promise.future();
    }
}
