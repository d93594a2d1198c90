package io.letterbox.rest;

import io.letterbox.bus.Groups;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.LogReader;
import io.letterbox.bus.Metadata;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Slice;
import io.letterbox.error.ApiException;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.GroupPage;
import io.letterbox.groups.GroupView;
import io.letterbox.groups.offsets.CommittedOffset;
import io.letterbox.ingress.DoorServices;
import io.letterbox.ingress.MergedPage;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** How far groups are behind, in records and in time. Owned by one event loop. */
final class GroupLags {
    /** Records whose time is remembered; it does not change, and the next look is mostly at the same ones. */
    private static final int MAX_TIMES = 10_000;

    /** The first batch is read whole, whatever its size. */
    private static final int ONE_BATCH = 1;

    private final Groups groups;
    private final Metadata metadata;
    private final LogReader reader;

    private final Map<Place, Long> times = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Place, Long> eldest) {
            return size() > MAX_TIMES;
        }
    };

    private record Place(TopicPartition partition, long offset) {}

    /**
     * One partition of a group.
     *
     * @param partition which
     * @param committed where the group has got to, or null
     * @param status where the log stands, or null where it is not here
     * @param memberId who reads it, or null
     */
    record PartitionLag(TopicPartition partition, CommittedOffset committed, PartitionStatus status, String memberId) {
        /** How many offsets are ahead; null where that is not known. */
        Long records() {
            if (committed == null || status == null || status.quarantine() != null) return null;
            return Math.max(0, status.highWatermark() - committed.offset());
        }

        /** The offset of the next record that can be read. */
        private long next() {
            return Math.max(committed.offset(), status.logStartOffset());
        }
    }

    GroupLags(DoorServices backend) {
        this.groups = backend.groups();
        this.metadata = backend.metadata();
        this.reader = backend.reader();
    }

    /** A group, or null where there is none. */
    Future<GroupView> view(String groupId) {
        // Whoever only looks need not make the topic in which groups are remembered.
        if (!metadata.image().topics().containsKey(Groups.TOPIC)) return Future.succeededFuture();
        return groups.ask(new GroupCommand.ViewGroup(groupId));
    }

    /**
     * Groups of this node in order of their ids.
     *
     * @param after the id behind which to begin; null: at the first
     * @param search what ids have to contain, in any case; may be empty
     * @param each how many of each coordinator
     */
    Future<MergedPage<GroupView>> page(String after, String search, int each) {
        return groups.askAll(new GroupCommand.ViewGroups(after, search, each))
                .map(pages ->
                        MergedPage.of(pages, new MergedPage.View<>(GroupPage::groups, GroupPage::last, GroupView::id)));
    }

    /** How many groups this node has. */
    Future<Integer> count() {
        return groups.askAll(new GroupCommand.CountGroups())
                .map(counts -> counts.stream().mapToInt(Integer::intValue).sum());
    }

    /** The partitions that a group has committed something of or reads, in order. */
    List<PartitionLag> of(GroupView group) {
        Map<TopicPartition, String> readers = new HashMap<>();
        for (GroupView.Member member : group.members()) {
            member.assignment().forEach(partition -> readers.put(partition, member.id()));
        }
        SortedSet<TopicPartition> partitions = new TreeSet<>(group.offsets().keySet());
        partitions.addAll(readers.keySet());
        List<PartitionLag> lags = new ArrayList<>(partitions.size());
        for (TopicPartition partition : partitions) {
            lags.add(new PartitionLag(
                    partition, group.offsets().get(partition), reader.status(partition), readers.get(partition)));
        }
        return lags;
    }

    /** Whether {@link #seconds} need not read anything. */
    boolean isTimeKnown(PartitionLag lag) {
        Long records = lag.records();
        return records == null || records == 0 || times.containsKey(new Place(lag.partition(), lag.next()));
    }

    /** The age of the next record that the group has not committed; 0 where there is none, null where it is not known. */
    Future<Double> seconds(PartitionLag lag, long wallMs) {
        Long records = lag.records();
        if (records == null) return Future.succeededFuture();
        if (records == 0) return Future.succeededFuture(0.0);
        Place next = new Place(lag.partition(), lag.next());
        Long known = times.get(next);
        if (known != null) return Future.succeededFuture(age(known, wallMs));
        Future<Slice> read = reader.slice(next.partition(), next.offset(), ONE_BATCH, Isolation.UNCOMMITTED);
        // A handler runs here, on the event loop; a mapping would run where the read ends, on a thread of the storage.
        Promise<Double> seconds = Promise.promise();
        read.onComplete(slice -> seconds.complete(slice.succeeded() ? remember(next, slice.result(), wallMs) : null));
        return seconds.future();
    }

    /** Retention may have been faster, or the bytes are damaged: then nobody knows. */
    private Double remember(Place next, Slice slice, long wallMs) {
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
