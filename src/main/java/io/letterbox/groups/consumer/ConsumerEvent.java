package io.letterbox.groups.consumer;

import java.util.Set;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue;

/** One change of a consumer group: a record of {@code __consumer_offsets}. Where a value is null, a tombstone. */
public sealed interface ConsumerEvent {
    /** The one way in which a group's state changes. */
    void applyTo(ConsumerGroup group);

    /**
     * The group epoch, with which the group begins.
     *
     * @param hash of the topics that the group is subscribed to; 0 means nothing and is compared like any other
     */
    record Epoch(int epoch, long hash) implements ConsumerEvent {
        @Override
        public void applyTo(ConsumerGroup group) {
            group.becomeEpoch(epoch, hash);
        }
    }

    /** The group is no more. */
    record GroupRemoved() implements ConsumerEvent {
        @Override
        public void applyTo(ConsumerGroup group) {
            group.clear();
        }
    }

    /** What a member said about itself; null: it has left. */
    record Profile(String memberId, ConsumerGroupMemberMetadataValue profile) implements ConsumerEvent {
        @Override
        public void applyTo(ConsumerGroup group) {
            if (profile == null) group.removeMember(memberId);
            else group.putProfile(memberId, profile);
        }
    }

    /** What a member owns; null: nothing. */
    record Current(String memberId, CurrentAssignment assignment) implements ConsumerEvent {
        @Override
        public void applyTo(ConsumerGroup group) {
            group.putCurrent(memberId, assignment == null ? CurrentAssignment.NONE : assignment);
        }
    }

    /** What a member should own; null: nothing. */
    record Target(String memberId, PartitionSet partitions) implements ConsumerEvent {
        @Override
        public void applyTo(ConsumerGroup group) {
            group.putTarget(memberId, partitions);
        }
    }

    /** The group epoch for which the targets were computed; -1: none. */
    record TargetEpoch(int epoch, long timestampMs) implements ConsumerEvent {
        @Override
        public void applyTo(ConsumerGroup group) {
            group.becomeTargetEpoch(Math.max(0, epoch));
        }
    }

    /** Which topics a regular expression stands for; null: nobody uses it any more. */
    record Regex(String regex, Set<String> topics, long imageVersion, long timestampMs) implements ConsumerEvent {
        @Override
        public void applyTo(ConsumerGroup group) {
            group.putRegex(regex, topics);
        }
    }
}
