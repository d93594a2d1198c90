package io.letterbox.sse;

import io.letterbox.bus.Committed;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.LogReader;
import io.letterbox.bus.Metadata;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Slice;
import io.letterbox.config.SseConfig;
import io.letterbox.error.ApiException;
import io.letterbox.http.JsonBytes;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.reading.CommitListener;
import io.letterbox.reading.CommitListeners;
import io.letterbox.reading.Waiter;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.DisconnectReason;
import io.letterbox.telemetry.Meters;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * The delivery of one event loop: its feeds, what they share, and the life of its subscribers. Owned by that event
 * loop; time comes in as ticks of one second, randomness as a generator.
 */
final class DeliveryLoop {
    /** One partition of one feed. A commit only moves the feed's end; the feed reads in its next round. */
    private record FeedPartition(TopicFeed feed, int index) implements CommitListener {
        @Override
        public void moved(Committed.Moved moved) {
            feed.committed(index, moved.lastStableOffset());
        }

        @Override
        public Waiter waiter() {
            return null;
        }
    }

    private final LogReader reader;
    private final Metadata metadata;
    private final Meters meters;
    private final SubscriberSlots slots;
    private final SseConfig config;
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
    private final CommitListeners listeners = new CommitListeners();
    private ClusterImage image;
    private int generation;

    /** @param eventLoop runs a task behind everything that is already queued on the event loop */
    DeliveryLoop(
            LogReader reader,
            Metadata metadata,
            Meters meters,
            SubscriberSlots slots,
            SseConfig config,
            RandomGenerator random,
            Executor eventLoop) {
        this.reader = reader;
        this.metadata = metadata;
        this.meters = meters;
        this.slots = slots;
        this.config = config;
        this.random = random;
        this.eventLoop = eventLoop;
        this.chunkReader = new ChunkReader(reader, warm, parked, config.chunkBytes());
        this.wheel = new TimerWheel(Math.max(config.heartbeatSeconds(), 1));
        this.image = metadata.image();
    }

    // For feeds and subscribers.

    Meters meters() {
        return meters;
    }

    CatchUp catchUp() {
        return catchUp;
    }

    int tick() {
        return wheel.tick();
    }

    void execute(Runnable task) {
        eventLoop.execute(task);
    }

    /** Counts the changes of topics that invalidate what was read before. */
    int generation() {
        return generation;
    }

    Future<Slice> read(TopicPartition partition, long offset) {
        return reader.read(partition, offset, config.chunkBytes(), Isolation.COMMITTED);
    }

    PartitionStatus status(TopicPartition partition) {
        return reader.status(partition);
    }

    void keepWarm(TopicPartition partition, long from, Slice slice) {
        warm.put(partition, from, slice);
    }

    /**
     * The chunk from a position on, from the cache or encoded now.
     *
     * @return null if {@link #coldIndex} has to be read first
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

    // Events.

    /** Applies a group commit to the feeds. */
    void committed(Committed message) {
        listeners.onCommitted(message);
    }

    /** Applies the newest image if topics have changed; cheap if they have not. */
    void syncImage() {
        ClusterImage newest = metadata.image();
        if (newest == image) return;
        image = newest;
        // What was read, or is being read, may belong to an incarnation that has been deleted, even if no feed follows
        // the topic.
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
            if (layout.size() != feed.layout().size()) addPartitions(feed, layout);
            return;
        }
        cache.forget(feed);
        String last = deletionEvent(feed.layout());
        for (Subscriber subscriber : feed.members()) finish(subscriber, DisconnectReason.TOPIC_DELETED, last);
    }

    /** The last event of a stream whose topics were deleted; it names the deleted ones. */
    String deletionEvent(PartitionLayout layout) {
        JsonBytes out = new JsonBytes(128);
        out.ascii("event: end\ndata: {\"reason\":\"deleted\",\"topics\":[");
        String separator = "";
        for (String gone : layout.deletedTopics(image)) {
            out.ascii(separator).string(gone);
            separator = ",";
        }
        return out.ascii("]}\n\n").take().toString();
    }

    private void addPartitions(TopicFeed feed, PartitionLayout layout) {
        cache.forget(feed);
        unlist(feed);
        feed.migrate(layout);
        list(feed);
    }

    /** The image that the feeds follow. */
    ClusterImage image() {
        syncImage();
        return image;
    }

    /** The feed of a subscription; created if there is none. */
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
            listeners.add(partition, new FeedPartition(feed, i));
            PartitionStatus status = reader.status(partition);
            if (status != null) feed.committed(i, status.lastStableOffset());
        }
    }

    private void unlist(TopicFeed feed) {
        for (int i = 0; i < feed.layout().size(); i++) {
            listeners.remove(feed.layout().partition(i), new FeedPartition(feed, i));
        }
    }

    /** Adds the subscriber of a new stream. The stream has taken its slot already. */
    void add(Subscriber subscriber) {
        TopicFeed feed = subscriber.feed;
        // A cursor may be above the offsets that commit messages have brought to this loop so far.
        for (int i = 0; i < feed.layout().size(); i++) {
            PartitionStatus status = reader.status(feed.layout().partition(i));
            if (status != null) feed.committed(i, status.lastStableOffset());
        }
        feed.add(subscriber);
        int heartbeat = config.heartbeatSeconds();
        subscriber.heartbeatTicks = heartbeat - random.nextInt(heartbeat / 5 + 1);
        subscriber.lastWriteTick = tick();
        // The stream of a group member revokes its partitions before it ends: GroupStream decides when.
        subscriber.endTick = subscriber.group() == null ? endTick() : Integer.MAX_VALUE;
        wheel.add(subscriber, Math.min(subscriber.heartbeatTicks, subscriber.endTick - tick()));
        catchUp.add(subscriber);
    }

    /** The tick at which a stream that begins now reaches its maximum age. */
    int endTick() {
        int maxAge = config.maxAgeSeconds();
        return maxAge == 0 ? Integer.MAX_VALUE : tick() + jittered(maxAge);
    }

    private int jittered(int seconds) {
        return Math.max(1, seconds - random.nextInt(seconds / 5 + 1));
    }

    /** Notes that a subscriber's socket is full while there are records for it. */
    void stalled(Subscriber subscriber) {
        if (subscriber.stalledAtTick != 0) return;
        subscriber.stalledAtTick = Math.max(1, tick());
        meters.sse().stallBegan();
    }

    /** Notes that a subscriber's socket takes bytes again. */
    void drained(Subscriber subscriber) {
        endStall(subscriber);
        if (subscriber.position != null) catchUp.add(subscriber);
    }

    private void endStall(Subscriber subscriber) {
        if (subscriber.stalledAtTick == 0) return;
        subscriber.stalledAtTick = 0;
        meters.sse().stallEnded();
    }

    /** Sends a subscriber a gap event and moves it behind the gap. */
    void skipGap(Subscriber subscriber, Gap gap, Position behindGap) {
        JsonBytes text = new JsonBytes(256);
        gap.writeTo(text);
        meters.gapEvent();
        subscriber.position = behindGap;
        if (!subscriber.feed.layout().isShared()) writeId(text, subscriber.feed.layout(), behindGap);
        writeControl(subscriber, SseChunk.control(text.ascii('\n')));
    }

    /** Appends an id line; the client takes the id when the block ends in which it stands. */
    static void writeId(JsonBytes out, PartitionLayout layout, Position position) {
        out.ascii("id: ");
        layout.writeCursor(out, position.offsets());
        out.ascii('\n');
    }

    /** Writes a comment or a control event, which moves no position. */
    static void writeControl(Subscriber subscriber, SseChunk chunk) {
        subscriber.write(chunk);
        chunk.release();
    }

    /** Writes a comment, which the client ignores. */
    void writeComment(Subscriber subscriber) {
        subscriber.write(heartbeat);
    }

    /** Removes a subscriber whose connection has been closed. */
    void closed(Subscriber subscriber) {
        remove(subscriber, DisconnectReason.CLIENT);
    }

    /**
     * Ends a stream, after a last event if the socket takes it. The retry time was sent at the beginning of the stream.
     *
     * @param lastEvent a whole event, or empty
     */
    void finish(Subscriber subscriber, DisconnectReason reason, String lastEvent) {
        SseSink sink = remove(subscriber, reason);
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

    /**
     * Ends a stream whose next record cannot be read. If the cause is permanent, the stream ends with an event that
     * says so and has a long retry time.
     */
    void unreadable(Subscriber subscriber, TopicPartition partition, long offset, Throwable failure) {
        Unreadable unreadable = Unreadable.of(partition, offset, failure);
        finish(subscriber, DisconnectReason.STORAGE, unreadable == null ? "" : unreadable.event(retryMs()));
    }

    private SseSink remove(Subscriber subscriber, DisconnectReason reason) {
        if (subscriber.group() != null && subscriber.isOpen())
            subscriber.group().onEnded();
        SseSink sink = detach(subscriber);
        if (sink == null) return null;
        subscriber.seen().close();
        slots.release();
        meters.sse().disconnected(reason);
        return sink;
    }

    /** Removes a subscriber whose connection goes on as another subscriber; null if it had been removed before. */
    SseSink detach(Subscriber subscriber) {
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

    /** The retry time for one client, chosen at random so that clients do not come back all at once. */
    int retryMs() {
        int min = config.retryMinMs();
        return min + random.nextInt(config.retryMaxMs() - min + 1);
    }

    /** All subscribers, in no order. */
    List<Subscriber> subscribers() {
        List<Subscriber> all = new ArrayList<>();
        for (TopicFeed feed : feeds.values()) all.addAll(feed.members());
        return all;
    }

    /** Releases direct memory; the object must not be used afterwards. */
    void close() {
        cache.clear();
        parked.clear();
        heartbeat.release();
    }

    /** Called once a second. */
    void onTick() {
        syncImage();
        wheel.advance(this::check);
    }

    /** Checks one subscriber: its age, its stall, its silence. Returns after how many ticks to check it again. */
    private int check(Subscriber subscriber) {
        if (!subscriber.isOpen()) return TimerWheel.NEVER;
        int now = tick();
        if (now >= subscriber.endTick) {
            finish(subscriber, DisconnectReason.MAX_AGE, "");
            return TimerWheel.NEVER;
        }
        if (!subscriber.writable()) return checkStalled(subscriber, now);
        int silent = now - subscriber.lastWriteTick;
        if (silent >= subscriber.heartbeatTicks) {
            sendHeartbeat(subscriber);
            silent = 0;
        }
        return Math.min(subscriber.heartbeatTicks - silent, subscriber.endTick - now);
    }

    private int checkStalled(Subscriber subscriber, int now) {
        // The silence of a full socket counts whether or not there are records: a peer that has vanished looks the
        // same.
        int silent = now - subscriber.lastWriteTick;
        int patience = config.stallSeconds();
        // Other members of the group wait for the partitions of a member that takes no bytes.
        if (subscriber.group() != null)
            patience = Math.min(patience, subscriber.group().sessionTicks());
        if (silent < patience) return Math.max(1, Math.min(subscriber.heartbeatTicks, patience - silent));
        SseSink sink = remove(subscriber, DisconnectReason.STALLED);
        if (sink != null) sink.abort();
        return TimerWheel.NEVER;
    }

    /**
     * Ends a silence ({@link HeartbeatForm}). A subscriber whose filter passes no record would otherwise keep an old
     * cursor for ever, so the current one is sent.
     */
    private void sendHeartbeat(Subscriber subscriber) {
        boolean event = subscriber.heartbeat == HeartbeatForm.EVENT;
        boolean filters = subscriber.feed.subscription().key() != null;
        if (!event && !filters) {
            writeComment(subscriber);
            return;
        }
        JsonBytes text = new JsonBytes(128);
        if (event) HeartbeatForm.writeEvent(text, config.heartbeatSeconds(), subscriber.position == null);
        else if (subscriber.heartbeat == HeartbeatForm.COMMENT) text.ascii(":\n");
        PartitionLayout layout = subscriber.feed.layout();
        if (!layout.isShared()) writeId(text, layout, subscriber.currentPosition());
        if (subscriber.heartbeat != HeartbeatForm.COMMENT) text.ascii('\n');
        writeControl(subscriber, SseChunk.control(text));
    }

    /** Tells a client that sees heartbeats that its subscriber has reached the tail, the first time that it does. */
    void onTailReached(Subscriber subscriber) {
        if (subscriber.heartbeat != HeartbeatForm.EVENT || subscriber.toldLive || subscriber.group() != null) return;
        subscriber.toldLive = true;
        sendHeartbeat(subscriber);
    }
}
