package io.letterbox.telemetry;

import io.letterbox.record.TopicPartition;
import java.util.List;

/**
 * How far a consumer group is, at one moment.
 *
 * @param group the group's id
 * @param members how many there are
 * @param partitions what the group has committed, by partition
 */
public record GroupLag(String group, int members, List<Progress> partitions) {
    /** Partitions of groups that are exported; clients choose how many there are, and a scrape has to end. */
    public static final int MAX_PARTITIONS = 20_000;

    /**
     * One partition of the group.
     *
     * @param partition which
     * @param offset the next record to read
     * @param records how many are ahead; null where that is not known
     * @param seconds the age of the next record; null where that is not known
     */
    public record Progress(TopicPartition partition, long offset, Long records, Double seconds) {}
}
