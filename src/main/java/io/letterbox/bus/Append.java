package io.letterbox.bus;

import io.letterbox.access.Principal;
import io.letterbox.error.VerificationGuard;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Promise;
import java.nio.ByteBuffer;

/**
 * One record batch for the leader of a partition, see {@link Partitions#append}. The promise completes when the batch
 * is as durable as the topic's flush policy demands and the high watermark has passed it; it fails with an
 * {@link io.letterbox.error.ApiException} otherwise. It has to be made on the context that awaits it.
 *
 * <p>A batch with a producer id is checked against the partition's state of that producer: a repetition gets the
 * offsets of the first batch, and a gap is refused, both when the records that the answer rests on are committed. A
 * control batch (a transaction's marker) is accepted from any sender, so doors have to refuse those of clients.
 *
 * @param partition the partition to append to
 * @param batch one record batch v2 between position and limit, with a base offset of 0; the shard assigns offsets and
 *     leader epoch in place, so the sender must not use the buffer any more. A batch that was refused as unverified
 *     may be sent again
 * @param recordCount the number of records in the batch
 * @param guard the guard of an {@link io.letterbox.error.UnverifiedTransactionException}, if the coordinator has
 *     confirmed the transaction since; else null
 * @param principal whose records they are; nobody else's are in the batch
 * @param done the acknowledgement
 */
public record Append(
        TopicPartition partition,
        ByteBuffer batch,
        int recordCount,
        VerificationGuard guard,
        Principal principal,
        Promise<Appended> done) {
    /** A batch of the server itself. */
    public Append(
            TopicPartition partition,
            ByteBuffer batch,
            int recordCount,
            VerificationGuard guard,
            Promise<Appended> done) {
        this(partition, batch, recordCount, guard, Principal.SERVER, done);
    }
}
