package io.letterbox.publishing;

import io.letterbox.error.ApiException;

/** Decides which batches the records of a request go to. Owned by one event loop. */
public interface Placement {
    /** The partition of a record for which the publisher named none. */
    int choose(PublishTarget target, byte[] key);

    /**
     * Adds a record.
     *
     * @param partition one that the target has
     * @return the number of the record's run, see {@link PublishCallback}
     * @throws ApiException if the request cannot be placed this way; nothing of it may be written then
     */
    int add(PublishTarget target, int partition, PendingRecord draft, PublishCallback callback);

    /** True if records must not be left out: either all of a request are written, or none. */
    boolean isWhole();

    /** Marks the end of the request's records. */
    void end();
}
