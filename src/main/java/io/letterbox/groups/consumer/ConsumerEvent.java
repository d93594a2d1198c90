package io.letterbox.groups.consumer;

import java.util.Set;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue;

/** One change of a consumer group: a record of {@code __consumer_offsets}, or a tombstone if its value is null. */
public sealed interface ConsumerEvent {
    /** Applies the change. A group's state changes in no other way. */
    void applyTo(ConsumerGroup group);

    /**
     * The group epoch, with which the group begins.
     *
     * @param hash the hash of the topics that the group is subscribed to; 0 has no special meaning
     */
    record Epoch(int epoch, long hash) implements ConsumerEvent {
        @Override
        public void applyTo(ConsumerGroup group) {
            group.setEpoch(epoch, hash);
        }
    }

    /** The group is deleted. */
    record GroupRemoved() implements ConsumerEvent {
        @Override
        public void applyTo(ConsumerGroup group) {
            group.clear();
        }
    }

    /** A member's metadata; null if it has left. */
    record Profile(String memberId, ConsumerGroupMemberMetadataValue profile) implements ConsumerEvent {
        @Override
        public void applyTo(ConsumerGroup group) {
            if (profile == null) group.removeMember(memberId);
            else group.putProfile(memberId, profile);
        }
    }

    /** A member's current assignment; null for none. */
    record Current(String memberId, CurrentAssignment assignment) implements ConsumerEvent {
        @Override
        public void applyTo(ConsumerGroup group) {
            group.putCurrent(memberId, assignment == null ? CurrentAssignment.NONE : assignment);
        }
    }

    /** A member's target assignment; null for none. */
    record Target(String memberId, PartitionSet partitions) implements ConsumerEvent {
        @Override
        public void applyTo(ConsumerGroup group) {
            group.putTarget(memberId, partitions);
        }
    }

    /** The group epoch for which the targets were computed; -1 for none. */
    record TargetEpoch(int epoch, long timestampMs) implements ConsumerEvent {
        @Override
        public void applyTo(ConsumerGroup group) {
            group.setTargetEpoch(Math.max(0, epoch));
        }
    }

    /** The topics that match a regular expression; null if no member uses it any more. */
    record Regex(String regex, Set<String> topics, long imageVersion, long timestampMs) implements ConsumerEvent {
        @Override
        public void applyTo(ConsumerGroup group) {
            group.putRegex(regex, topics);
        }
    }
}
