package io.letterbox.sse;

import io.letterbox.bus.PartitionStatus;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.record.TopicPartition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings subscribers that are behind to the tail, each at the pace of its socket. Subscribers whose sockets take bytes
 * stand in one queue and get one chunk when they come first. Those at the same position share the chunk; if the log has
 * to be read first, they share the read. The number of reads and of writes per pass is bounded, so that thousands of
 * subscribers that wake up at once cost time and not memory. Owned by one event loop.
 */
final class CatchUp {
    /** A read of the log that several subscribers may wait for. */
    private record ReadKey(TopicPartition partition, long offset) {}

    private final DeliveryLoop loop;
    private final ArrayDeque<Subscriber> ready = new ArrayDeque<>();

    /** Subscribers that need a read while the limit of concurrent reads is reached. */
    private final ArrayDeque<Subscriber> parked = new ArrayDeque<>();

    private final Map<ReadKey, List<Subscriber>> reads = new HashMap<>();
    private boolean passScheduled;

    CatchUp(DeliveryLoop loop) {
        this.loop = loop;
    }

    /** Queues a subscriber that is behind. */
    void add(Subscriber subscriber) {
        if (subscriber.pending) return;
        subscriber.pending = true;
        ready.add(subscriber);
        schedulePass();
    }

    private void schedulePass() {
        if (passScheduled || ready.isEmpty()) return;
        passScheduled = true;
        loop.execute(this::runPass);
    }

    private void runPass() {
        passScheduled = false;
        loop.syncImage();
        for (int i = 0; i < DeliveryLimits.CATCH_UP_WRITES_PER_PASS; i++) {
            Subscriber subscriber = ready.poll();
            if (subscriber == null) break;
            subscriber.pending = false;
            advance(subscriber);
            if (ready.isEmpty()) resumeParked();
        }
        schedulePass();
    }

    private void resumeParked() {
        int free = DeliveryLimits.CATCH_UP_READS - reads.size();
        for (int i = 0; i < free && !parked.isEmpty(); i++) ready.add(parked.poll());
    }

    private void advance(Subscriber subscriber) {
        if (!subscriber.isOpen() || subscriber.position == null) return;
        if (!subscriber.writable()) {
            loop.stalled(subscriber);
            return;
        }
        TopicFeed feed = subscriber.feed;
        Position from = subscriber.position;
        long[] limit = feed.limit();
        if (!TopicFeed.isBehind(from, limit)) {
            if (isAhead(from, limit)) feed.waitForTail(subscriber);
            else feed.joinTail(subscriber);
            return;
        }
        SseChunk chunk;
        try {
            chunk = loop.chunk(feed, from, limit);
        } catch (ApiException unreadable) {
            int index = loop.unreadableIndex();
            loop.unreadable(subscriber, feed.layout().partition(index), from.next(index), unreadable);
            return;
        }
        if (chunk == null) {
            awaitRead(subscriber, loop.coldIndex());
        } else if (chunk.to().equals(from)) {
            if (feed.lowerEnd()) add(subscriber);
            else feed.waitForTail(subscriber);
        } else {
            deliver(subscriber, chunk);
        }
    }

    private void deliver(Subscriber subscriber, SseChunk chunk) {
        subscriber.position = chunk.to();
        if (chunk.bodyBytes() > 0) {
            subscriber.write(chunk);
            subscriber.feed.count(chunk, 1);
        }
        if (subscriber.isOpen()) add(subscriber);
    }

    private static boolean isAhead(Position position, long[] limit) {
        for (int i = 0; i < limit.length; i++) if (position.next(i) > limit[i]) return true;
        return false;
    }

    private void awaitRead(Subscriber subscriber, int index) {
        TopicPartition partition = subscriber.feed.layout().partition(index);
        long offset = subscriber.position.next(index);
        ReadKey key = new ReadKey(partition, offset);
        List<Subscriber> waiting = reads.get(key);
        subscriber.pending = true;
        if (waiting != null) {
            waiting.add(subscriber);
        } else if (reads.size() >= DeliveryLimits.CATCH_UP_READS) {
            parked.add(subscriber);
        } else {
            waiting = new ArrayList<>();
            waiting.add(subscriber);
            reads.put(key, waiting);
            int generation = loop.generation();
            loop.read(partition, offset).onComplete(read -> {
                loop.syncImage();
                // What was read before the topics changed may belong to an incarnation that has been deleted.
                boolean current = generation == loop.generation();
                if (read.succeeded() && current) loop.keepWarm(partition, offset, read.result());
                readEnded(key, read.failed() && current ? read.cause() : null);
            });
        }
    }

    private void readEnded(ReadKey key, Throwable failure) {
        List<Subscriber> waiting = reads.remove(key);
        for (Subscriber subscriber : waiting) {
            subscriber.pending = false;
            if (!subscriber.isOpen() || subscriber.position == null) continue;
            if (failure == null || skipGap(subscriber, key, failure)) add(subscriber);
            else loop.unreadable(subscriber, key.partition, key.offset, failure);
        }
        resumeParked();
        schedulePass();
    }

    /** Sends a subscriber whose next records are deleted a gap event and moves it on; false if they are not deleted. */
    private boolean skipGap(Subscriber subscriber, ReadKey key, Throwable failure) {
        boolean outOfRange = failure instanceof ApiException refusal && refusal.code() == ErrorCode.OFFSET_OUT_OF_RANGE;
        PartitionStatus status = outOfRange ? loop.status(key.partition) : null;
        if (status == null) return false;
        int index = subscriber.feed.layout().indexOf(key.partition);
        if (index < 0 || subscriber.position.next(index) != key.offset) return true;
        if (key.offset < status.logStartOffset()) {
            long start = status.logStartOffset();
            Position behindGap = subscriber.position.with(index, start);
            loop.skipGap(subscriber, Gap.retention(key.partition, key.offset, start), behindGap);
            return true;
        }
        return false;
    }
}
