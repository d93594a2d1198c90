package io.letterbox.kafka;

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

    ProduceTopic(TopicImage topic, TopicMeters meters) {
        this.topic = topic;
        this.rules = topic.config().batchRules();
        this.meters = meters;
        int count = topic.partitions().size();
        partitions = new TopicPartition[count];
        for (int p = 0; p < count; p++) partitions[p] = new TopicPartition(topic.name(), p);
    }

    /** A partition's name, or null where there is none of this number. */
    TopicPartition partition(int number) {
        return number >= 0 && number < partitions.length ? partitions[number] : null;
    }
}
