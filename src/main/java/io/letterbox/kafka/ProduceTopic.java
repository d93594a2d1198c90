package io.letterbox.kafka;

import io.letterbox.bus.Addresses;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.BatchRules;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.TopicMeters;

/** A topic as Produce needs it: everything looked up once. Immutable. */
final class ProduceTopic {
    final TopicImage topic;
    final BatchRules rules;
    final TopicMeters meters;

    private final TopicPartition[] partitions;
    private final String[] addresses;

    ProduceTopic(TopicImage topic, TopicMeters meters, int shards) {
        this.topic = topic;
        this.rules = topic.config().batchRules();
        this.meters = meters;
        int count = topic.partitions().size();
        partitions = new TopicPartition[count];
        addresses = new String[count];
        for (int p = 0; p < count; p++) {
            partitions[p] = new TopicPartition(topic.name(), p);
            addresses[p] = Addresses.shard(Addresses.shardOf(partitions[p], shards));
        }
    }

    /** A partition's name, or null where there is none of this number. */
    TopicPartition partition(int number) {
        return number >= 0 && number < partitions.length ? partitions[number] : null;
    }

    /** Where the shard of a partition listens. */
    String address(int partition) {
        return addresses[partition];
    }
}
