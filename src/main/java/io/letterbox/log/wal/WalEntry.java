package io.letterbox.log.wal;

import io.letterbox.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;

/**
 * What one group appended to one log.
 *
 * @param partition whose log it is
 * @param topicId which incarnation of the topic
 * @param baseOffset of the first record
 * @param nextOffset the offset after the last record
 * @param batches whole record batches as they are in the log, one behind the other; only read, positions stay
 * @param sizeBytes of all batches together
 */
public record WalEntry(
        TopicPartition partition,
        UUID topicId,
        long baseOffset,
        long nextOffset,
        List<ByteBuffer> batches,
        int sizeBytes) {}
