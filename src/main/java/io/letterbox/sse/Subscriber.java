package io.letterbox.sse;

import io.letterbox.telemetry.Connections;

/**
 * One open stream: a sink and a position in its feed. At the tail the position is the feed's; behind the tail the
 * subscriber has its own. Owned by one event loop.
 */
final class Subscriber implements SseSink.Listener {
    /** The index of a subscriber that is in no feed. */
    static final int NOWHERE = -1;

    final TopicFeed feed;

    /** The position while the subscriber is behind; null at the tail. */
    Position position;

    /** The index among the feed's members. */
    int index = NOWHERE;

    /** The last round of the feed that has visited this subscriber. */
    long round;

    /** True while the subscriber waits in {@link CatchUp}, in its queue or for a read. */
    boolean pending;

    /** The tick at which the socket was found full while there were records to write, or 0. */
    int stalledAtTick;

    int lastWriteTick;
    int endTick;
    int heartbeatTicks;

    /** How the client is shown that the stream is alive. */
    final HeartbeatForm heartbeat;

    /** Whether a client that sees heartbeats has been told that it has everything that there is. */
    boolean toldLive;

    private final DeliveryLoop loop;
    private final GroupStream group;
    private SseSink sink;
    private Connections.OpenConnection seen;

    /** @param group the group stream whose share this is, or null outside groups */
    Subscriber(DeliveryLoop loop, TopicFeed feed, Position position, HeartbeatForm heartbeat, GroupStream group) {
        this.heartbeat = heartbeat;
        this.loop = loop;
        this.feed = feed;
        this.position = position;
        this.group = group;
    }

    /** The group stream whose share this is, or null. */
    GroupStream group() {
        return group;
    }

    /** The position, at the tail or behind. */
    Position currentPosition() {
        return position == null ? feed.tailPosition() : position;
    }

    /** @param itsEntry the entry among the connections as long as the stream is open */
    void attach(SseSink itsSink, Connections.OpenConnection itsEntry) {
        sink = itsSink;
        seen = itsEntry;
    }

    /** The entry among the connections. */
    Connections.OpenConnection seen() {
        return seen;
    }

    /** False after the stream has ended, by either side. */
    boolean isOpen() {
        return sink != null;
    }

    boolean writable() {
        return sink.writable();
    }

    void write(SseChunk chunk) {
        lastWriteTick = loop.tick();
        sink.write(chunk);
        if (group != null) group.onWritten(feed.layout(), chunk);
    }

    /** Takes the sink from the subscriber; returns it, or null if it was taken before. */
    SseSink detach() {
        SseSink former = sink;
        sink = null;
        return former;
    }

    @Override
    public void onDrained() {
        loop.drained(this);
    }

    @Override
    public void onClosed() {
        loop.closed(this);
    }
}
