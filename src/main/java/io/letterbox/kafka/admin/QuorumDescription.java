package io.letterbox.kafka.admin;

import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.ClusterView;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.QuorumStatus;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.Listener;
import org.apache.kafka.common.message.DescribeQuorumResponseData.Node;
import org.apache.kafka.common.message.DescribeQuorumResponseData.PartitionData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ReplicaState;
import org.apache.kafka.common.message.DescribeQuorumResponseData.TopicData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.protocol.Errors;

/**
 * DescribeQuorum (KIP-595), UpdateFeatures (KIP-584) and UnregisterBroker (KIP-631), Owned by one event loop.
 */
final class QuorumDescription {
    private static final String METADATA_TOPIC = "__cluster_metadata";

    /** The first version that has one error for all features; earlier ones have a result for each feature. */
    private static final short ONE_ERROR_FOR_ALL = 2;

    /** In place of a time. */
    private static final long UNKNOWN = -1;

    /** The first version whose response has the nodes' addresses and directories (KIP-853). */
    private static final short NODES_FROM = 2;

    /** The features as ApiVersions advertises them. */
    private static final Map<String, Short> FEATURES =
            Map.of("group.version", (short) 1, "transaction.version", (short) 2);

    private final DoorServices backend;

    QuorumDescription(DoorServices backend) {
        this.backend = backend;
    }

    /** As the controller says; a client is told to ask again where that cannot be reached. */
    Future<DescribeQuorumResponseData> describe(KafkaRequest request) {
        return backend.metadata().quorum().map(status -> describe(request, quorum(status, request.version())));
    }

    private DescribeQuorumResponseData describe(KafkaRequest request, PartitionData quorum) {
        DescribeQuorumResponseData response = new DescribeQuorumResponseData();
        for (DescribeQuorumRequestData.TopicData topic :
                request.body(DescribeQuorumRequestData.class).topics()) {
            TopicData result = new TopicData().setTopicName(topic.topicName());
            for (DescribeQuorumRequestData.PartitionData partition : topic.partitions()) {
                boolean known = topic.topicName().equals(METADATA_TOPIC) && partition.partitionIndex() == 0;
                result.partitions().add(known ? quorum.duplicate() : unknown(partition.partitionIndex()));
            }
            response.topics().add(result);
        }
        if (request.version() < NODES_FROM) return response;
        for (NodeImage node : ClusterView.brokers(backend.metadata().image())) {
            Node described = new Node().setNodeId(node.id());
            described
                    .listeners()
                    .add(new Listener()
                            .setName("PLAINTEXT")
                            .setHost(node.kafka().host())
                            .setPort(node.kafka().port()));
            response.nodes().add(described);
        }
        return response;
    }

    private static PartitionData unknown(int partition) {
        return new PartitionData()
                .setPartitionIndex(partition)
                .setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code())
                .setErrorMessage("The quorum keeps partition 0 of " + METADATA_TOPIC + " and nothing else.");
    }

    /**
     * @param status null for a single node. The version of its metadata log counts commands, the index of a cluster's
     *     entries; Kafka's offsets count records
     */
    private PartitionData quorum(QuorumStatus status, short version) {
        if (status != null) return described(status, version >= NODES_FROM);
        long commands = backend.metadata().image().version();
        int node = backend.config().node().id();
        // The only voter fetches from no other, so its fetch times are unknown.
        ReplicaState self = new ReplicaState().setReplicaId(node).setLogEndOffset(commands);
        return new PartitionData()
                .setLeaderId(node)
                .setLeaderEpoch(1)
                .setHighWatermark(commands)
                .setCurrentVoters(List.of(self));
    }

    private PartitionData described(QuorumStatus status, boolean directories) {
        return new PartitionData()
                .setLeaderId(status.leader())
                .setLeaderEpoch(Math.toIntExact(status.term()))
                .setHighWatermark(status.committedIndex() + 1)
                .setCurrentVoters(states(status.voters(), status.committedIndex(), directories))
                .setObservers(states(status.observers(), status.committedIndex(), directories));
    }

    private List<ReplicaState> states(List<QuorumStatus.Replica> replicas, long committedIndex, boolean directories) {
        long wallMs = backend.clock().wallMs();
        List<ReplicaState> states = new ArrayList<>();
        for (QuorumStatus.Replica replica : replicas) {
            boolean heard = replica.silentMs() < wallMs;
            boolean caughtUp = heard && replica.matchIndex() >= committedIndex;
            ReplicaState state = new ReplicaState();
            if (directories) state.setReplicaDirectoryId(ClusterView.id(replica.directory()));
            states.add(state.setReplicaId(replica.node())
                    .setLogEndOffset(replica.matchIndex() + 1)
                    .setLastFetchTimestamp(heard ? wallMs - replica.silentMs() : UNKNOWN)
                    .setLastCaughtUpTimestamp(caughtUp ? wallMs - replica.silentMs() : UNKNOWN));
        }
        return states;
    }

    UpdateFeaturesResponseData updateFeatures(KafkaRequest request) {
        UpdateFeaturesResponseData response = new UpdateFeaturesResponseData().setErrorMessage(null);
        String refused = null;
        for (FeatureUpdateKey update :
                request.body(UpdateFeaturesRequestData.class).featureUpdates()) {
            Short level = FEATURES.get(update.feature());
            boolean asItIs = level != null && level == update.maxVersionLevel();
            if (!asItIs) {
                refused = "The level of " + update.feature() + " comes with the version of the server"
                        + (level == null ? "." : " and is " + level + ".");
            }
            if (request.version() >= ONE_ERROR_FOR_ALL) continue;
            response.results()
                    .add(new UpdateFeaturesResponseData.UpdatableFeatureResult()
                            .setFeature(update.feature())
                            .setErrorCode((asItIs ? Errors.NONE : Errors.INVALID_UPDATE_VERSION).code())
                            .setErrorMessage(asItIs ? Errors.NONE.message() : refused));
        }
        if (refused == null) return response;
        response.results().clear();
        return response.setErrorCode(Errors.INVALID_UPDATE_VERSION.code()).setErrorMessage(refused);
    }

    /** A running node stays registered, and this one is the only one. */
    UnregisterBrokerResponseData unregister(KafkaRequest request) {
        int node = request.body(UnregisterBrokerRequestData.class).brokerId();
        boolean known = backend.metadata().image().nodes().containsKey(node);
        return new UnregisterBrokerResponseData()
                .setErrorCode((known ? Errors.INVALID_REQUEST : Errors.BROKER_ID_NOT_REGISTERED).code())
                .setErrorMessage(known ? "Node " + node + " is running." : "There is no node " + node + ".");
    }
}
