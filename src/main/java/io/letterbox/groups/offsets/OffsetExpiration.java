package io.letterbox.groups.offsets;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.groups.CommittedOffset;
import io.letterbox.groups.Deadlines;
import io.letterbox.groups.Group;
import io.letterbox.groups.GroupCommand.DeleteGroup;
import io.letterbox.groups.GroupRegistry;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.protocol.Errors;

/** Deletes offsets and groups from the log: expired offsets, those of deleted topics, and deleted groups. */
public final class OffsetExpiration {
    /** The interval between two searches for expired offsets. */
    static final long INTERVAL_MS = 600_000;

    /**
     * The size at which a batch of tombstones is written: ids of groups can be long, and a batch may have one megabyte.
     */
    private static final int BATCH_BYTES = 1 << 18;

    private final GroupRegistry registry;
    private final CommittedOffsets offsets;
    private final Deadlines deadlines;
    private final long retentionMs;
    private ClusterImage lastImage;

    /** @param retentionMs how long the offsets of a group without members are kept */
    public OffsetExpiration(GroupRegistry registry, CommittedOffsets offsets, Deadlines deadlines, long retentionMs) {
        this.registry = registry;
        this.offsets = offsets;
        this.deadlines = deadlines;
        this.retentionMs = retentionMs;
    }

    /** Begins the periodic search for expired offsets. */
    public void activate(CoordinatorContext context) {
        deadlines.set(this, context.elapsedMs() + INTERVAL_MS, late -> {
            // Set before the search, because that fails if the log refuses the tombstones.
            activate(late);
            if (late.now().wallConfirmed()) expire(late);
        });
    }

    private void expire(CoordinatorContext context) {
        List<CoordinatorRecord> records = new ArrayList<>();
        Map<String, Integer> expired = new LinkedHashMap<>();
        int further = 0;
        for (Group group : List.copyOf(registry.all())) {
            int before = records.size();
            boolean nothingLeft = expire(group, context.wallMs(), records);
            int offsets = records.size() - before;
            if (offsets > 0 && expired.size() < OffsetsExpired.MAX_NAMED) expired.put(group.id(), offsets);
            else if (offsets > 0) further++;
            if (nothingLeft && group.isEmpty()) records.addAll(group.tombstones());
        }
        write(records, context);
        if (!expired.isEmpty()) context.outbox().perform(new OffsetsExpired(expired, further));
    }

    /**
     * Deletes groups without members and offsets, whatever their age, to make room for others.
     *
     * @param but the group that stays, because a member is about to join it
     */
    public void forgetEmpty(String but, CoordinatorContext context) {
        List<CoordinatorRecord> records = new ArrayList<>();
        for (Group group : registry.all()) {
            boolean nothing = !group.id().equals(but)
                    && group.isEmpty()
                    && group.size() == 0
                    && offsets.of(group.id()).isEmpty()
                    && !offsets.hasPending(group.id());
            if (nothing) records.addAll(group.tombstones());
        }
        write(records, context);
    }

    private boolean expire(Group group, long wallMs, List<CoordinatorRecord> records) {
        boolean nothingLeft = !offsets.hasPending(group.id());
        for (Map.Entry<TopicPartition, CommittedOffset> entry :
                offsets.of(group.id()).entrySet()) {
            TopicPartition partition = entry.getKey();
            boolean kept = group.reads(partition.topic())
                    || offsets.isPending(group.id(), partition)
                    || !isExpired(group, entry.getValue(), wallMs);
            if (kept) nothingLeft = false;
            else records.add(OffsetCommitHandler.tombstone(group.id(), partition));
        }
        return nothingLeft;
    }

    private boolean isExpired(Group group, CommittedOffset offset, long wallMs) {
        long baseMs = group.offsetAgeBaseMs(offset.commitMs());
        if (baseMs == Long.MAX_VALUE) return false;
        if (offset.expireMs() >= 0) return wallMs >= offset.expireMs();
        return wallMs - baseMs >= retentionMs;
    }

    private static void write(List<CoordinatorRecord> records, CoordinatorContext context) {
        int from = 0;
        int bytes = 0;
        for (int index = 0; index < records.size(); index++) {
            bytes += records.get(index).key().length;
            if (bytes < BATCH_BYTES) continue;
            context.write(records.subList(from, index + 1));
            from = index + 1;
            bytes = 0;
        }
        context.write(records.subList(from, records.size()));
    }

    /** Deletes the offsets of topics that were deleted, or were made again with the same name. */
    public void onImage(ClusterImage image, CoordinatorContext context) {
        ClusterImage before = lastImage;
        lastImage = image;
        // Skipped if no topic was deleted: most changes delete none, and there may be very many offsets.
        if (before != null && !deletesTopics(before, image)) return;
        List<CoordinatorRecord> records = new ArrayList<>();
        for (String groupId : offsets.groups()) {
            for (TopicPartition partition : offsets.partitions(groupId)) {
                if (isGone(image, partition, offsets.get(groupId, partition))) {
                    records.add(OffsetCommitHandler.tombstone(groupId, partition));
                }
            }
        }
        write(records, context);
    }

    private static boolean deletesTopics(ClusterImage before, ClusterImage after) {
        for (TopicImage topic : before.topics().values()) {
            TopicImage now = after.topics().get(topic.name());
            if (now == null || !now.id().equals(topic.id())) return true;
        }
        return false;
    }

    private static boolean isGone(ClusterImage image, TopicPartition partition, CommittedOffset offset) {
        TopicImage topic = image.topics().get(partition.topic());
        if (topic == null || partition.partition() >= topic.partitions().size()) return true;
        if (offset == null || Uuid.ZERO_UUID.equals(offset.topicId())) return false;
        UUID id = topic.id();
        return id.getMostSignificantBits() != offset.topicId().getMostSignificantBits()
                || id.getLeastSignificantBits() != offset.topicId().getLeastSignificantBits();
    }

    /** Deletes a group and its offsets. */
    public void delete(DeleteGroup command, CoordinatorRequest<DeletableGroupResult> ask, CoordinatorContext context) {
        String groupId = command.groupId();
        DeletableGroupResult result = new DeletableGroupResult().setGroupId(groupId);
        Group group = registry.get(groupId);
        Errors refusal = group == null ? Errors.GROUP_ID_NOT_FOUND : group.deleteRefusal();
        if (refusal == Errors.NONE) {
            List<CoordinatorRecord> records = new ArrayList<>();
            for (TopicPartition partition : offsets.partitions(groupId)) {
                records.add(OffsetCommitHandler.tombstone(groupId, partition));
            }
            records.addAll(group.tombstones());
            write(records, context);
        }
        context.reply(ask, result.setErrorCode(refusal.code()));
    }
}
