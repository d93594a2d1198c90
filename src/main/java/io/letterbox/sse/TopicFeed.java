package io.letterbox.sse;

import io.letterbox.bus.PartitionStatus;
import io.letterbox.error.ApiException;
import io.letterbox.telemetry.Door;
import io.letterbox.telemetry.TopicMeters;
import java.util.ArrayList;
import java.util.List;

/**
 * All subscribers of one event loop with the same subscription. Those at the tail share the feed's position: what is
 * committed is read once, encoded once, and the same bytes are written to each of them. A subscriber whose socket is
 * full leaves the tail with a position of its own, catches up by itself ({@link CatchUp}) and joins again at the feed's
 * position.
 *
 * <pre>
 * members:  ├── at the tail, position is the feed's ──┤── behind, each with its own position ──┤
 *           0                                     tailCount                                  size
 * </pre>
 *
 * <p>Committed messages only move {@link #end}; the next round reads up to there. A round writes one chunk and queues
 * the next behind whatever waits for the event loop, so that one round takes in what many group commits have brought.
 * Owned by one event loop.
 */
final class TopicFeed {
    private final DeliveryLoop loop;
    private final Subscription subscription;
    private final List<Subscriber> members = new ArrayList<>();
    private int tailCount;

    /**
     * Members with a position beyond the tail, as a cursor from another event loop may have; they wait for the tail.
     */
    private List<Subscriber> ahead = new ArrayList<>();

    private PartitionLayout layout;
    private TopicMeters[] meters;

    /** The last stable offsets as far as known, by partition of the layout: no reader gets records beyond them. */
    private long[] end;

    /** The position of all subscribers at the tail; without a meaning while there are none. */
    private Position position;

    private boolean roundQueued;
    private long rounds;

    TopicFeed(DeliveryLoop loop, Subscription subscription, PartitionLayout layout) {
        this.loop = loop;
        this.subscription = subscription;
        setLayout(layout);
        this.end = new long[layout.size()];
    }

    Subscription subscription() {
        return subscription;
    }

    PartitionLayout layout() {
        return layout;
    }

    /** The position of the subscribers at the tail, or null if there are none. */
    Position tailPosition() {
        return tailCount == 0 ? null : position;
    }

    /** How far a member that is behind may read: to the tail, or to the end if no subscriber is at the tail. */
    long[] limit() {
        return tailCount == 0 ? end : position.offsets();
    }

    int size() {
        return members.size();
    }

    /** All members, in no order; a copy, so that the caller may end them. */
    List<Subscriber> members() {
        return List.copyOf(members);
    }

    /** Notes that a partition's last stable offset has moved, or has become known. */
    void committed(int index, long stableOffset) {
        if (stableOffset <= end[index]) return;
        end[index] = stableOffset;
        if (tailCount > 0 || !ahead.isEmpty()) queueRound();
    }

    /**
     * Lowers end to the last stable offset of each log: a commit message about a topic that was deleted and created
     * again may be late, and messages do not name the incarnation.
     *
     * @return true if an offset was lowered
     */
    boolean lowerEnd() {
        boolean corrected = false;
        for (int i = 0; i < end.length; i++) {
            PartitionStatus status = loop.status(layout.partition(i));
            if (status == null || status.lastStableOffset() >= end[i]) continue;
            end[i] = status.lastStableOffset();
            corrected = true;
        }
        return corrected;
    }

    /** Adds a subscriber, behind the tail. */
    void add(Subscriber subscriber) {
        subscriber.index = members.size();
        members.add(subscriber);
    }

    /** Removes a subscriber. */
    void remove(Subscriber subscriber) {
        if (subscriber.index < tailCount) leaveTail(subscriber, null);
        Subscriber last = members.remove(members.size() - 1);
        if (last != subscriber) {
            last.index = subscriber.index;
            members.set(last.index, last);
        }
        subscriber.index = Subscriber.NOWHERE;
        ahead.remove(subscriber);
    }

    /** Moves a member that has caught up to the tail: its position is the {@link #limit}. */
    void joinTail(Subscriber subscriber) {
        if (tailCount == 0) position = subscriber.position;
        subscriber.position = null;
        swap(subscriber, tailCount++);
        if (isBehind(position, end)) queueRound();
        loop.onTailReached(subscriber);
    }

    /** Lets a member wait whose position is beyond the tail: it goes on when the tail has moved. */
    void waitForTail(Subscriber subscriber) {
        ahead.add(subscriber);
        if (tailCount > 0 && isBehind(position, end)) queueRound();
    }

    /** Continues with more partitions, because the topics have changed. */
    void migrate(PartitionLayout newLayout) {
        PartitionLayout earlier = layout;
        setLayout(newLayout);
        end = layout.carryOver(earlier, end);
        if (tailCount > 0) position = new Position(layout.carryOver(earlier, position.offsets()));
        for (Subscriber behind : members.subList(tailCount, members.size())) {
            behind.position = new Position(layout.carryOver(earlier, behind.position.offsets()));
        }
        queueRound();
    }

    private void setLayout(PartitionLayout newLayout) {
        layout = newLayout;
        meters = new TopicMeters[layout.topicCount()];
        for (int t = 0; t < meters.length; t++) meters[t] = loop.meters().topic(layout.topicName(t));
    }

    private void queueRound() {
        if (roundQueued) return;
        roundQueued = true;
        loop.execute(this::round);
    }

    private void round() {
        roundQueued = false;
        loop.syncImage();
        rounds++;
        if (tailCount > 0 && isBehind(position, end)) advance();
        if (ahead.isEmpty()) return;
        List<Subscriber> waiting = ahead;
        ahead = new ArrayList<>();
        for (Subscriber subscriber : waiting) loop.catchUp().add(subscriber);
    }

    private void advance() {
        Position from = position;
        SseChunk chunk = chunkFrom(from);
        if (chunk == null) {
            // The tail is no longer in memory, or damaged: all subscribers catch up by themselves and share the read.
            while (tailCount > 0) {
                Subscriber subscriber = members.get(tailCount - 1);
                leaveTail(subscriber, from);
                loop.catchUp().add(subscriber);
            }
            return;
        }
        if (chunk.bodyBytes() > 0) deliver(chunk, from);
        if (tailCount > 0) position = chunk.to();
        if (tailCount == 0 || !isBehind(position, end)) return;
        if (!position.equals(from) || lowerEnd()) queueRound();
    }

    private SseChunk chunkFrom(Position from) {
        try {
            return loop.chunk(this, from, end);
        } catch (ApiException damaged) {
            return null;
        }
    }

    private void deliver(SseChunk chunk, Position from) {
        int delivered = 0;
        // Downwards, because a subscriber that leaves the tail changes places with the last one of the tail.
        for (int i = Math.min(tailCount, members.size()) - 1; i >= 0; i--) {
            if (i >= tailCount) continue;
            Subscriber subscriber = members.get(i);
            if (subscriber.round == rounds) continue;
            subscriber.round = rounds;
            if (subscriber.writable()) {
                subscriber.write(chunk);
                delivered++;
            } else {
                leaveTail(subscriber, from);
                loop.meters().catchUp();
                loop.stalled(subscriber);
            }
        }
        count(chunk, delivered);
    }

    /** Counts what was written to some subscribers; the bytes are divided among the topics by records. */
    void count(SseChunk chunk, int subscribers) {
        if (subscribers == 0 || chunk.records() == 0) return;
        loop.meters().sse().delivered((long) chunk.records() * subscribers);
        for (int t = 0; t < meters.length; t++) {
            int records = chunk.records(t);
            if (records == 0) continue;
            long bytes = (long) chunk.bodyBytes() * subscribers * records / chunk.records();
            meters[t].out(Door.SSE, Math.multiplyExact(records, subscribers), bytes);
        }
    }

    private void leaveTail(Subscriber subscriber, Position itsPosition) {
        subscriber.position = itsPosition;
        swap(subscriber, --tailCount);
        if (tailCount == 0 && !ahead.isEmpty()) queueRound();
    }

    private void swap(Subscriber subscriber, int to) {
        int from = subscriber.index;
        Subscriber other = members.get(to);
        members.set(to, subscriber);
        members.set(from, other);
        subscriber.index = to;
        other.index = from;
    }

    /** True if one of a position's offsets is below the limit. */
    static boolean isBehind(Position position, long[] limit) {
        long[] offsets = position.offsets();
        for (int i = 0; i < limit.length; i++) if (offsets[i] < limit[i]) return true;
        return false;
    }
}
