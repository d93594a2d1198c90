package io.letterbox.kafka.groups;

import io.letterbox.audit.Audit;
import io.letterbox.audit.Change;
import io.letterbox.kafka.api.KafkaClient;
import io.letterbox.kafka.api.KafkaRequest;
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
 * Logs the commits that come from outside of a group. An administrator moves offsets that way; but so does a consumer
 * with manually assigned partitions, all the time. So the log gets the first one of each connection and group, and all
 * that move an offset back. Owned by one event loop.
 */
final class ExternalCommitLog {
    /** Groups that are remembered for one connection; after that they are forgotten, and logged again. */
    private static final int MAX_GROUPS = 64;

    private static final long NOTHING_COMMITTED = -1;

    private final Map<KafkaClient, Set<String>> logged = new HashMap<>();

    /** Whether a commit comes from outside of the group's members. */
    static boolean isOutside(OffsetCommitRequestData data) {
        boolean named = data.memberId() != null && !data.memberId().isEmpty() || data.groupInstanceId() != null;
        return data.generationIdOrMemberEpoch() < 0 && !named;
    }

    /**
     * Logs a commit that has been made.
     *
     * @param before the group's committed offsets before it, or null if unknown
     * @param done the coordinator's answer
     */
    void logCommit(KafkaRequest request, OffsetFetchResponseGroup before, OffsetCommitResponseData done) {
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

    /** The partitions that were committed, computed once: the answer may name every partition of the server. */
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
        Set<String> groups = logged.get(client);
        if (groups == null) {
            groups = new HashSet<>();
            logged.put(client, groups);
            client.onClose(() -> logged.remove(client));
        }
        if (groups.size() >= MAX_GROUPS) groups.clear();
        return groups.add(groupId);
    }
}
