package io.letterbox.publishing;

import io.letterbox.error.ApiException;

/** Into which batches the records of a request go. Owned by one event loop. */
public interface Placement {
    /** The partition of a record for which the publisher named none. */
    int choose(PublishTarget target, byte[] key);

    /**
     * Adds a record.
     *
     * @param partition one that the target has
     * @return the number of the run that the record belongs to, see {@link PublishCallback}
     * @throws ApiException where the request cannot be placed this way; nothing of it may be written then
     */
    int add(PublishTarget target, int partition, PendingRecord draft, PublishCallback receipt);

    /** True where records must not be left out: either all of a request are written, or none. */
    boolean isWhole();

    /** All records of the request have been added. */
    void end();
}
