package io.letterbox.sse;

import io.letterbox.audit.Actor;
import io.letterbox.bus.Committed;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.LogReader;
import io.letterbox.bus.Metadata;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Slice;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.Reply;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.BatchRules;
import io.letterbox.record.Codec;
import io.letterbox.record.Recompression;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Logs and metadata that are controlled by the simulation: reads end, and commit messages arrive, only when it says so.
 * Every record's value is its own position: {@code topic/incarnation/partition/offset}.
 */
final class SimLog implements LogReader, Metadata {
    private static final PartitionImage PARTITION = new PartitionImage(0, 1, 0, List.of(1), List.of(1));

    private record Stored(ByteBuffer bytes, long baseOffset, long nextOffset) {}

    private static final class Log {
        private final List<Stored> batches = new ArrayList<>();
        private long start;
        private long cachedFrom;
        private long end;
    }

    private final Map<TopicPartition, Log> logs = new HashMap<>();
    private final ArrayDeque<Runnable> reads = new ArrayDeque<>();
    private final List<ArrayDeque<Committed>> messages;
    private final TreeMap<String, TopicImage> topics = new TreeMap<>();
    private ClusterImage image = new ClusterImage(0, "c", Map.of(), Collections.emptySortedMap());
    private long incarnations;
    private int readsBegun;

    /** @param loops the number of event loops that receive commit messages, each at its own pace */
    SimLog(int loops) {
        messages = new ArrayList<>();
        for (int i = 0; i < loops; i++) messages.add(new ArrayDeque<>());
    }

    @Override
    public void onCommitted(Consumer<Committed> listener) {
        throw new UnsupportedOperationException("the simulation hands on messages itself");
    }

    void create(String topic, int partitions) {
        UUID id = new UUID(7, ++incarnations);
        topics.put(topic, image(topic, id, partitions));
        for (int p = 0; p < partitions; p++) logs.put(new TopicPartition(topic, p), new Log());
        publishImage();
    }

    void delete(String topic) {
        topics.remove(topic);
        logs.keySet().removeIf(partition -> partition.topic().equals(topic));
        publishImage();
    }

    void addPartition(String topic) {
        TopicImage old = topics.get(topic);
        int count = old.partitions().size() + 1;
        logs.put(new TopicPartition(topic, count - 1), new Log());
        topics.put(topic, image(topic, old.id(), count));
        publishImage();
    }

    int partitions(String topic) {
        return topics.get(topic).partitions().size();
    }

    long incarnation(String topic) {
        return topics.get(topic).id().getLeastSignificantBits();
    }

    private static TopicImage image(String topic, UUID id, int partitions) {
        return new TopicImage(topic, id, Collections.nCopies(partitions, PARTITION), new TopicConfig(Map.of()));
    }

    private void publishImage() {
        image = new ClusterImage(image.version() + 1, "c", Map.of(), new TreeMap<>(topics));
    }

    /** Appends a batch; its commit message waits for {@link #nextMessage}. */
    void append(TopicPartition partition, int records, int valueBytes) {
        Log log = logs.get(partition);
        BatchBuilder batch = new BatchBuilder(256);
        for (int i = 0; i < records; i++) {
            long offset = log.end + i;
            String value = partition.topic()
                    + '/'
                    + incarnation(partition.topic())
                    + '/'
                    + partition.partition()
                    + '/'
                    + offset
                    + '/'
                    + "x".repeat(valueBytes);
            byte[] key = offset % 3 == 0 ? "third".getBytes(StandardCharsets.UTF_8) : null;
            batch.append(offset, key, value.getBytes(StandardCharsets.UTF_8), List.of());
        }
        // All codecs in turn, not at random, so that seeds keep their meaning.
        Codec codec = Codec.of((int) (log.end % 5));
        ByteBuffer bytes = Recompression.whole(
                batch.build(), new BatchRules(false, false, 0, 0, codec, Codec.DEFAULT_LEVEL, Integer.MAX_VALUE));
        RecordBatch.of(bytes).assign(log.end, 0);
        log.batches.add(new Stored(bytes, log.end, log.end + records));
        log.end += records;
        Committed message = new Committed(List.of(new Committed.Moved(partition, log.end, log.end)));
        messages.forEach(queue -> queue.add(message));
    }

    /** Evicts everything below an offset from the cache. */
    void evict(TopicPartition partition, long below) {
        Log log = logs.get(partition);
        log.cachedFrom = Math.max(log.cachedFrom, Math.min(below, log.end));
    }

    /** Deletes everything below an offset, as retention does. */
    void deleteBefore(TopicPartition partition, long below) {
        Log log = logs.get(partition);
        log.start = Math.max(log.start, Math.min(below, log.end));
        log.batches.removeIf(stored -> stored.nextOffset <= log.start);
    }

    long end(TopicPartition partition) {
        return logs.get(partition).end;
    }

    /** The oldest commit message that a loop has not received, or null. */
    Committed nextMessage(int loop) {
        return messages.get(loop).poll();
    }

    /** Completes the oldest read; false if there is none. */
    boolean completeRead() {
        Runnable read = reads.poll();
        if (read != null) read.run();
        return read != null;
    }

    int runningReads() {
        return reads.size();
    }

    @Override
    public PartitionStatus status(TopicPartition partition) {
        Log log = logs.get(partition);
        return log == null ? null : new PartitionStatus(log.start, log.end, log.end, log.end, 0, 1, null, false);
    }

    @Override
    public Slice readCached(TopicPartition partition, long offset, int maxBytes, Isolation isolation) {
        Log log = logs.get(partition);
        if (log == null || offset < Math.max(log.start, log.cachedFrom) || offset > log.end) return null;
        return slice(log, offset, maxBytes);
    }

    @Override
    public Future<Slice> read(TopicPartition partition, long offset, int maxBytes, Isolation isolation) {
        Promise<Slice> promise = Promise.promise();
        if (readsBegun++ % 2 == 0) {
            reads.add(() -> read(partition, offset, maxBytes, promise));
        } else {
            // Read now, completed later: everything may have changed in between.
            Promise<Slice> early = Promise.promise();
            read(partition, offset, maxBytes, early);
            reads.add(() -> early.future().onComplete(promise));
        }
        return promise.future();
    }

    private void read(TopicPartition partition, long offset, int maxBytes, Promise<Slice> promise) {
        Log log = logs.get(partition);
        if (log == null) {
            promise.fail(new ApiException(ErrorCode.UNKNOWN_PARTITION, "gone"));
        } else if (offset < log.start || offset > log.end) {
            promise.fail(new ApiException(ErrorCode.OFFSET_OUT_OF_RANGE, "outside"));
        } else {
            promise.complete(slice(log, offset, maxBytes));
        }
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
        return new Slice(ByteBuffer.wrap(bytes.toByteArray()), next, log.end, log.end, List.of());
    }

    @Override
    public Future<Long> offsetForTime(TopicPartition partition, long timestampMs, Isolation isolation) {
        return Future.succeededFuture(Math.min(timestampMs, logs.get(partition).end));
    }

    @Override
    public ClusterImage image() {
        return image;
    }

    @Override
    public Future<Reply> propose(Command command, Actor by) {
        throw new AssertionError("nobody proposes here");
    }

    @Override
    public void onChange(Consumer<ClusterImage> listener) {
        // The loop has to check the image by itself, which is a part of the test.
    }
}
