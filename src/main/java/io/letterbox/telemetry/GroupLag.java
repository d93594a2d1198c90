package io.letterbox.telemetry;

import io.letterbox.record.TopicPartition;
import java.util.List;

/**
 * The lag of a consumer group at one moment.
 *
 * @param group the group's id
 * @param members the number of members
 * @param partitions the committed offsets of the group, by partition
 */
public record GroupLag(String group, int members, List<Progress> partitions) {
    /** The most partitions of groups that are exported; clients choose how many there are, and a scrape has to end. */
    public static final int MAX_PARTITIONS = 20_000;

    /**
     * The lag in one partition.
     *
     * @param partition the partition
     * @param offset the next record to read
     * @param records how many are ahead; null if unknown
     * @param seconds the age of the next record; null if unknown
     */
    public record Progress(TopicPartition partition, long offset, Long records, Double seconds) {}
}
