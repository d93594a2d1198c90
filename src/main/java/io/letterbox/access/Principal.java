package io.letterbox.access;

/**
 * Who asks, as far as permissions go, in Kafka's terms (KIP-11): {@code User:alice}. Immutable.
 *
 * @param type the kind of principal, such as {@link #USER}
 * @param name which one of that kind; whatever characters its source allows
 */
public record Principal(String type, String name) {
    /** The type of those who log in. */
    public static final String USER = "User";

    /** A client without authentication, under Kafka's name for it. */
    public static final Principal ANONYMOUS = new Principal(USER, "ANONYMOUS");

    /** The server itself, which needs no permission. */
    public static final Principal SERVER = new Principal("Server", "letterbox");

    public boolean isAnonymous() {
        return equals(ANONYMOUS);
    }

    @Override
    public String toString() {
        return type + ":" + name;
    }
}
