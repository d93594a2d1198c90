package io.letterbox.sse;

import io.letterbox.bus.PartitionStatus;
import io.letterbox.error.ApiException;
import io.letterbox.telemetry.Door;
import io.letterbox.telemetry.TopicMeters;
import java.util.ArrayList;
import java.util.List;

/**
 * All subscribers of one event loop with the same subscription. Those at the tail stand where the feed stands: what is
 * committed is read once, encoded once, and the same bytes are written to each of them. One whose socket is full leaves
 * the tail with a position of its own, catches up by itself ({@link CatchUp}) and joins again where the feed stands.
 *
 * <pre>
 * members:  ├── at the tail, position is the feed's ──┤── behind, each with its own position ──┤
 *           0                                     tailCount                                  size
 * </pre>
 *
 * <p>Committed messages only move {@link #end}; the next round reads up to there. A round writes one chunk and queues the
 * next behind whatever waits for the event loop, so that one round takes in what many group commits have brought.
 * Owned by one event loop.
 */
final class TopicFeed {
    private final DeliveryLoop loop;
    private final Subscription subscription;
    private final List<Subscriber> members = new ArrayList<>();
    private int tailCount;

    /** Members that have seen more than the tail has, as a cursor from another event loop may say; they wait for it. */
    private List<Subscriber> ahead = new ArrayList<>();

    private PartitionLayout layout;
    private TopicMeters[] meters;

    /** The last stable offsets as far as known, by partition of the layout: readers get nothing beyond them. */
    private long[] end;

    /** Where everybody at the tail stands; means nothing while nobody is there. */
    private Position position;

    private boolean roundQueued;
    private long rounds;

    TopicFeed(DeliveryLoop loop, Subscription subscription, PartitionLayout layout) {
        this.loop = loop;
        this.subscription = subscription;
        become(layout);
        this.end = new long[layout.size()];
    }

    Subscription subscription() {
        return subscription;
    }

    PartitionLayout layout() {
        return layout;
    }

    /** Where everybody at the tail stands, or null where nobody is there. */
    Position tailPosition() {
        return tailCount == 0 ? null : position;
    }

    /** How far a member may read by itself: to the tail, or to the end where nobody is at the tail. */
    long[] limit() {
        return tailCount == 0 ? end : position.offsets();
    }

    int size() {
        return members.size();
    }

    /** Everybody, in no order; a copy, for those who are about to end them. */
    List<Subscriber> members() {
        return List.copyOf(members);
    }

    /** A partition's last stable offset has moved, or was learned. */
    void committed(int index, long stableOffset) {
        if (stableOffset <= end[index]) return;
        end[index] = stableOffset;
        if (tailCount > 0 || !ahead.isEmpty()) queueRound();
    }

    /**
     * Takes back what was learned of the end beyond where it is: a message about a topic that was deleted and made again
     * may be late, and messages do not say which incarnation they are about.
     *
     * @return true where there was something to take back
     */
    boolean correctEnd() {
        boolean corrected = false;
        for (int i = 0; i < end.length; i++) {
            PartitionStatus status = loop.status(layout.partition(i));
            if (status == null || status.lastStableOffset() >= end[i]) continue;
            end[i] = status.lastStableOffset();
            corrected = true;
        }
        return corrected;
    }

    /** Takes a subscriber in, behind. */
    void add(Subscriber subscriber) {
        subscriber.index = members.size();
        members.add(subscriber);
    }

    /** Lets a subscriber go. */
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

    /** A member has caught up: it stands at the {@link #limit}. */
    void join(Subscriber subscriber) {
        if (tailCount == 0) position = subscriber.position;
        subscriber.position = null;
        swap(subscriber, tailCount++);
        if (isBehind(position, end)) queueRound();
        loop.live(subscriber);
    }

    /** A member has seen more than the tail has: it is told to go on when the tail has moved. */
    void await(Subscriber subscriber) {
        ahead.add(subscriber);
        if (tailCount > 0 && isBehind(position, end)) queueRound();
    }

    /** The topics have changed, and this feed goes on with more partitions. */
    void migrate(PartitionLayout newLayout) {
        PartitionLayout earlier = layout;
        become(newLayout);
        end = layout.carryOver(earlier, end);
        if (tailCount > 0) position = new Position(layout.carryOver(earlier, position.offsets()));
        for (Subscriber behind : members.subList(tailCount, members.size())) {
            behind.position = new Position(layout.carryOver(earlier, behind.position.offsets()));
        }
        queueRound();
    }

    private void become(PartitionLayout newLayout) {
        layout = newLayout;
        meters = new TopicMeters[layout.topicCount()];
        for (int t = 0; t < meters.length; t++) meters[t] = loop.meters().topic(layout.topicName(t));
    }

    private void queueRound() {
        if (roundQueued) return;
        roundQueued = true;
        loop.later(this::round);
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
            // Not in memory any more, or damaged: everybody goes the way of those who are behind, and shares the read.
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
        if (!position.equals(from) || correctEnd()) queueRound();
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
        // Downwards, because one that leaves changes places with the last one of the tail.
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

    /** Counts what was handed to some subscribers; the bytes are shared out among the topics by records. */
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

    /** True where one of a position's offsets is below the limit. */
    static boolean isBehind(Position position, long[] limit) {
        long[] offsets = position.offsets();
        for (int i = 0; i < limit.length; i++) if (offsets[i] < limit[i]) return true;
        return false;
    }
}
