package io.letterbox.kafka;

import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.ApiSupport;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import io.letterbox.text.FileTrouble;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * FindCoordinator: the node that coordinates a group or a transactional id, which leads its partition of the internal
 * topic. Stateless.
 */
final class FindCoordinatorApi {
    private static final short MIN_VERSION = 0;
    private static final short MAX_VERSION = 6;
    private static final short FIRST_WITH_MANY_KEYS = 4;
    private static final byte GROUP = 0;
    private static final byte TRANSACTION = 1;

    private final DoorServices backend;

    FindCoordinatorApi(DoorServices backend) {
        this.backend = backend;
    }

    ApiSupport support() {
        return ApiSupport.asking(ApiKeys.FIND_COORDINATOR, MIN_VERSION, MAX_VERSION, this::handle);
    }

    private Future<FindCoordinatorResponseData> handle(KafkaRequest request) {
        FindCoordinatorRequestData data = request.body(FindCoordinatorRequestData.class);
        if (request.version() < FIRST_WITH_MANY_KEYS) {
            return find(data.keyType(), data.key()).map(found -> new FindCoordinatorResponseData()
                    .setErrorCode(found.errorCode())
                    // These versions carry an error message even for NONE.
                    .setErrorMessage(found.errorCode() == 0 ? Errors.NONE.message() : found.errorMessage())
                    .setNodeId(found.nodeId())
                    .setHost(found.host())
                    .setPort(found.port()));
        }
        List<Future<Coordinator>> searches = new ArrayList<>();
        for (String key : new LinkedHashSet<>(data.coordinatorKeys())) searches.add(find(data.keyType(), key));
        return Future.all(searches)
                .map(all -> new FindCoordinatorResponseData().setCoordinators(all.<Coordinator>list()));
    }

    /** Finds the coordinator of a key. Never fails: errors are in the answer. */
    private Future<Coordinator> find(byte type, String key) {
        if (type != GROUP && type != TRANSACTION) {
            return Future.succeededFuture(
                    refusal(key, Errors.INVALID_REQUEST, "There are no coordinators of type " + type + "."));
        }
        String topic = type == GROUP ? TopicName.CONSUMER_OFFSETS : TopicName.TRANSACTION_STATE;
        Future<TopicPartition> search = backend.coordinators().coordinatorOf(topic, key);
        return search.transform(outcome -> Future.succeededFuture(
                outcome.succeeded()
                        ? leader(key, outcome.result())
                        : refusal(key, Errors.COORDINATOR_NOT_AVAILABLE, FileTrouble.reason(outcome.cause()))));
    }

    private Coordinator leader(String key, TopicPartition partition) {
        ClusterImage image = backend.metadata().image();
        TopicImage topic = image.topics().get(partition.topic());
        NodeImage node = topic == null
                ? null
                : image.nodes()
                        .get(topic.partitions().get(partition.partition()).leader());
        if (node == null || node.fenced() || !node.kafka().exists()) {
            return refusal(key, Errors.COORDINATOR_NOT_AVAILABLE, partition + " has no leader now.");
        }
        return new Coordinator()
                .setKey(key)
                .setNodeId(node.id())
                .setHost(node.kafka().host())
                .setPort(node.kafka().port());
    }

    private static Coordinator refusal(String key, Errors error, String why) {
        return new Coordinator()
                .setKey(key)
                .setNodeId(-1)
                .setHost("")
                .setPort(-1)
                .setErrorCode(error.code())
                .setErrorMessage(why);
    }
}
