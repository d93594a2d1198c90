package io.letterbox.memory;

/**
 * What one thing weighs that grows and shrinks, kept up to date in an account while it is attached to one. Owned by the
 * thing's owner.
 */
public final class StateWeight {
    /** The object, its array's head, and what is lost to rounding. */
    private static final int STRING_BYTES = 44;

    private long bytes;
    private StateAccount account;

    /** The thing has become so much larger, or smaller. */
    public void add(long delta) {
        bytes += delta;
        if (account != null) account.take(delta);
    }

    /** Estimated. */
    public long bytes() {
        return bytes;
    }

    /** From now on this is taken from an account; from none that it was attached to before. */
    public void attach(StateAccount to) {
        detach();
        account = to;
        account.take(bytes);
    }

    /** Gives back what was taken. */
    public void detach() {
        if (account != null) account.take(-bytes);
        account = null;
    }

    /** What a string takes that a client chose: two bytes for each character, whatever the characters are. */
    public static int of(String text) {
        return text == null ? 0 : STRING_BYTES + 2 * text.length();
    }
}
