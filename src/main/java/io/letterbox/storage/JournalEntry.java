package io.letterbox.storage;

import io.letterbox.log.wal.WalEntry;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** An action or decision of a shard's leader, which is safe as a whole or not at all. */
public sealed interface JournalEntry {
    /** The leader's time, in milliseconds since 1970. It is used when the entry is applied, instead of a clock. */
    long timeMs();

    /**
     * The batches of one group commit. The leader has checked them, so applying the entry only appends them.
     *
     * @param parts the appended batches, one part for each log
     */
    record Group(long timeMs, List<WalEntry> parts) implements JournalEntry {}

    /**
     * A new log start offset, by the leader's retention or a client's request.
     *
     * @param partition the log's partition
     * @param topicId the incarnation of the topic
     * @param offset at most the high watermark
     */
    record LogStart(long timeMs, TopicPartition partition, UUID topicId, long offset) implements JournalEntry {}

    /**
     * Partitions are opened for the first time.
     *
     * @param partitions with their names
     */
    record Open(long timeMs, Map<TopicIdPartition, TopicPartition> partitions) implements JournalEntry {}

    /**
     * Partitions are dropped, because their topics were deleted. Nothing else is a reason to delete a partition's
     * files.
     *
     * @param partitions with the names that they had
     */
    record Drop(long timeMs, Map<TopicIdPartition, TopicPartition> partitions) implements JournalEntry {}
}
