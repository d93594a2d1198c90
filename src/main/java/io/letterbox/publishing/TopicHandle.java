package io.letterbox.publishing;

import io.letterbox.metadata.TopicImage;
import io.letterbox.record.BatchRules;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.TopicMeters;

/** What a writer needs of a topic, looked up once. The fields of this class are immutable. */
public class TopicHandle {
    final TopicImage topic;
    final BatchRules rules;
    final TopicMeters meters;
    final TopicPartition[] partitions;

    public TopicHandle(TopicImage topic, TopicMeters meters) {
        this.topic = topic;
        this.rules = topic.config().batchRules();
        this.meters = meters;
        partitions = new TopicPartition[topic.partitions().size()];
        for (int p = 0; p < partitions.length; p++) partitions[p] = new TopicPartition(topic.name(), p);
    }

    /** The topic, as of the image that it was looked up in. */
    public final TopicImage topic() {
        return topic;
    }

    /** The topic's rules for batches. */
    public final BatchRules rules() {
        return rules;
    }

    /** The topic's meters. */
    public final TopicMeters meters() {
        return meters;
    }

    /** The number of the topic's partitions. */
    public final int partitionCount() {
        return partitions.length;
    }

    /** A partition's name, or null if there is none of this number. */
    public final TopicPartition partition(int number) {
        return number >= 0 && number < partitions.length ? partitions[number] : null;
    }
}
