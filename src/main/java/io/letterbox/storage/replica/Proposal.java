package io.letterbox.storage.replica;

/** What a shard gives along with an entry, and gets back with it. The log looks at nothing but this. */
public interface Proposal {
    /**
     * The entry was not appended, and never will be. To be told before {@link ReplicatedLog#propose} returns, or never:
     * nothing that is proposed behind a refused entry may be committed under the same leadership. The shard gives its
     * leadership up.
     *
     * @param why for the log file
     */
    void refused(Throwable why);
}
