package io.letterbox.entrance;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;

/**
 * One connection since it was accepted. Its own event loop reports its first request; everything else is the
 * entrance's.
 */
public final class AcceptedConnection {
    private static final AttributeKey<AcceptedConnection> KEY = AttributeKey.valueOf(AcceptedConnection.class, "guest");

    private final Channel channel;
    private final Entrance entrance;

    // Owned by the connection's event loop.
    private boolean firstRequestSeen;

    AcceptedConnection(Channel channel, Entrance entrance) {
        this.channel = channel;
        this.entrance = entrance;
        channel.attr(KEY).set(this);
    }

    /**
     * Reports that the client of this connection has sent a whole request, so that it is no longer silent. On its event
     * loop.
     */
    public static void onFirstRequest(Channel channel) {
        AcceptedConnection guest = channel.attr(KEY).get();
        if (guest == null || guest.firstRequestSeen) return;
        guest.firstRequestSeen = true;
        guest.entrance.onFirstRequest(guest);
    }

    void close() {
        if (channel.isRegistered()) channel.close();
        else channel.unsafe().closeForcibly();
    }
}
