package io.letterbox.bus;

import io.letterbox.record.TopicPartition;
import io.vertx.core.Promise;
import java.nio.ByteBuffer;

/**
 * Asks the shard that owns a partition to append one record batch. The promise is kept when the batch is as safe as the
 * topic's flush policy demands and the high watermark has passed it; it fails with an
 * {@link io.letterbox.error.ApiException} otherwise. Make it on the context that wants the answer.
 *
 * @param partition where to
 * @param batch one record batch v2 between position and limit, with a base offset of 0; the shard assigns offsets and
 *     leader epoch in place, so the sender gives the buffer away
 * @param recordCount the number of records in the batch
 * @param done the acknowledgement
 */
public record Append(TopicPartition partition, ByteBuffer batch, int recordCount, Promise<Appended> done) {}
