package io.letterbox.storage;

import java.io.IOException;

/**
 * Makes safe what a shard has appended to its logs. A node that stands alone writes it to its own disk
 * ({@link LocalJournal}). Until an entry is safe, what it holds is speculation, which {@link GroupCommit#cut} takes
 * back.
 *
 * <p>Owned by the shard's thread, on which all methods are called and all completions are told.
 */
public interface Journal extends AutoCloseable {
    /** Told once what became of an entry; perhaps before {@link Journal#append} returns. */
    interface Completion {
        /** The entry is safe, and so are all before it: whatever happens, a start finds them. */
        void safe();

        /**
         * The entry is not safe. After a {@link io.letterbox.disk.ForceFailedException} nobody knows what is on disk,
         * and the shard has to end. After any other exception something was lacking: the entries that came behind this
         * one fail, too, and all of them may be given again in their order.
         */
        void failed(IOException why);
    }

    /** How many groups may be under way at a time, 1 or more. Other entries are few, and not counted. */
    int capacity();

    /**
     * Takes an entry. Entries become safe in the order in which they were given.
     *
     * @param entry its buffers do not change any more
     * @param done told when it is safe
     */
    void append(JournalEntry entry, Completion done);

    /** Whether there is no room for an entry, and a checkpoint would make some. */
    boolean wantsCheckpoint(JournalEntry.Group entry);

    /**
     * A checkpoint begins, which forces into the logs all that is safe by now. The one before it is over, so that
     * entries from before that one are not needed any more.
     */
    void checkpointBegins();

    /** All logs have been closed well: none of the entries is needed any more. Instead of {@link #close}. */
    void discard() throws IOException;

    @Override
    void close() throws IOException;
}
