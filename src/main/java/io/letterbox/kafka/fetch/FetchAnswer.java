package io.letterbox.kafka.fetch;

import io.letterbox.bus.FetchedData;
import io.letterbox.kafka.api.ClusterView;
import io.letterbox.kafka.api.KafkaResponse;
import io.letterbox.kafka.api.LeaderEndpoints;
import io.letterbox.kafka.api.StoredRecords;
import io.letterbox.record.AbortedTransaction;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.NodeEndpoint;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;

/** The response to one fetch, put together partition by partition in the order in which they were read. */
final class FetchAnswer {
    /** The first version whose response can name the current leader. */
    private static final short LEADERS_FROM = 12;

    /** The first version whose response has endpoints of leaders. */
    private static final short ENDPOINTS_FROM = 16;

    private final FetchResponseData body = new FetchResponseData();
    private final List<FetchedData> files = new ArrayList<>(1);
    private final short version;
    private final boolean committed;
    private final boolean namesEndpoints;
    private RequestedPartition.Key before;
    private LeaderEndpoints leaders;

    /**
     * @param committed whether the client reads committed records only, and so has to be told the aborted transactions
     */
    FetchAnswer(short version, int sessionId, boolean committed) {
        this(version, sessionId, committed, version >= ENDPOINTS_FROM);
    }

    private FetchAnswer(short version, int sessionId, boolean committed, boolean namesEndpoints) {
        this.version = version;
        this.committed = committed;
        this.namesEndpoints = namesEndpoints;
        body.setSessionId(sessionId);
    }

    /** An answer to a replica, which knows the endpoints of all nodes: as Kafka's, it has none. */
    static FetchAnswer toReplica(short version) {
        return new FetchAnswer(version, 0, false, false);
    }

    /** The response to a request that is refused as a whole. */
    static KafkaResponse refused(Errors refusal) {
        return KafkaResponse.of(new FetchResponseData().setErrorCode(refusal.code()));
    }

    /** The data of a partition that cannot be read. */
    PartitionData refused(PartitionWait partition, Errors refusal) {
        PartitionData data = new PartitionData()
                .setPartitionIndex(partition.key().partition())
                .setErrorCode(refusal.code())
                .setHighWatermark(-1)
                .setRecords(StoredRecords.NONE);
        // Kafka leaves the list of aborted transactions null for a partition that exists but cannot be read.
        if (partition.image() != null) data.setAbortedTransactions(null);
        boolean newLeader = refusal == Errors.NOT_LEADER_OR_FOLLOWER || refusal == Errors.FENCED_LEADER_EPOCH;
        if (newLeader && version >= LEADERS_FROM && partition.image() != null) {
            data.currentLeader()
                    .setLeaderId(partition.image().leader())
                    .setLeaderEpoch(partition.image().leaderEpoch());
        }
        if (newLeader && namesEndpoints && partition.image() != null) {
            if (leaders == null) leaders = new LeaderEndpoints();
            leaders.add(partition.seenImage(), partition.image().leader());
        }
        return data;
    }

    /** The data of a partition that was read. */
    PartitionData read(PartitionWait partition, FetchedData found) {
        PartitionData data = new PartitionData()
                .setPartitionIndex(partition.key().partition())
                .setHighWatermark(found.status().highWatermark())
                .setLastStableOffset(found.status().lastStableOffset())
                .setLogStartOffset(found.status().logStartOffset())
                .setAbortedTransactions(committed ? aborted(found.aborted()) : null);
        if (found.file() != null) {
            files.add(found);
            return data.setRecords(new StoredRecords.File(found.file()));
        }
        return data.setRecords(found.batches() == null ? StoredRecords.NONE : new StoredRecords.Heap(found.batches()));
    }

    private static List<FetchResponseData.AbortedTransaction> aborted(List<AbortedTransaction> transactions) {
        List<FetchResponseData.AbortedTransaction> named = new ArrayList<>(transactions.size());
        for (AbortedTransaction transaction : transactions) {
            named.add(new FetchResponseData.AbortedTransaction()
                    .setProducerId(transaction.producerId())
                    .setFirstOffset(transaction.firstOffset()));
        }
        return named;
    }

    /** Adds a partition; consecutive partitions of one topic share its entry. */
    void add(PartitionWait partition, PartitionData data) {
        RequestedPartition.Key key = partition.key();
        boolean sameTopic = before != null
                && before.topicId().equals(key.topicId())
                && java.util.Objects.equals(before.topic(), key.topic());
        if (!sameTopic) {
            body.responses()
                    .add(new FetchableTopicResponse()
                            .setTopicId(key.topicId())
                            .setTopic(key.topic() == null ? "" : key.topic()));
            before = key;
        }
        body.responses().get(body.responses().size() - 1).partitions().add(data);
    }

    KafkaResponse response() {
        if (leaders != null) nameEndpoints(leaders);
        return new KafkaResponse.Bulk(body, this::discard);
    }

    private void nameEndpoints(LeaderEndpoints named) {
        named.map(node -> new NodeEndpoint()
                        .setNodeId(node.id())
                        .setHost(node.kafka().host())
                        .setPort(node.kafka().port())
                        .setRack(ClusterView.rack(node)))
                .forEach(body.nodeEndpoints()::add);
    }

    /** Releases the file regions of a response that is not sent. */
    void discard() {
        files.forEach(FetchedData::release);
    }
}
