package io.letterbox.kafka.groups;

import io.letterbox.audit.Audit;
import io.letterbox.audit.Change;
import io.letterbox.kafka.KafkaClient;
import io.letterbox.kafka.KafkaRequest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;

/**
 * Offsets that are committed by nobody of the group. An administrator moves them so; but a consumer that was assigned its
 * partitions by hand commits in the same way, and does it all the time. So the log tells of the first one that a connection
 * brings for a group, and of all that go back. Owned by one event loop.
 */
final class OutsideCommits {
    /** Groups that are remembered of one connection; after that it is forgotten which they were. */
    private static final int MAX_GROUPS = 64;

    private static final long NOTHING_COMMITTED = -1;

    private final Map<KafkaClient, Set<String>> told = new HashMap<>();

    /** Whether a commit comes from outside of the group's members. */
    static boolean isOne(OffsetCommitRequestData data) {
        boolean named = data.memberId() != null && !data.memberId().isEmpty() || data.groupInstanceId() != null;
        return data.generationIdOrMemberEpoch() < 0 && !named;
    }

    /**
     * Tells of a commit that was made.
     *
     * @param before what the group had committed, or null where that is not known
     * @param done what the coordinator has answered
     */
    void made(KafkaRequest request, OffsetFetchResponseGroup before, OffsetCommitResponseData done) {
        OffsetCommitRequestData data = request.body(OffsetCommitRequestData.class);
        Map<String, Long> known = offsets(before);
        Set<String> committed = committed(done);
        Map<String, String> moved = new LinkedHashMap<>();
        boolean back = false;
        for (OffsetCommitRequestTopic topic : data.topics()) {
            for (OffsetCommitRequestPartition partition : topic.partitions()) {
                String id = topic.name() + "/" + partition.partitionIndex();
                if (!committed.contains(id)) continue;
                Long from = known.get(id);
                long to = partition.committedOffset();
                if (from != null && from == to) continue;
                back |= from != null && to < from;
                moved.put(id, Change.moved(from == null ? "nothing" : from.toString(), to));
            }
        }
        if (moved.isEmpty()) return;
        boolean first = isFirst(request.client(), data.groupId());
        if (first || back) Audit.record(new Change("group", data.groupId(), "moved", moved), request.actor());
    }

    private static Map<String, Long> offsets(OffsetFetchResponseGroup group) {
        Map<String, Long> offsets = new HashMap<>();
        if (group == null) return offsets;
        for (OffsetFetchResponseTopics topic : group.topics()) {
            for (OffsetFetchResponsePartitions partition : topic.partitions()) {
                if (partition.committedOffset() <= NOTHING_COMMITTED) continue;
                offsets.put(topic.name() + "/" + partition.partitionIndex(), partition.committedOffset());
            }
        }
        return offsets;
    }

    /** Once for the whole answer, which may name every partition that there is. */
    private static Set<String> committed(OffsetCommitResponseData done) {
        Set<String> committed = new HashSet<>();
        for (OffsetCommitResponseTopic topic : done.topics()) {
            for (OffsetCommitResponsePartition partition : topic.partitions()) {
                if (partition.errorCode() == 0) committed.add(topic.name() + "/" + partition.partitionIndex());
            }
        }
        return committed;
    }

    private boolean isFirst(KafkaClient client, String groupId) {
        if (!client.isOpen()) return true;
        Set<String> groups = told.get(client);
        if (groups == null) {
            groups = new HashSet<>();
            told.put(client, groups);
            client.onClose(() -> told.remove(client));
        }
        if (groups.size() >= MAX_GROUPS) groups.clear();
        return groups.add(groupId);
    }
}
