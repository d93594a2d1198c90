package io.letterbox.groups.consumer;

import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.groups.GroupRecords;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupCurrentMemberAssignmentKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupCurrentMemberAssignmentValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupRegularExpressionKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupRegularExpressionValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMemberKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMemberValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMetadataKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMetadataValue;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;

/**
 * {@link ConsumerEvent}s as records of {@code __consumer_offsets}, in Kafka's schemas; {@link GroupRecords} has the
 * format.
 */
public final class ConsumerEventCodec {
    private static final int VALUE_VERSION = 0;

    /** An event with the id of its group. */
    public record Keyed(String groupId, ConsumerEvent event) {}

    private ConsumerEventCodec() {}

    /** True for the record types that this codec reads. */
    public static boolean reads(short type) {
        return type >= CoordinatorRecordType.CONSUMER_GROUP_METADATA.id()
                        && type <= CoordinatorRecordType.CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT.id()
                || type == CoordinatorRecordType.CONSUMER_GROUP_REGULAR_EXPRESSION.id();
    }

    /** Makes the record of an event. */
    public static CoordinatorRecord encode(String groupId, ConsumerEvent event) {
        if (event instanceof ConsumerEvent.Epoch epoch) {
            return record(
                    new ConsumerGroupMetadataKey().setGroupId(groupId),
                    new ConsumerGroupMetadataValue().setEpoch(epoch.epoch()).setMetadataHash(epoch.hash()));
        } else if (event instanceof ConsumerEvent.GroupRemoved) {
            return record(new ConsumerGroupMetadataKey().setGroupId(groupId), null);
        } else if (event instanceof ConsumerEvent.Profile profile) {
            return record(
                    new ConsumerGroupMemberMetadataKey().setGroupId(groupId).setMemberId(profile.memberId()),
                    profile.profile());
        } else if (event instanceof ConsumerEvent.Current current) {
            return record(
                    new ConsumerGroupCurrentMemberAssignmentKey()
                            .setGroupId(groupId)
                            .setMemberId(current.memberId()),
                    value(current.assignment()));
        } else if (event instanceof ConsumerEvent.Target target) {
            return record(
                    new ConsumerGroupTargetAssignmentMemberKey()
                            .setGroupId(groupId)
                            .setMemberId(target.memberId()),
                    value(target.partitions()));
        } else if (event instanceof ConsumerEvent.TargetEpoch target) {
            return record(
                    new ConsumerGroupTargetAssignmentMetadataKey().setGroupId(groupId),
                    target.epoch() < 0
                            ? null
                            : new ConsumerGroupTargetAssignmentMetadataValue()
                                    .setAssignmentEpoch(target.epoch())
                                    .setAssignmentTimestamp(target.timestampMs()));
        } else if (event instanceof ConsumerEvent.Regex regex) {
            return record(
                    new ConsumerGroupRegularExpressionKey().setGroupId(groupId).setRegularExpression(regex.regex()),
                    value(regex));
        }
        throw new AssertionError(event);
    }

    /**
     * Decodes a record for which {@link #reads} is true.
     *
     * @return null for records without use here, such as the partition metadata of Kafka before 4.1
     */
    public static Keyed decode(CoordinatorRecord record) {
        short type = GroupRecords.typeOf(record);
        if (type == CoordinatorRecordType.CONSUMER_GROUP_METADATA.id()) {
            String groupId =
                    GroupRecords.key(record, new ConsumerGroupMetadataKey()).groupId();
            ConsumerGroupMetadataValue value = GroupRecords.value(record, new ConsumerGroupMetadataValue());
            if (value == null) return new Keyed(groupId, new ConsumerEvent.GroupRemoved());
            return new Keyed(groupId, new ConsumerEvent.Epoch(value.epoch(), value.metadataHash()));
        } else if (type == CoordinatorRecordType.CONSUMER_GROUP_MEMBER_METADATA.id()) {
            ConsumerGroupMemberMetadataKey key = GroupRecords.key(record, new ConsumerGroupMemberMetadataKey());
            return new Keyed(
                    key.groupId(),
                    new ConsumerEvent.Profile(
                            key.memberId(), GroupRecords.value(record, new ConsumerGroupMemberMetadataValue())));
        } else if (type == CoordinatorRecordType.CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT.id()) {
            ConsumerGroupCurrentMemberAssignmentKey key =
                    GroupRecords.key(record, new ConsumerGroupCurrentMemberAssignmentKey());
            return new Keyed(
                    key.groupId(),
                    new ConsumerEvent.Current(
                            key.memberId(),
                            assignment(GroupRecords.value(record, new ConsumerGroupCurrentMemberAssignmentValue()))));
        } else if (type == CoordinatorRecordType.CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER.id()) {
            ConsumerGroupTargetAssignmentMemberKey key =
                    GroupRecords.key(record, new ConsumerGroupTargetAssignmentMemberKey());
            return new Keyed(
                    key.groupId(),
                    new ConsumerEvent.Target(
                            key.memberId(),
                            partitions(GroupRecords.value(record, new ConsumerGroupTargetAssignmentMemberValue()))));
        } else if (type == CoordinatorRecordType.CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA.id()) {
            String groupId = GroupRecords.key(record, new ConsumerGroupTargetAssignmentMetadataKey())
                    .groupId();
            return new Keyed(
                    groupId, targetEpoch(GroupRecords.value(record, new ConsumerGroupTargetAssignmentMetadataValue())));
        } else if (type == CoordinatorRecordType.CONSUMER_GROUP_REGULAR_EXPRESSION.id()) {
            ConsumerGroupRegularExpressionKey key = GroupRecords.key(record, new ConsumerGroupRegularExpressionKey());
            return new Keyed(
                    key.groupId(),
                    regex(
                            key.regularExpression(),
                            GroupRecords.value(record, new ConsumerGroupRegularExpressionValue())));
        }
        return null;
    }

    private static CoordinatorRecord record(ApiMessage key, ApiMessage value) {
        return value == null ? GroupRecords.tombstone(key) : GroupRecords.of(key, value, VALUE_VERSION);
    }

    private static ConsumerEvent targetEpoch(ConsumerGroupTargetAssignmentMetadataValue value) {
        return value == null
                ? new ConsumerEvent.TargetEpoch(-1, 0)
                : new ConsumerEvent.TargetEpoch(value.assignmentEpoch(), value.assignmentTimestamp());
    }

    private static ConsumerEvent regex(String regex, ConsumerGroupRegularExpressionValue value) {
        return value == null
                ? new ConsumerEvent.Regex(regex, null, 0, 0)
                : new ConsumerEvent.Regex(regex, new TreeSet<>(value.topics()), value.version(), value.timestamp());
    }

    private static ConsumerGroupCurrentMemberAssignmentValue value(CurrentAssignment assignment) {
        if (assignment == null) return null;
        return new ConsumerGroupCurrentMemberAssignmentValue()
                .setMemberEpoch(assignment.epoch())
                .setPreviousMemberEpoch(assignment.previousEpoch())
                .setState(assignment.state().code())
                .setAssignedPartitions(topics(assignment.assigned()))
                .setPartitionsPendingRevocation(topics(assignment.revoking()));
    }

    private static List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions> topics(PartitionSet set) {
        List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions> topics = new ArrayList<>();
        set.byTopic()
                .forEach((id, partitions) -> topics.add(new ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions()
                        .setTopicId(id)
                        .setPartitions(List.copyOf(partitions))));
        return topics;
    }

    private static CurrentAssignment assignment(ConsumerGroupCurrentMemberAssignmentValue value) {
        if (value == null) return null;
        return new CurrentAssignment(
                value.memberEpoch(),
                value.previousMemberEpoch(),
                MemberState.of(value.state()),
                set(value.assignedPartitions()),
                set(value.partitionsPendingRevocation()));
    }

    private static PartitionSet set(List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions> topics) {
        PartitionSet.Builder set = new PartitionSet.Builder();
        topics.forEach(topic -> set.addAll(topic.topicId(), topic.partitions()));
        return set.build();
    }

    private static ConsumerGroupTargetAssignmentMemberValue value(PartitionSet set) {
        if (set == null) return null;
        List<ConsumerGroupTargetAssignmentMemberValue.TopicPartition> topics = new ArrayList<>();
        for (Map.Entry<Uuid, SortedSet<Integer>> topic : set.byTopic().entrySet()) {
            topics.add(new ConsumerGroupTargetAssignmentMemberValue.TopicPartition()
                    .setTopicId(topic.getKey())
                    .setPartitions(List.copyOf(topic.getValue())));
        }
        return new ConsumerGroupTargetAssignmentMemberValue().setTopicPartitions(topics);
    }

    private static PartitionSet partitions(ConsumerGroupTargetAssignmentMemberValue value) {
        if (value == null) return null;
        PartitionSet.Builder set = new PartitionSet.Builder();
        value.topicPartitions().forEach(topic -> set.addAll(topic.topicId(), topic.partitions()));
        return set.build();
    }

    private static ConsumerGroupRegularExpressionValue value(ConsumerEvent.Regex regex) {
        Set<String> topics = regex.topics();
        if (topics == null) return null;
        return new ConsumerGroupRegularExpressionValue()
                .setTopics(List.copyOf(topics))
                .setVersion(regex.imageVersion())
                .setTimestamp(regex.timestampMs());
    }
}
