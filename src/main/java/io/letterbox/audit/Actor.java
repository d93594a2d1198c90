package io.letterbox.audit;

import io.letterbox.access.Principal;

/**
 * Who makes a change: a client in person, and the principal in whose name it does.
 *
 * @param door through which the wish came, such as {@code HTTP}; empty: none, the server does it by itself
 * @param address of the client, in digits
 * @param client what the client calls itself, a user agent or a client id; null if it says nothing
 * @param principal of the client; {@link Principal#SERVER} for the server itself
 * @param why the change was not asked for in so many words but follows from something else: a phrase that continues a
 *     sentence; null if it was asked for
 */
public record Actor(String door, String address, String client, Principal principal, String why) {
    /** The server itself. */
    public static final Actor SERVER = new Actor("", "", null, Principal.SERVER, null);

    /** A client that requested the change. */
    public static Actor of(String door, String address, String client, Principal principal) {
        return new Actor(door, address, client, principal, null);
    }

    /** The same client, for a change that follows from its request. */
    public Actor because(String reason) {
        return new Actor(door, address, client, principal, reason);
    }

    /** Whether a line has to name the principal: it says something that the door and the client do not. */
    boolean isNamed() {
        return !isServer() && !principal.isAnonymous();
    }

    boolean isServer() {
        return door.isEmpty();
    }
}
