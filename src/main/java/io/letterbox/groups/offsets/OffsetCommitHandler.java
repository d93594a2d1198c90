package io.letterbox.groups.offsets;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.groups.CommittedOffset;
import io.letterbox.groups.Group;
import io.letterbox.groups.Group.CommitClaim;
import io.letterbox.groups.GroupCommand.CommitOffsets;
import io.letterbox.groups.GroupCommand.CommitTransactionOffsets;
import io.letterbox.groups.GroupCommand.DeleteOffsets;
import io.letterbox.groups.GroupCommand.FetchOffsets;
import io.letterbox.groups.GroupCommand.SetOffsets;
import io.letterbox.groups.GroupMemory;
import io.letterbox.groups.GroupRecords;
import io.letterbox.groups.GroupRegistry;
import io.letterbox.groups.classic.ClassicGroup;
import io.letterbox.record.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartitionCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData.TxnOffsetCommitResponsePartition;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData.TxnOffsetCommitResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;

/** Handles requests that commit, fetch and delete offsets. Owned by its coordinator. */
public final class OffsetCommitHandler {
    /** The limit for the metadata of an offset, in characters, as in Kafka's {@code offset.metadata.max.bytes}. */
    static final int MAX_METADATA_CHARS = 4096;

    /**
     * From this version on, a commit to a group that does not exist gets GROUP_ID_NOT_FOUND; before,
     * ILLEGAL_GENERATION.
     */
    private static final int GROUP_ID_NOT_FOUND_VERSION = 9;

    private static final long NOTHING_COMMITTED = -1;

    private final GroupRegistry registry;
    private final CommittedOffsets offsets;
    private final GroupMemory memory;

    public OffsetCommitHandler(GroupRegistry registry, CommittedOffsets offsets, GroupMemory memory) {
        this.registry = registry;
        this.offsets = offsets;
        this.memory = memory;
    }

    // ---- commit

    public void commit(
            CommitOffsets command, CoordinatorRequest<OffsetCommitResponseData> ask, CoordinatorContext context) {
        OffsetCommitRequestData data = command.data();
        Errors refusal = commitRefusal(command, context);
        boolean hasRoom = refusal != Errors.NONE || memory.admits(growthBytes(data), data.groupId(), context);
        long expireMs = data.retentionTimeMs() < 0 ? -1 : context.wallMs() + data.retentionTimeMs();
        List<CoordinatorRecord> records = new ArrayList<>();
        OffsetCommitResponseData response = new OffsetCommitResponseData();
        for (OffsetCommitRequestTopic topic : data.topics()) {
            OffsetCommitResponseTopic answer =
                    new OffsetCommitResponseTopic().setName(topic.name()).setTopicId(topic.topicId());
            response.topics().add(answer);
            for (OffsetCommitRequestPartition partition : topic.partitions()) {
                Errors error = refusal != Errors.NONE ? refusal : metadataRefusal(partition.committedMetadata());
                if (!hasRoom && growthBytes(data.groupId(), topic.name(), partition) > 0) {
                    error = Errors.POLICY_VIOLATION;
                }
                answer.partitions()
                        .add(new OffsetCommitResponsePartition()
                                .setPartitionIndex(partition.partitionIndex())
                                .setErrorCode(error.code()));
                if (error == Errors.NONE) {
                    records.add(record(data.groupId(), topic, partition, new Times(context.wallMs(), expireMs)));
                }
            }
        }
        context.write(records);
        context.reply(ask, response);
    }

    /** The additional memory of a commit. */
    private long growthBytes(OffsetCommitRequestData data) {
        long bytes = newGroupBytes(data.groupId());
        for (OffsetCommitRequestTopic topic : data.topics()) {
            for (OffsetCommitRequestPartition partition : topic.partitions()) {
                bytes += Math.max(0, growthBytes(data.groupId(), topic.name(), partition));
            }
        }
        return bytes;
    }

    private long growthBytes(String groupId, String topic, OffsetCommitRequestPartition partition) {
        return offsets.growthBytes(
                groupId, new TopicPartition(topic, partition.partitionIndex()), orEmpty(partition.committedMetadata()));
    }

    private long newGroupBytes(String groupId) {
        return registry.get(groupId) == null ? ClassicGroup.newBytes(groupId) : 0;
    }

    private record Times(long commitMs, long expireMs) {}

    private static CoordinatorRecord record(
            String groupId, OffsetCommitRequestTopic topic, OffsetCommitRequestPartition partition, Times times) {
        CommittedOffset offset = new CommittedOffset(
                partition.committedOffset(),
                partition.committedLeaderEpoch(),
                orEmpty(partition.committedMetadata()),
                times.commitMs(),
                times.expireMs(),
                topic.topicId(),
                0);
        return record(groupId, new TopicPartition(topic.name(), partition.partitionIndex()), offset);
    }

    private static String orEmpty(String metadata) {
        return metadata == null ? "" : metadata;
    }

    static CoordinatorRecord record(String groupId, TopicPartition partition, CommittedOffset offset) {
        return GroupRecords.of(key(groupId, partition), offset.value(), offset.version());
    }

    private static OffsetCommitKey key(String groupId, TopicPartition partition) {
        return new OffsetCommitKey()
                .setGroup(groupId)
                .setTopic(partition.topic())
                .setPartition(partition.partition());
    }

    static CoordinatorRecord tombstone(String groupId, TopicPartition partition) {
        return GroupRecords.tombstone(key(groupId, partition));
    }

    private static Errors metadataRefusal(String metadata) {
        boolean tooLong = metadata != null && metadata.length() > MAX_METADATA_CHARS;
        return tooLong ? Errors.OFFSET_METADATA_TOO_LARGE : Errors.NONE;
    }

    private Errors commitRefusal(CommitOffsets command, CoordinatorContext context) {
        OffsetCommitRequestData data = command.data();
        short version = command.caller().version();
        int generation = data.generationIdOrMemberEpoch();
        Group group = registry.get(data.groupId());
        if (group == null) {
            if (generation < 0) return Errors.NONE;
            return version >= GROUP_ID_NOT_FOUND_VERSION ? Errors.GROUP_ID_NOT_FOUND : Errors.ILLEGAL_GENERATION;
        }
        return group.commitRefusal(
                new CommitClaim(data.memberId(), data.groupInstanceId(), generation, false, version), context);
    }

    /** Commits offsets of a transaction. The caller has checked that the group is part of the transaction. */
    public void commitTransactional(
            CommitTransactionOffsets command,
            CoordinatorRequest<TxnOffsetCommitResponseData> ask,
            CoordinatorContext context) {
        TxnOffsetCommitRequestData data = command.data();
        Errors refusal = commitRefusal(command, context);
        List<CoordinatorRecord> records = new ArrayList<>();
        TxnOffsetCommitResponseData response = new TxnOffsetCommitResponseData();
        for (TxnOffsetCommitRequestTopic topic : data.topics()) {
            TxnOffsetCommitResponseTopic answer = new TxnOffsetCommitResponseTopic().setName(topic.name());
            response.topics().add(answer);
            for (TxnOffsetCommitRequestPartition partition : topic.partitions()) {
                Errors error = refusal != Errors.NONE ? refusal : metadataRefusal(partition.committedMetadata());
                if (error == Errors.NONE && !admits(data.groupId(), topic.name(), partition, context)) {
                    error = Errors.POLICY_VIOLATION;
                }
                answer.partitions()
                        .add(new TxnOffsetCommitResponsePartition()
                                .setPartitionIndex(partition.partitionIndex())
                                .setErrorCode(error.code()));
                if (error == Errors.NONE)
                    records.add(record(data.groupId(), topic.name(), partition, context.wallMs()));
            }
        }
        if (!records.isEmpty()) {
            context.outbox().writeTransactional(data.producerId(), data.producerEpoch(), command.guard(), records);
        }
        context.reply(ask, response);
    }

    private boolean admits(
            String groupId, String topic, TxnOffsetCommitRequestPartition partition, CoordinatorContext context) {
        TopicPartition id = new TopicPartition(topic, partition.partitionIndex());
        long bytes = offsets.pendingBytes(groupId, id, orEmpty(partition.committedMetadata()));
        return memory.admits(bytes + newGroupBytes(groupId), groupId, context);
    }

    /** Whether there is memory for offsets that an operator sets. */
    boolean admits(SetOffsets command, CoordinatorContext context) {
        long bytes = newGroupBytes(command.groupId());
        for (Map.Entry<TopicPartition, SetOffsets.TargetOffset> entry :
                command.offsets().entrySet()) {
            long growth = offsets.growthBytes(
                    command.groupId(), entry.getKey(), entry.getValue().metadata());
            bytes += Math.max(0, growth);
        }
        return memory.admits(bytes, command.groupId(), context);
    }

    private static CoordinatorRecord record(
            String groupId, String topic, TxnOffsetCommitRequestPartition partition, long wallMs) {
        CommittedOffset offset = new CommittedOffset(
                partition.committedOffset(),
                partition.committedLeaderEpoch(),
                orEmpty(partition.committedMetadata()),
                wallMs,
                -1,
                Uuid.ZERO_UUID,
                0);
        return record(groupId, new TopicPartition(topic, partition.partitionIndex()), offset);
    }

    private Errors commitRefusal(CommitTransactionOffsets command, CoordinatorContext context) {
        TxnOffsetCommitRequestData data = command.data();
        if (data.groupId().isEmpty()) return Errors.INVALID_GROUP_ID;
        Group group = registry.get(data.groupId());
        if (group == null) return data.generationId() < 0 ? Errors.NONE : Errors.ILLEGAL_GENERATION;
        Errors refusal = group.commitRefusal(
                new CommitClaim(
                        data.memberId(),
                        data.groupInstanceId(),
                        data.generationId(),
                        true,
                        command.caller().version()),
                context);
        return refusal == Errors.STALE_MEMBER_EPOCH ? Errors.ILLEGAL_GENERATION : refusal;
    }

    // ---- fetch

    public OffsetFetchResponseGroup fetch(FetchOffsets command) {
        OffsetFetchRequestGroup data = command.data();
        OffsetFetchResponseGroup response = new OffsetFetchResponseGroup().setGroupId(data.groupId());
        Group group = registry.get(data.groupId());
        if (group != null) {
            Errors refusal = group.fetchRefusal(data.memberId(), data.memberEpoch());
            if (refusal != Errors.NONE) return response.setErrorCode(refusal.code());
        } else if (data.memberEpoch() >= 0) {
            return response.setErrorCode(Errors.GROUP_ID_NOT_FOUND.code());
        }
        return response.setTopics(data.topics() == null ? all(command) : named(command));
    }

    private List<OffsetFetchResponseTopics> all(FetchOffsets command) {
        List<OffsetFetchResponseTopics> topics = new ArrayList<>();
        OffsetFetchResponseTopics current = null;
        for (TopicPartition partition : offsets.of(command.data().groupId()).keySet()) {
            if (current == null || !current.name().equals(partition.topic())) {
                current = new OffsetFetchResponseTopics().setName(partition.topic());
                topics.add(current);
            }
            current.partitions().add(fetched(command, partition));
        }
        return topics;
    }

    private List<OffsetFetchResponseTopics> named(FetchOffsets command) {
        List<OffsetFetchResponseTopics> topics = new ArrayList<>();
        for (OffsetFetchRequestTopics asked : command.data().topics()) {
            OffsetFetchResponseTopics topic =
                    new OffsetFetchResponseTopics().setName(asked.name()).setTopicId(asked.topicId());
            topics.add(topic);
            for (int partition : asked.partitionIndexes()) {
                topic.partitions().add(fetched(command, new TopicPartition(asked.name(), partition)));
            }
        }
        return topics;
    }

    private OffsetFetchResponsePartitions fetched(FetchOffsets command, TopicPartition partition) {
        String groupId = command.data().groupId();
        OffsetFetchResponsePartitions answer = new OffsetFetchResponsePartitions()
                .setPartitionIndex(partition.partition())
                .setCommittedOffset(NOTHING_COMMITTED)
                .setCommittedLeaderEpoch(CommittedOffset.UNKNOWN_EPOCH)
                .setMetadata("");
        if (command.requireStable() && offsets.isPending(groupId, partition)) {
            return answer.setErrorCode(Errors.UNSTABLE_OFFSET_COMMIT.code());
        }
        CommittedOffset offset = offsets.get(groupId, partition);
        if (offset == null) return answer;
        return answer.setCommittedOffset(offset.offset())
                .setCommittedLeaderEpoch(offset.leaderEpoch())
                .setMetadata(offset.metadata());
    }

    // ---- delete

    public void delete(
            DeleteOffsets command, CoordinatorRequest<OffsetDeleteResponseData> ask, CoordinatorContext context) {
        String groupId = command.data().groupId();
        OffsetDeleteResponseData response = new OffsetDeleteResponseData();
        Group group = registry.get(groupId);
        Errors refusal = groupId.isEmpty()
                ? Errors.INVALID_GROUP_ID
                : group == null ? Errors.GROUP_ID_NOT_FOUND : group.offsetDeleteRefusal();
        if (refusal != Errors.NONE) {
            context.reply(ask, response.setErrorCode(refusal.code()));
            return;
        }
        List<CoordinatorRecord> records = new ArrayList<>();
        for (OffsetDeleteRequestTopic topic : command.data().topics()) {
            Errors error = group.reads(topic.name()) ? Errors.GROUP_SUBSCRIBED_TO_TOPIC : Errors.NONE;
            OffsetDeleteResponsePartitionCollection partitions = new OffsetDeleteResponsePartitionCollection();
            for (OffsetDeleteRequestPartition asked : topic.partitions()) {
                partitions.add(new OffsetDeleteResponsePartition()
                        .setPartitionIndex(asked.partitionIndex())
                        .setErrorCode(error.code()));
                TopicPartition partition = new TopicPartition(topic.name(), asked.partitionIndex());
                boolean known = offsets.get(groupId, partition) != null || offsets.isPending(groupId, partition);
                if (error == Errors.NONE && known) records.add(tombstone(groupId, partition));
            }
            response.topics()
                    .add(new OffsetDeleteResponseTopic().setName(topic.name()).setPartitions(partitions));
        }
        context.write(records);
        context.reply(ask, response);
    }
}
