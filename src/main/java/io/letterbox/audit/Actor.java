package io.letterbox.audit;

import io.letterbox.access.Principal;

/**
 * The author of a change: a client, and the principal in whose name it acts.
 *
 * @param door the door through which the request came, such as {@code HTTP}; empty for the server itself
 * @param address the client's IP address; empty for the server itself
 * @param client the client's user agent or client id; null if it sends none
 * @param principal of the client; {@link Principal#SERVER} for the server itself
 * @param why the reason for a change that was not requested explicitly but follows from another request, as a phrase
 *     that continues a sentence; null for a requested change
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

    /** Whether an audit line has to name the principal, because it adds something to the door and the client. */
    boolean isNamed() {
        return !isServer() && !principal.isAnonymous();
    }

    boolean isServer() {
        return door.isEmpty();
    }
}
