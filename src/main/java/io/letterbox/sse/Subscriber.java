package io.letterbox.sse;

import io.letterbox.telemetry.Connections;

/**
 * One open stream: a sink and a place in its feed. At the tail it has no position of its own but the feed's; behind, it
 * has one. Owned by one event loop.
 */
final class Subscriber implements SseSink.Listener {
    /** Not in a list. */
    static final int NOWHERE = -1;

    final TopicFeed feed;

    /** Where it stands while it is behind; null at the tail. */
    Position position;

    /** Its index among the feed's members. */
    int index = NOWHERE;

    /** The last round of the feed that has looked at it. */
    long round;

    /** True while it waits for its turn, or for a read, in {@link CatchUp}. */
    boolean pending;

    /** The tick at which it was found not to take bytes although there were some for it, or 0. */
    int stalledAtTick;

    int lastWriteTick;
    int endTick;
    int heartbeatTicks;

    /** How its client is shown that the stream lives. */
    final Heartbeat heartbeat;

    /** Whether a client that sees heartbeats was told that it has all that there is. */
    boolean toldLive;

    private final DeliveryLoop loop;
    private final GroupStream group;
    private SseSink sink;
    private Connections.Entry seen;

    /** @param group whose share this is, or null for a subscriber on its own */
    Subscriber(DeliveryLoop loop, TopicFeed feed, Position position, Heartbeat heartbeat, GroupStream group) {
        this.heartbeat = heartbeat;
        this.loop = loop;
        this.feed = feed;
        this.position = position;
        this.group = group;
    }

    /** Whose share this is, or null. */
    GroupStream group() {
        return group;
    }

    /** Where it stands, at the tail or behind. */
    Position standing() {
        return position == null ? feed.tailPosition() : position;
    }

    /** @param itsEntry where it is listed as long as it is open */
    void attach(SseSink itsSink, Connections.Entry itsEntry) {
        sink = itsSink;
        seen = itsEntry;
    }

    /** Where its connection is listed. */
    Connections.Entry seen() {
        return seen;
    }

    /** False once the stream has ended, whoever ended it. */
    boolean isOpen() {
        return sink != null;
    }

    boolean writable() {
        return sink.writable();
    }

    void write(SseChunk chunk) {
        lastWriteTick = loop.tick();
        sink.write(chunk);
        if (group != null) group.wrote(feed.layout(), chunk);
    }

    /** Lets go of the connection; returns it, or null where that had happened before. */
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
