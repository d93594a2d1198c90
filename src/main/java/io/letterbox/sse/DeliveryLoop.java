package io.letterbox.sse;

import io.letterbox.bus.Committed;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Slice;
import io.letterbox.config.SseConfig;
import io.letterbox.error.ApiException;
import io.letterbox.http.JsonBytes;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.Disconnect;
import io.letterbox.telemetry.Meters;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * The delivery of one event loop: its feeds, what they share, and what becomes of a subscriber. Owned by that event
 * loop; time comes in as ticks of one second, chance as a generator.
 */
final class DeliveryLoop {
    /** One partition of one feed. */
    private record FeedPartition(TopicFeed feed, int index) {}

    private final DeliveryServices rooms;
    private final RandomGenerator random;
    private final Executor eventLoop;
    private final WarmSlices warm = new WarmSlices(DeliveryLimits.WARM_SLICE_BYTES);
    private final ParkedCursors parked = new ParkedCursors();
    private final ChunkCache cache = new ChunkCache(DeliveryLimits.CACHED_CHUNK_BYTES);
    private final ChunkReader chunkReader;
    private final CatchUp catchUp = new CatchUp(this);
    private final TimerWheel wheel;
    private final SseChunk heartbeat = SseChunk.control(":\n");

    private final Map<Subscription, TopicFeed> feeds = new HashMap<>();
    private final Map<TopicPartition, List<FeedPartition>> feedsOf = new HashMap<>();
    private ClusterImage image;
    private int generation;

    /** @param eventLoop runs a task behind everything that the event loop has queued already */
    DeliveryLoop(DeliveryServices rooms, RandomGenerator random, Executor eventLoop) {
        this.rooms = rooms;
        this.random = random;
        this.eventLoop = eventLoop;
        this.chunkReader =
                new ChunkReader(rooms.reader(), warm, parked, rooms.config().chunkBytes());
        this.wheel = new TimerWheel(Math.max(rooms.config().heartbeatSeconds(), 1));
        this.image = rooms.metadata().image();
    }

    // What feeds and subscribers use.

    Meters meters() {
        return rooms.meters();
    }

    CatchUp catchUp() {
        return catchUp;
    }

    int tick() {
        return wheel.tick();
    }

    void later(Runnable task) {
        eventLoop.execute(task);
    }

    /** Counts the changes of the topics that made what was read before worthless. */
    int generation() {
        return generation;
    }

    Future<Slice> read(TopicPartition partition, long offset) {
        return rooms.reader().read(partition, offset, rooms.config().chunkBytes(), Isolation.COMMITTED);
    }

    PartitionStatus status(TopicPartition partition) {
        return rooms.reader().status(partition);
    }

    void keepWarm(TopicPartition partition, long from, Slice slice) {
        warm.put(partition, from, slice);
    }

    /**
     * The chunk that leads on from a position, from the cache or made now.
     *
     * @return null where {@link #coldIndex} has to be read first
     */
    SseChunk chunk(TopicFeed feed, Position from, long[] limit) {
        SseChunk chunk = cache.get(feed, from);
        if (chunk != null) return chunk;
        chunk = chunkReader.read(feed, from, limit);
        if (chunk != null && !chunk.to().equals(from)) cache.put(feed, from, chunk);
        return chunk;
    }

    int coldIndex() {
        return chunkReader.coldIndex();
    }

    int unreadableIndex() {
        return chunkReader.unreadableIndex();
    }

    // What happens.

    /** A group commit. */
    void committed(Committed message) {
        for (Committed.Moved moved : message.moved()) {
            List<FeedPartition> interested = feedsOf.get(moved.partition());
            if (interested == null) continue;
            for (FeedPartition each : interested) each.feed.committed(each.index, moved.lastStableOffset());
        }
    }

    /** Looks whether topics have changed; cheap where they have not. */
    void syncImage() {
        ClusterImage newest = rooms.metadata().image();
        if (newest == image) return;
        image = newest;
        // What was read, or is being read, may be of an incarnation that is gone, with or without a feed that follows
        // it.
        generation++;
        warm.clear();
        parked.clear();
        for (TopicFeed feed : List.copyOf(feeds.values())) syncFeed(feed);
    }

    private void syncFeed(TopicFeed feed) {
        PartitionLayout layout;
        try {
            layout = PartitionLayout.of(feed.subscription(), image);
        } catch (ApiException gone) {
            layout = null;
        }
        if (layout != null && layout.continues(feed.layout())) {
            if (layout.size() != feed.layout().size()) grow(feed, layout);
            return;
        }
        cache.forget(feed);
        String last = deletion(feed.layout());
        for (Subscriber subscriber : feed.members()) finish(subscriber, Disconnect.TOPIC_DELETED, last);
    }

    /** The last event of a stream of whose topics some are gone, which it names. */
    String deletion(PartitionLayout layout) {
        JsonBytes out = new JsonBytes(128);
        out.ascii("event: end\ndata: {\"reason\":\"deleted\",\"topics\":[");
        String separator = "";
        for (String gone : layout.goneFrom(image)) {
            out.ascii(separator).string(gone);
            separator = ",";
        }
        return out.ascii("]}\n\n").take().toString();
    }

    private void grow(TopicFeed feed, PartitionLayout layout) {
        cache.forget(feed);
        unlist(feed);
        feed.migrate(layout);
        list(feed);
    }

    /** The image that the feeds go by. */
    ClusterImage image() {
        syncImage();
        return image;
    }

    /** The feed of a subscription, made where there is none. */
    TopicFeed feed(Subscription subscription) {
        syncImage();
        TopicFeed feed = feeds.get(subscription);
        if (feed == null) {
            feed = new TopicFeed(this, subscription, PartitionLayout.of(subscription, image));
            feeds.put(subscription, feed);
            list(feed);
        }
        return feed;
    }

    private void list(TopicFeed feed) {
        for (int i = 0; i < feed.layout().size(); i++) {
            TopicPartition partition = feed.layout().partition(i);
            feedsOf.computeIfAbsent(partition, p -> new ArrayList<>(1)).add(new FeedPartition(feed, i));
            PartitionStatus status = rooms.reader().status(partition);
            if (status != null) feed.committed(i, status.lastStableOffset());
        }
    }

    private void unlist(TopicFeed feed) {
        for (int i = 0; i < feed.layout().size(); i++) {
            feedsOf.computeIfPresent(feed.layout().partition(i), (partition, listed) -> {
                listed.removeIf(each -> each.feed == feed);
                return listed.isEmpty() ? null : listed;
            });
        }
    }

    /** A stream has begun: takes its subscriber in. Its slot has been taken. */
    void admit(Subscriber subscriber) {
        TopicFeed feed = subscriber.feed;
        // A cursor may stand above what the commit messages have told this loop so far.
        for (int i = 0; i < feed.layout().size(); i++) {
            PartitionStatus status = rooms.reader().status(feed.layout().partition(i));
            if (status != null) feed.committed(i, status.lastStableOffset());
        }
        feed.add(subscriber);
        SseConfig config = rooms.config();
        int heartbeat = config.heartbeatSeconds();
        subscriber.heartbeatTicks = heartbeat - random.nextInt(heartbeat / 5 + 1);
        subscriber.lastWriteTick = tick();
        // A member of a group ends in an order of its own.
        subscriber.endTick = subscriber.group() == null ? endTick() : Integer.MAX_VALUE;
        wheel.add(subscriber, Math.min(subscriber.heartbeatTicks, subscriber.endTick - tick()));
        catchUp.add(subscriber);
    }

    /** The tick at which a stream that begins now is old. */
    int endTick() {
        int maxAge = rooms.config().maxAgeSeconds();
        return maxAge == 0 ? Integer.MAX_VALUE : tick() + jittered(maxAge);
    }

    private int jittered(int seconds) {
        return Math.max(1, seconds - random.nextInt(seconds / 5 + 1));
    }

    /** A subscriber's socket is full while there are records for it. */
    void stalled(Subscriber subscriber) {
        if (subscriber.stalledAtTick != 0) return;
        subscriber.stalledAtTick = Math.max(1, tick());
        rooms.meters().sse().stallBegan();
    }

    /** A subscriber's socket takes bytes again. */
    void drained(Subscriber subscriber) {
        endStall(subscriber);
        if (subscriber.position != null) catchUp.add(subscriber);
    }

    private void endStall(Subscriber subscriber) {
        if (subscriber.stalledAtTick == 0) return;
        subscriber.stalledAtTick = 0;
        rooms.meters().sse().stallEnded();
    }

    /** Tells a subscriber that is behind what it misses, and moves it there. */
    void skipGap(Subscriber subscriber, Gap gap, Position behindGap) {
        JsonBytes text = new JsonBytes(256);
        gap.writeTo(text);
        rooms.meters().gapEvent();
        subscriber.position = behindGap;
        if (!subscriber.feed.layout().isShared()) writeId(text, subscriber.feed.layout(), behindGap);
        control(subscriber, SseChunk.control(text.ascii('\n')));
    }

    /** Appends an id; the client takes it when the block ends that it stands in. */
    static void writeId(JsonBytes out, PartitionLayout layout, Position position) {
        out.ascii("id: ");
        layout.writeCursor(out, position.offsets());
        out.ascii('\n');
    }

    /** Writes an event that moves nobody. */
    static void control(Subscriber subscriber, SseChunk chunk) {
        subscriber.write(chunk);
        chunk.release();
    }

    /** Writes something that says nothing. */
    void comment(Subscriber subscriber) {
        subscriber.write(heartbeat);
    }

    /** A connection is gone. */
    void closed(Subscriber subscriber) {
        leave(subscriber, Disconnect.CLIENT);
    }

    /**
     * Ends a stream, after a last event if the socket takes it. When to come back was said at the beginning.
     *
     * @param lastEvent a whole event or nothing
     */
    void finish(Subscriber subscriber, Disconnect reason, String lastEvent) {
        SseSink sink = leave(subscriber, reason);
        if (sink == null) return;
        if (!sink.writable()) {
            sink.abort();
            return;
        }
        if (!lastEvent.isEmpty()) {
            SseChunk last = SseChunk.control(lastEvent);
            sink.write(last);
            last.release();
        }
        sink.end();
    }

    /** Ends a stream whose next record cannot be read; where that will stay so, it is told, and comes back seldom. */
    void unreadable(Subscriber subscriber, TopicPartition partition, long offset, Throwable failure) {
        Unreadable unreadable = Unreadable.of(partition, offset, failure);
        finish(subscriber, Disconnect.STORAGE, unreadable == null ? "" : unreadable.event(retryMs()));
    }

    private SseSink leave(Subscriber subscriber, Disconnect reason) {
        if (subscriber.group() != null && subscriber.isOpen())
            subscriber.group().ended();
        SseSink sink = withdraw(subscriber);
        if (sink == null) return null;
        subscriber.seen().close();
        rooms.slots().giveBack();
        rooms.meters().sse().disconnected(reason);
        return sink;
    }

    /** Takes a subscriber out whose connection goes on in another one; returns null where it had been taken out. */
    SseSink withdraw(Subscriber subscriber) {
        SseSink sink = subscriber.detach();
        if (sink == null) return null;
        endStall(subscriber);
        TopicFeed feed = subscriber.feed;
        feed.remove(subscriber);
        if (feed.size() == 0) {
            feeds.remove(feed.subscription());
            unlist(feed);
            cache.forget(feed);
        }
        return sink;
    }

    /** After how many milliseconds a client is to come back, another number for each. */
    int retryMs() {
        int min = rooms.config().retryMinMs();
        return min + random.nextInt(rooms.config().retryMaxMs() - min + 1);
    }

    /** Everybody, in no order. */
    List<Subscriber> subscribers() {
        List<Subscriber> all = new ArrayList<>();
        for (TopicFeed feed : feeds.values()) all.addAll(feed.members());
        return all;
    }

    /** Gives direct memory back; nothing may happen here afterwards. */
    void close() {
        cache.clear();
        parked.clear();
        heartbeat.release();
    }

    /** One second later. */
    void onTick() {
        syncImage();
        wheel.turn(this::visit);
    }

    /** Looks after one subscriber; returns after how many ticks to come again. */
    private int visit(Subscriber subscriber) {
        if (!subscriber.isOpen()) return TimerWheel.NEVER;
        int now = tick();
        if (now >= subscriber.endTick) {
            finish(subscriber, Disconnect.MAX_AGE, "");
            return TimerWheel.NEVER;
        }
        if (!subscriber.writable()) return visitStalled(subscriber, now);
        int silent = now - subscriber.lastWriteTick;
        if (silent >= subscriber.heartbeatTicks) {
            beat(subscriber);
            silent = 0;
        }
        return Math.min(subscriber.heartbeatTicks - silent, subscriber.endTick - now);
    }

    private int visitStalled(Subscriber subscriber, int now) {
        // Silent because it is full, whether or not there are records for it: a peer that is gone looks like this, too.
        int silent = now - subscriber.lastWriteTick;
        int patience = rooms.config().stallSeconds();
        // Others of its group wait for the partitions of one that takes nothing any more.
        if (subscriber.group() != null)
            patience = Math.min(patience, subscriber.group().sessionTicks());
        if (silent < patience) return Math.max(1, Math.min(subscriber.heartbeatTicks, patience - silent));
        SseSink sink = leave(subscriber, Disconnect.STALLED);
        if (sink != null) sink.abort();
        return TimerWheel.NEVER;
    }

    /**
     * Breaks the silence ({@link Heartbeat}). A subscriber whose filter passes nothing would otherwise keep an old cursor
     * for ever, so it is given the new one.
     */
    private void beat(Subscriber subscriber) {
        boolean event = subscriber.heartbeat == Heartbeat.EVENT;
        boolean filters = subscriber.feed.subscription().key() != null;
        if (!event && !filters) {
            comment(subscriber);
            return;
        }
        JsonBytes text = new JsonBytes(128);
        if (event) Heartbeat.writeEvent(text, rooms.config().heartbeatSeconds(), subscriber.position == null);
        else if (subscriber.heartbeat == Heartbeat.COMMENT) text.ascii(":\n");
        PartitionLayout layout = subscriber.feed.layout();
        if (!layout.isShared()) writeId(text, layout, subscriber.standing());
        if (subscriber.heartbeat != Heartbeat.COMMENT) text.ascii('\n');
        control(subscriber, SseChunk.control(text));
    }

    /** A subscriber has come to the tail; one that sees heartbeats is told so, the first time. */
    void live(Subscriber subscriber) {
        if (subscriber.heartbeat != Heartbeat.EVENT || subscriber.toldLive || subscriber.group() != null) return;
        subscriber.toldLive = true;
        beat(subscriber);
    }
}
