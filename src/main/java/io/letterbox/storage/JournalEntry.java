package io.letterbox.storage;

import io.letterbox.log.wal.WalEntry;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Something that a shard's leader has done or decided. It is safe as a whole or not at all. */
public sealed interface JournalEntry {
    /** The leader's time, in milliseconds since 1970: who applies the entry goes by it, and by no clock. */
    long timeMs();

    /**
     * What one group commit makes safe. It was checked by the leader, and is only appended by whoever applies it.
     *
     * @param parts what was appended, one for each log
     */
    record Group(long timeMs, List<WalEntry> parts) implements JournalEntry {}

    /**
     * A log begins at an offset, below which nobody wants anything any more: because of the leader's clock and
     * settings, or of a client.
     *
     * @param partition whose log it is
     * @param topicId which incarnation of the topic
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
