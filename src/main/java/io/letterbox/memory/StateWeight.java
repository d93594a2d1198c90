package io.letterbox.memory;

/**
 * The memory of one object that grows and shrinks, kept up to date in an account while it is attached to one. Owned by
 * the object's owner.
 */
public final class StateWeight {
    /** The string object, its array's header, and padding. */
    private static final int STRING_BYTES = 44;

    private long bytes;
    private StateAccount account;

    /** Adds a change of the size, which may be negative. */
    public void add(long delta) {
        bytes += delta;
        if (account != null) account.charge(delta);
    }

    /** The estimated size. */
    public long bytes() {
        return bytes;
    }

    /** Charges the size to an account from now on, and no longer to the one it was attached to before. */
    public void attach(StateAccount to) {
        detach();
        account = to;
        account.charge(bytes);
    }

    /** Returns the size to the account. */
    public void detach() {
        if (account != null) account.charge(-bytes);
        account = null;
    }

    /** The memory of a client's string: two bytes for each character, whatever the characters are. */
    public static int of(String text) {
        return text == null ? 0 : STRING_BYTES + 2 * text.length();
    }
}
