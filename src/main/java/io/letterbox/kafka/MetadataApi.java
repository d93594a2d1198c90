package io.letterbox.kafka;

import io.letterbox.audit.Actor;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.ApiSupport;
import io.letterbox.kafka.api.AuthorizedOperations;
import io.letterbox.kafka.api.ClusterView;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.publishing.AutoCreation;
import io.letterbox.record.TopicName;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** Metadata: describes nodes and topics, and creates topics that are asked for. Owned by one event loop. */
final class MetadataApi {
    private static final short MIN_VERSION = 0;
    private static final short MAX_VERSION = 13;
    private static final short FIRST_WITH_NULL_FOR_ALL = 1;
    private static final short FIRST_WITH_TOPIC_IDS = 12;

    /** Topics that one request creates; a client that needs more asks again. */
    static final int CREATED_AT_ONCE = 100;

    private final DoorServices backend;
    private final AutoCreation creation;

    MetadataApi(DoorServices backend) {
        this.backend = backend;
        this.creation = new AutoCreation(backend.config().topics().autoCreatePerMinute(), System::nanoTime);
    }

    ApiSupport support() {
        return ApiSupport.asking(ApiKeys.METADATA, MIN_VERSION, MAX_VERSION, this::handle);
    }

    private Future<MetadataResponseData> handle(KafkaRequest request) {
        MetadataRequestData data = request.body(MetadataRequestData.class);
        checkNames(data, request.version());
        boolean all = data.topics() == null || data.topics().isEmpty() && request.version() < FIRST_WITH_NULL_FOR_ALL;
        if (all) return Future.succeededFuture(answerAll(data));
        Set<String> missing =
                data.allowAutoTopicCreation() && backend.config().topics().autoCreate()
                        ? missing(data.topics())
                        : Set.of();
        if (missing.isEmpty()) return Future.succeededFuture(answer(data, Map.of()));
        return create(missing, request.actor()).map(errors -> answer(data, errors));
    }

    private static void checkNames(MetadataRequestData data, short version) {
        if (data.topics() == null || version >= FIRST_WITH_TOPIC_IDS) return;
        for (MetadataRequestTopic topic : data.topics()) {
            if (topic.name() == null || !topic.topicId().equals(Uuid.ZERO_UUID)) {
                throw new InvalidRequestException("topics are named by id from version 12 on");
            }
        }
    }

    private Set<String> missing(List<MetadataRequestTopic> topics) {
        ClusterImage image = backend.metadata().image();
        return topics.stream()
                .map(MetadataRequestTopic::name)
                .filter(name -> TopicName.isValid(name)
                        && !TopicName.isInternal(name)
                        && !image.topics().containsKey(name))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /**
     * Creates topics with the server's defaults, one after the other, so that other tasks of the shards run in between.
     * Completes with the errors of those that could not be created.
     */
    private Future<Map<String, Errors>> create(Set<String> names, Actor by) {
        Map<String, Errors> errors = new HashMap<>();
        Future<?> made = Future.succeededFuture();
        int creations = 0;
        for (String name : names) {
            if (creations == CREATED_AT_ONCE || !creation.tryOne()) {
                // The same error as for a topic that is being created: clients ask again.
                errors.put(name, Errors.LEADER_NOT_AVAILABLE);
                continue;
            }
            creations++;
            made = made.transform(before -> create(name, by, errors));
        }
        return made.transform(settled -> Future.succeededFuture(errors));
    }

    private Future<?> create(String name, Actor by, Map<String, Errors> errors) {
        Command command = new Command.CreateTopic(
                name,
                UUID.randomUUID(),
                backend.config().topics().partitions(),
                backend.metadata().image().defaultReplicationFactor(),
                Map.of());
        return backend.metadata()
                .propose(command, by.because("because it asked for a topic of that name"))
                .onFailure(failure -> errors.put(name, error(failure)));
    }

    private static Errors error(Throwable failure) {
        // Another client was faster. If this node does not serve the topic yet, the client has to ask again.
        if (failure instanceof ApiException refusal && refusal.code() == ErrorCode.TOPIC_EXISTS) {
            return Errors.LEADER_NOT_AVAILABLE;
        }
        return ErrorResponses.errorOf(failure, ApiKeys.METADATA);
    }

    private MetadataResponseData answerAll(MetadataRequestData request) {
        ClusterImage image = backend.metadata().image();
        MetadataResponseData response = cluster(image, request);
        for (TopicImage topic : image.topics().values()) response.topics().add(describe(image, topic, request));
        return response;
    }

    private MetadataResponseData answer(MetadataRequestData request, Map<String, Errors> errors) {
        ClusterImage image = backend.metadata().image();
        MetadataResponseData response = cluster(image, request);
        // A few bytes of a name produce kilobytes of partitions, so a topic that is named twice is described once.
        for (MetadataRequestTopic asked : new LinkedHashSet<>(request.topics())) {
            TopicImage topic = isById(asked)
                    ? image.topic(ClusterView.id(asked.topicId()))
                    : image.topics().get(asked.name());
            response.topics().add(topic == null ? unknown(asked, errors) : describe(image, topic, request));
        }
        return response;
    }

    /** A consumer that knows a topic by its id alone sends an empty name with it, not a null one. */
    private static boolean isById(MetadataRequestTopic asked) {
        return asked.name() == null || !asked.topicId().equals(Uuid.ZERO_UUID);
    }

    private MetadataResponseData cluster(ClusterImage image, MetadataRequestData request) {
        MetadataResponseData response = new MetadataResponseData()
                .setClusterId(image.clusterId())
                .setControllerId(backend.config().node().id());
        for (NodeImage node : ClusterView.brokers(image)) {
            response.brokers()
                    .add(new MetadataResponseBroker()
                            .setNodeId(node.id())
                            .setHost(node.kafka().host())
                            .setPort(node.kafka().port())
                            .setRack(ClusterView.rack(node)));
        }
        if (request.includeClusterAuthorizedOperations()) {
            response.setClusterAuthorizedOperations(AuthorizedOperations.CLUSTER);
        }
        return response;
    }

    private static MetadataResponseTopic unknown(MetadataRequestTopic asked, Map<String, Errors> errors) {
        Errors error;
        if (isById(asked)) error = Errors.UNKNOWN_TOPIC_ID;
        else if (!TopicName.isValid(asked.name())) error = Errors.INVALID_TOPIC_EXCEPTION;
        else error = errors.getOrDefault(asked.name(), Errors.UNKNOWN_TOPIC_OR_PARTITION);
        return new MetadataResponseTopic()
                .setErrorCode(error.code())
                .setName(isById(asked) ? null : asked.name())
                .setTopicId(asked.topicId())
                .setIsInternal(asked.name() != null && TopicName.isInternal(asked.name()));
    }

    private static MetadataResponseTopic describe(ClusterImage image, TopicImage topic, MetadataRequestData request) {
        MetadataResponseTopic answer = new MetadataResponseTopic()
                .setName(topic.name())
                .setTopicId(ClusterView.id(topic.id()))
                .setIsInternal(TopicName.isInternal(topic.name()));
        if (request.includeTopicAuthorizedOperations()) {
            answer.setTopicAuthorizedOperations(AuthorizedOperations.TOPIC);
        }
        for (int number = 0; number < topic.partitions().size(); number++) {
            PartitionImage partition = topic.partitions().get(number);
            List<Integer> offline = ClusterView.offlineReplicas(image, partition);
            boolean led = partition.leader() >= 0 && !offline.contains(partition.leader());
            answer.partitions()
                    .add(new MetadataResponsePartition()
                            .setErrorCode((led ? Errors.NONE : Errors.LEADER_NOT_AVAILABLE).code())
                            .setPartitionIndex(number)
                            .setLeaderId(led ? partition.leader() : -1)
                            .setLeaderEpoch(partition.leaderEpoch())
                            .setReplicaNodes(partition.replicas())
                            .setIsrNodes(partition.isr())
                            .setOfflineReplicas(offline));
        }
        return answer;
    }
}
