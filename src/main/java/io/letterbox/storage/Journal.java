package io.letterbox.storage;

import java.io.IOException;

/**
 * Makes the appends of a shard to its logs safe. A single node writes them to its own disk ({@link LocalJournal}), one
 * of several proposes them to a log that these share ({@link ReplicatedJournal}).
 * Until an entry is safe, its batches are speculation, which {@link GroupCommit#cut} truncates.
 *
 * <p>Owned by the shard's thread, on which all methods are called and all completions run.
 */
public interface Journal {
    /** Called once with the result of an entry, maybe before {@link Journal#append} returns. */
    interface Completion {
        /** The entry is safe, and so are all before it: every later start finds them. */
        void safe();

        /**
         * The entry is not safe. After a {@link io.letterbox.disk.ForceFailedException} it is unknown what is on disk,
         * so the shard has to end. After any other exception a resource was short: the entries behind this one fail,
         * too, and all of them may be appended again in their order.
         */
        void failed(IOException why);
    }

    /**
     * How many groups may be in flight, 1 or more. Other entries are few, and not counted.
     *
     * @param bytes the size of the next one
     */
    int capacity(long bytes);

    /** Whether this node decides for the shard. While it does not, every entry fails. */
    default boolean decides() {
        return true;
    }

    /**
     * Appends an entry. Entries become safe in the order of their appends.
     *
     * @param entry the entry, whose buffers must not change any more
     * @param done called when it is safe
     */
    void append(JournalEntry entry, Completion done);
}
