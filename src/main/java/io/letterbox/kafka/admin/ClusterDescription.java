package io.letterbox.kafka.admin;

import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.AuthorizedOperations;
import io.letterbox.kafka.api.ClusterView;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicImage;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.apache.kafka.common.protocol.Errors;

/** DescribeCluster and ElectLeaders. Owned by one event loop. */
final class ClusterDescription {
    private static final byte BROKERS = 1;
    private static final byte CONTROLLERS = 2;
    private static final byte PREFERRED = 0;
    private static final byte UNCLEAN = 1;

    private final DoorServices backend;

    ClusterDescription(DoorServices backend) {
        this.backend = backend;
    }

    DescribeClusterResponseData describe(KafkaRequest request) {
        DescribeClusterRequestData data = request.body(DescribeClusterRequestData.class);
        DescribeClusterResponseData response = new DescribeClusterResponseData();
        if (data.endpointType() != BROKERS) {
            Errors error = data.endpointType() == CONTROLLERS
                    ? Errors.MISMATCHED_ENDPOINT_TYPE
                    : Errors.UNSUPPORTED_ENDPOINT_TYPE;
            return response.setErrorCode(error.code())
                    .setErrorMessage("This is a broker's address; ask for endpoints of type 1.");
        }
        ClusterImage image = backend.metadata().image();
        response.setClusterId(image.clusterId());
        for (NodeImage node : image.nodes().values()) {
            if (!node.kafka().exists() || node.fenced() && !data.includeFencedBrokers()) continue;
            if (response.controllerId() < 0) response.setControllerId(node.id());
            response.brokers()
                    .add(new DescribeClusterBroker()
                            .setBrokerId(node.id())
                            .setHost(node.kafka().host())
                            .setPort(node.kafka().port())
                            .setRack(ClusterView.rack(node))
                            .setIsFenced(node.fenced()));
        }
        if (data.includeClusterAuthorizedOperations()) {
            response.setClusterAuthorizedOperations(AuthorizedOperations.CLUSTER);
        }
        return response;
    }

    /** Answers whether the preferred leader leads; the server elects leaders by itself. */
    ElectLeadersResponseData elect(KafkaRequest request) {
        ElectLeadersRequestData data = request.body(ElectLeadersRequestData.class);
        ElectLeadersResponseData response = new ElectLeadersResponseData();
        boolean sensible = data.electionType() == PREFERRED || data.electionType() == UNCLEAN;
        if (!sensible) response.setErrorCode(Errors.INVALID_REQUEST.code());
        ClusterImage image = backend.metadata().image();
        boolean everywhere = data.topicPartitions() == null;
        if (everywhere && !sensible) return response;
        for (TopicPartitions wanted : everywhere ? all(image) : data.topicPartitions()) {
            List<PartitionResult> results = new ArrayList<>();
            for (int number : wanted.partitions()) {
                PartitionResult result = sensible
                        ? elect(image.topics().get(wanted.topic()), number)
                        : new PartitionResult().setPartitionId(number).setErrorCode(Errors.INVALID_REQUEST.code());
                boolean needed = result.errorCode() != Errors.ELECTION_NOT_NEEDED.code();
                // A request for all partitions is answered with those that needed an election only, as in Kafka.
                if (needed || !everywhere) results.add(result);
            }
            response.replicaElectionResults()
                    .add(new ReplicaElectionResult().setTopic(wanted.topic()).setPartitionResult(results));
        }
        return response;
    }

    private static Iterable<TopicPartitions> all(ClusterImage image) {
        List<TopicPartitions> all = new ArrayList<>();
        for (TopicImage topic : image.topics().values()) {
            List<Integer> numbers = new ArrayList<>();
            for (int number = 0; number < topic.partitions().size(); number++) numbers.add(number);
            all.add(new TopicPartitions().setTopic(topic.name()).setPartitions(numbers));
        }
        return all;
    }

    private static PartitionResult elect(TopicImage topic, int number) {
        PartitionResult result = new PartitionResult().setPartitionId(number);
        if (topic == null || number < 0 || number >= topic.partitions().size()) {
            return result.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code())
                    .setErrorMessage("There is no such partition.");
        }
        PartitionImage partition = topic.partitions().get(number);
        if (partition.leader() == partition.replicas().get(0)) {
            return result.setErrorCode(Errors.ELECTION_NOT_NEEDED.code())
                    .setErrorMessage("The preferred replica leads already.");
        }
        return result.setErrorCode(Errors.PREFERRED_LEADER_NOT_AVAILABLE.code())
                .setErrorMessage("Node " + partition.replicas().get(0) + " leads as soon as it can.");
    }
}
