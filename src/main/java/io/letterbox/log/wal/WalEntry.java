package io.letterbox.log.wal;

import io.letterbox.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;

/**
 * The batches that one group appended to one log.
 *
 * @param partition the log's partition
 * @param topicId the incarnation of the topic
 * @param baseOffset the offset of the first record
 * @param nextOffset the offset after the last record
 * @param batches whole record batches as they are in the log, one behind the other; buffers are only read, and their
 *     positions do not change
 * @param sizeBytes the size of all batches together
 */
public record WalEntry(
        TopicPartition partition,
        UUID topicId,
        long baseOffset,
        long nextOffset,
        List<ByteBuffer> batches,
        int sizeBytes) {}
