package io.letterbox.rest;

import io.letterbox.access.Principal;
import io.letterbox.bus.Coordinators;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.LogReader;
import io.letterbox.bus.Metadata;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Slice;
import io.letterbox.error.ApiException;
import io.letterbox.groups.CommittedOffset;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.GroupPage;
import io.letterbox.groups.GroupView;
import io.letterbox.ingress.DoorServices;
import io.letterbox.ingress.MergedPage;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Computes how far groups are behind, in records and in time. Owned by one event loop. */
final class GroupLags {
    /** Timestamps of records that are cached; they do not change, and the next request mostly needs the same ones. */
    private static final int MAX_TIMES = 10_000;

    /** The first batch is read whole, whatever its size. */
    private static final int ONE_BATCH = 1;

    private final DoorServices backend;
    private final Coordinators coordinators;
    private final Metadata metadata;
    private final LogReader reader;

    private final Map<RecordPosition, Long> times = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<RecordPosition, Long> eldest) {
            return size() > MAX_TIMES;
        }
    };

    private record RecordPosition(TopicPartition partition, long offset) {}

    /**
     * The lag of a group in one partition.
     *
     * @param partition the partition
     * @param committed the committed offset, or null
     * @param status the log's offsets, or null if its leader cannot be asked
     * @param memberId the member that reads the partition, or null
     */
    record PartitionLag(TopicPartition partition, CommittedOffset committed, PartitionStatus status, String memberId) {
        /** How many offsets the group is behind; null if unknown. */
        Long records() {
            if (committed == null || status == null || status.quarantine() != null) return null;
            return Math.max(0, status.highWatermark() - committed.offset());
        }

        /** The offset of the next record that the group can read. */
        private long next() {
            return Math.max(committed.offset(), status.logStartOffset());
        }
    }

    /** @param coordinators whose groups are listed: all of a cluster, or those of this node */
    GroupLags(DoorServices backend, Coordinators coordinators) {
        this.backend = backend;
        this.coordinators = coordinators;
        this.metadata = backend.metadata();
        this.reader = backend.reader();
    }

    /** A group, or null if there is none. */
    Future<GroupView> view(String groupId, Principal principal) {
        // A lookup does not create the topic that stores groups, if there is none.
        if (!metadata.image().topics().containsKey(TopicName.CONSUMER_OFFSETS)) return Future.succeededFuture();
        return coordinators.ask(new GroupCommand.ViewGroup(groupId), principal);
    }

    /**
     * Groups in order of their ids.
     *
     * @param after the id behind which to begin; null begins with the first
     * @param search text that ids have to contain, ignoring case; may be empty
     * @param each the number of groups of each coordinator
     */
    Future<MergedPage<GroupView>> page(String after, String search, int each, Principal principal) {
        return coordinators
                .askAll(new GroupCommand.ViewGroups(after, search, each), principal)
                .map(pages ->
                        MergedPage.of(pages, new MergedPage.View<>(GroupPage::groups, GroupPage::last, GroupView::id)));
    }

    /** The number of groups. */
    Future<Integer> count(Principal principal) {
        return coordinators
                .askAll(new GroupCommand.CountGroups(), principal)
                .map(counts -> counts.stream().mapToInt(Integer::intValue).sum());
    }

    /**
     * The partitions that groups read or have a committed offset of, in order, of one group after the other. Their
     * leaders are asked once for all. Never fails.
     */
    Future<List<List<PartitionLag>>> of(List<GroupView> groups) {
        Set<TopicPartition> partitions = new HashSet<>();
        for (GroupView group : groups) {
            partitions.addAll(group.offsets().keySet());
            for (GroupView.Member member : group.members()) partitions.addAll(member.assignment());
        }
        return LogStatuses.of(backend, partitions)
                .map(statuses ->
                        groups.stream().map(group -> of(group, statuses)).toList());
    }

    private static List<PartitionLag> of(GroupView group, LogStatuses statuses) {
        Map<TopicPartition, String> readers = new HashMap<>();
        for (GroupView.Member member : group.members()) {
            member.assignment().forEach(partition -> readers.put(partition, member.id()));
        }
        SortedSet<TopicPartition> partitions = new TreeSet<>(group.offsets().keySet());
        partitions.addAll(readers.keySet());
        List<PartitionLag> lags = new ArrayList<>(partitions.size());
        for (TopicPartition partition : partitions) {
            lags.add(new PartitionLag(
                    partition, group.offsets().get(partition), statuses.confirmed(partition), readers.get(partition)));
        }
        return lags;
    }

    /** Whether {@link #seconds} can answer without reading the log. */
    boolean isTimeKnown(PartitionLag lag) {
        Long records = lag.records();
        return records == null || records == 0 || times.containsKey(new RecordPosition(lag.partition(), lag.next()));
    }

    /** The age of the next record that the group has not committed; 0 if there is none, null if it is unknown. */
    Future<Double> seconds(PartitionLag lag, long wallMs) {
        Long records = lag.records();
        if (records == null) return Future.succeededFuture();
        if (records == 0) return Future.succeededFuture(0.0);
        RecordPosition next = new RecordPosition(lag.partition(), lag.next());
        Long known = times.get(next);
        if (known != null) return Future.succeededFuture(age(known, wallMs));
        Future<Slice> read = reader.slice(next.partition(), next.offset(), ONE_BATCH, Isolation.UNCOMMITTED);
        // onComplete runs on this event loop; a mapped future would run where the read ends, on a thread of the
        // storage.
        Promise<Double> seconds = Promise.promise();
        read.onComplete(slice -> seconds.complete(slice.succeeded() ? ageOf(next, slice.result(), wallMs) : null));
        return seconds.future();
    }

    /** The age of the record that was read; null if retention has deleted it meanwhile or the bytes are damaged. */
    private Double ageOf(RecordPosition next, Slice slice, long wallMs) {
        try (RecordCursor cursor = new RecordCursor(slice.batches().duplicate(), next.offset())) {
            if (!cursor.next()) return null;
            times.put(next, cursor.timestampMs());
            return age(cursor.timestampMs(), wallMs);
        } catch (ApiException damaged) {
            return null;
        }
    }

    private static Double age(long timestampMs, long wallMs) {
        if (timestampMs < 0) return null;
        return Math.max(0, wallMs - timestampMs) / 1000.0;
    }
}
