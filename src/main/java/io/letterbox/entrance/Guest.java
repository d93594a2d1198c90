package io.letterbox.entrance;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;

/** One connection, from when it is accepted. Its own event loop says that it spoke; the rest is the entrance's. */
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

    /** The client of this connection has sent a whole request: it is not one that says nothing. On the connection's loop. */
    public static void spoke(Channel channel) {
        Guest guest = channel.attr(KEY).get();
        if (guest == null || guest.spoken) return;
        guest.spoken = true;
        guest.entrance.spoke(guest);
    }

    void sendAway() {
        if (channel.isRegistered()) channel.close();
        else channel.unsafe().closeForcibly();
    }
}
