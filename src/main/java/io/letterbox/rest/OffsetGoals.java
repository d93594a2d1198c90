package io.letterbox.rest;

import io.letterbox.bus.Isolation;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.groups.CommittedOffset;
import io.letterbox.groups.GroupCommand.SetOffsets;
import io.letterbox.groups.GroupView;
import io.letterbox.ingress.DoorServices;
import io.letterbox.metadata.TopicImage;
import io.letterbox.publishing.PublishTargets;
import io.letterbox.record.TopicPartition;
import io.letterbox.rest.OffsetSpec.Goal;
import io.letterbox.rest.OffsetSpec.OffsetChange;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;

/** Resolves the goals of one request, which may be times, ends of logs or distances, into offsets. */
final class OffsetGoals {
    private final DoorServices backend;
    private final GroupView group;
    private final SortedMap<TopicPartition, OffsetChange> changes = new TreeMap<>();

    /** @param group as it is now, or null if there is none */
    OffsetGoals(DoorServices backend, GroupView group) {
        this.backend = backend;
        this.group = group;
    }

    /** The offsets to set, by partition; fails with an {@link ApiException}. */
    Future<SortedMap<TopicPartition, SetOffsets.TargetOffset>> find(OffsetSpec spec) {
        for (OffsetChange entry : spec.entries()) resolve(entry);
        List<TopicPartition> partitions = new ArrayList<>(changes.keySet());
        return LogStatuses.of(backend, partitions).compose(statuses -> find(partitions, statuses));
    }

    private Future<SortedMap<TopicPartition, SetOffsets.TargetOffset>> find(
            List<TopicPartition> partitions, LogStatuses statuses) {
        List<Future<Long>> offsets = new ArrayList<>();
        for (TopicPartition partition : partitions)
            offsets.add(find(partition, changes.get(partition).goal(), statuses.confirmed(partition)));
        return Future.all(offsets).map(all -> {
            SortedMap<TopicPartition, SetOffsets.TargetOffset> found = new TreeMap<>();
            for (int index = 0; index < partitions.size(); index++) {
                TopicPartition partition = partitions.get(index);
                String metadata = changes.get(partition).metadata();
                found.put(
                        partition,
                        new SetOffsets.TargetOffset(all.resultAt(index), metadata, id(topic(partition.topic()))));
            }
            return found;
        });
    }

    private static Uuid id(TopicImage topic) {
        return new Uuid(topic.id().getMostSignificantBits(), topic.id().getLeastSignificantBits());
    }

    private void resolve(OffsetChange entry) {
        if (entry.topic() == null) {
            if (group == null) return;
            group.offsets().keySet().forEach(partition -> changes.put(partition, entry));
        } else if (entry.partition() != null) {
            changes.put(new TopicPartition(entry.topic(), entry.partition()), entry);
        } else {
            int count = topic(entry.topic()).partitions().size();
            for (int number = 0; number < count; number++) {
                TopicPartition partition = new TopicPartition(entry.topic(), number);
                // A shift applies only to partitions with a committed offset.
                if (entry.goal() instanceof Goal.Shift && committed(partition) == null) continue;
                changes.put(partition, entry);
            }
        }
    }

    private TopicImage topic(String name) {
        TopicImage topic = backend.metadata().image().topics().get(name);
        if (topic == null) throw PublishTargets.unknown(name);
        return topic;
    }

    private CommittedOffset committed(TopicPartition partition) {
        return group == null ? null : group.offsets().get(partition);
    }

    /** @param status as the partition's leader says; null if it could not be asked */
    private Future<Long> find(TopicPartition partition, Goal goal, PartitionStatus status) {
        TopicImage topic = topic(partition.topic());
        if (status == null) {
            boolean exists = partition.partition() < topic.partitions().size();
            throw exists
                    ? new ApiException(
                            ErrorCode.NOT_LEADER,
                            "Nobody can say for now where " + partition + " ends. Nothing was changed; try again.")
                    : new ApiException(ErrorCode.UNKNOWN_PARTITION, "There is no partition " + partition + ".");
        }
        if (goal instanceof Goal.Time time) {
            return backend.reader().offsetForTime(partition, time.timestampMs(), Isolation.UNCOMMITTED);
        }
        return Future.succeededFuture(offset(partition, goal, status));
    }

    private long offset(TopicPartition partition, Goal goal, PartitionStatus status) {
        if (goal instanceof Goal.Earliest) return status.logStartOffset();
        if (goal instanceof Goal.Latest) return status.highWatermark();
        if (goal instanceof Goal.To to) return within(partition, to.offset(), status);
        if (goal instanceof Goal.Shift shift) return shifted(partition, shift.by(), status);
        throw new AssertionError(goal);
    }

    /** An offset below the log's start is allowed, because a slow reader may be there; one beyond its end is not. */
    private long within(TopicPartition partition, long offset, PartitionStatus status) {
        if (offset <= status.highWatermark()) return offset;
        throw status.outOfRange("Offset " + offset + " of " + partition + " is beyond the end of the log, "
                + status.highWatermark() + ".");
    }

    private long shifted(TopicPartition partition, long by, PartitionStatus status) {
        CommittedOffset committed = committed(partition);
        if (committed == null) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "The group has no offset of " + partition + " that could be shifted.");
        }
        long start = status.logStartOffset();
        long end = status.highWatermark();
        // Saturating, because a client may ask for the largest distance there is.
        long wanted = by > 0 && committed.offset() > Long.MAX_VALUE - by ? end : committed.offset() + by;
        return Math.min(end, Math.max(start, wanted));
    }
}
