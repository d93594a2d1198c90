package io.letterbox.kafka.admin;

import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.AuthorizedOperations;
import io.letterbox.kafka.api.ClusterView;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.time.Clock;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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

    /** Of a partition whose preferred replica is there and does not lead yet. */
    private static final String MOVES = "The preferred replica leads as soon as it has caught up.";

    /** The longest wait: clients give a request up after half a minute. */
    private static final int MAX_WAIT_MS = 25_000;

    /** The time between two looks whether the preferred leaders lead. */
    private static final long PAUSE_MS = 200;

    private final DoorServices backend;
    private final Vertx vertx;

    ClusterDescription(DoorServices backend, Vertx vertx) {
        this.backend = backend;
        this.vertx = vertx;
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

    /**
     * Answers whether the preferred leaders lead. The server elects leaders by itself, and leadership goes back to the
     * preferred ones, so what does not hold yet is waited for as long as the client waits.
     */
    Future<ElectLeadersResponseData> elect(KafkaRequest request) {
        ElectLeadersRequestData data = request.body(ElectLeadersRequestData.class);
        ElectLeadersResponseData before = elect(data, backend.metadata().image());
        Promise<ElectLeadersResponseData> answer = Promise.promise();
        long untilMs = Clock.system().elapsedMs() + Math.max(0, Math.min(MAX_WAIT_MS, data.timeoutMs())) - PAUSE_MS;
        elected(data, before, untilMs, answer);
        return answer.future();
    }

    private void elected(
            ElectLeadersRequestData data,
            ElectLeadersResponseData before,
            long untilMs,
            Promise<ElectLeadersResponseData> answer) {
        ElectLeadersResponseData now = elect(data, backend.metadata().image());
        if (Clock.system().elapsedMs() >= untilMs || !isMoving(now)) {
            moved(before, now);
            answer.complete(now);
        } else {
            vertx.setTimer(PAUSE_MS, again -> elected(data, before, untilMs, answer));
        }
    }

    /** Whether a leadership goes to somebody who is there. */
    private static boolean isMoving(ElectLeadersResponseData response) {
        return response.replicaElectionResults().stream()
                .flatMap(topic -> topic.partitionResult().stream())
                .anyMatch(result -> result.errorCode() == Errors.PREFERRED_LEADER_NOT_AVAILABLE.code()
                        && MOVES.equals(result.errorMessage()));
    }

    /** What was not needed any more at the end has been done meanwhile. */
    private static void moved(ElectLeadersResponseData before, ElectLeadersResponseData now) {
        Set<String> waited = new HashSet<>();
        before.replicaElectionResults().forEach(topic -> topic.partitionResult().forEach(result -> {
            if (result.errorCode() == Errors.PREFERRED_LEADER_NOT_AVAILABLE.code())
                waited.add(topic.topic() + "/" + result.partitionId());
        }));
        now.replicaElectionResults().forEach(topic -> topic.partitionResult().forEach(result -> {
            boolean done = result.errorCode() == Errors.ELECTION_NOT_NEEDED.code()
                    && waited.contains(topic.topic() + "/" + result.partitionId());
            if (done) result.setErrorCode(Errors.NONE.code()).setErrorMessage(null);
        }));
    }

    private static ElectLeadersResponseData elect(ElectLeadersRequestData data, ClusterImage image) {
        ElectLeadersResponseData response = new ElectLeadersResponseData();
        boolean sensible = data.electionType() == PREFERRED || data.electionType() == UNCLEAN;
        if (!sensible) response.setErrorCode(Errors.INVALID_REQUEST.code());
        boolean everywhere = data.topicPartitions() == null;
        if (everywhere && !sensible) return response;
        for (TopicPartitions wanted : everywhere ? all(image) : data.topicPartitions()) {
            List<PartitionResult> results = new ArrayList<>();
            for (int number : wanted.partitions()) {
                PartitionResult result = sensible
                        ? elect(image, image.topics().get(wanted.topic()), number, data.electionType())
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

    private static PartitionResult elect(ClusterImage image, TopicImage topic, int number, byte type) {
        PartitionResult result = new PartitionResult().setPartitionId(number);
        if (topic == null || number < 0 || number >= topic.partitions().size()) {
            return result.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code())
                    .setErrorMessage("There is no such partition.");
        }
        PartitionImage partition = topic.partitions().get(number);
        int preferred = partition.replicas().get(0);
        if (partition.leader() == preferred || type == UNCLEAN && partition.leader() >= 0) {
            return result.setErrorCode(Errors.ELECTION_NOT_NEEDED.code())
                    .setErrorMessage(
                            type == UNCLEAN ? "The partition has a leader." : "The preferred replica leads already.");
        }
        if (type == UNCLEAN) {
            return result.setErrorCode(Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE.code())
                    .setErrorMessage("A majority of the replicas elects a leader, and no other is taken.");
        }
        NodeImage node = image.nodes().get(preferred);
        boolean there = node != null && !node.fenced();
        return result.setErrorCode(Errors.PREFERRED_LEADER_NOT_AVAILABLE.code())
                .setErrorMessage(there ? MOVES : "Node " + preferred + " is not there.");
    }
}
