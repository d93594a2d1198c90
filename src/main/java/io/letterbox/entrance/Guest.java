package io.letterbox.entrance;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;

/**
 * One connection since it was accepted. Its own event loop reports its first request; everything else is the
 * entrance's.
 */
public final class Guest {
    private static final AttributeKey<Guest> KEY = AttributeKey.valueOf(Guest.class, "guest");

    private final Channel channel;
    private final Entrance entrance;

    // Owned by the connection's event loop.
    private boolean spoken;

    Guest(Channel channel, Entrance entrance) {
        this.channel = channel;
        this.entrance = entrance;
        channel.attr(KEY).set(this);
    }

    /**
     * Reports that the client of this connection has sent a whole request, so that it is no longer silent. On its event
     * loop.
     */
    public static void spoke(Channel channel) {
        Guest guest = channel.attr(KEY).get();
        if (guest == null || guest.spoken) return;
        guest.spoken = true;
        guest.entrance.onFirstRequest(guest);
    }

    void sendAway() {
        if (channel.isRegistered()) channel.close();
        else channel.unsafe().closeForcibly();
    }
}
