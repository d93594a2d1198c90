package io.letterbox.kafka.admin;

import io.letterbox.audit.Actor;
import io.letterbox.bus.Metadata;
import io.letterbox.config.TopicsConfig;
import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.ClusterView;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicConfigKey;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicName;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;

/**
 * CreateTopics, each topic independently of the others. What a request leaves open (-1, KIP-464) the server decides,
 * and the response describes the result (KIP-525). Owned by one event loop.
 */
final class TopicCreation {
    private static final int LEFT_OPEN = -1;

    private final Metadata metadata;
    private final TopicsConfig defaults;
    private final Proposals proposals;

    TopicCreation(DoorServices backend, Proposals proposals) {
        this.metadata = backend.metadata();
        this.defaults = backend.config().topics();
        this.proposals = proposals;
    }

    Future<CreateTopicsResponseData> create(KafkaRequest request) {
        CreateTopicsRequestData data = request.body(CreateTopicsRequestData.class);
        Set<String> names = new HashSet<>();
        List<Future<CreatableTopicResult>> results = new ArrayList<>();
        for (CreatableTopic topic : data.topics()) {
            if (!names.add(topic.name())) continue;
            boolean repeated = data.topics().findAll(topic.name()).size() > 1;
            results.add(repeated ? Future.succeededFuture(repeated(topic.name())) : one(topic, request.actor(), data));
        }
        return Future.join(results).map(done -> {
            CreateTopicsResponseData response = new CreateTopicsResponseData();
            for (Future<CreatableTopicResult> result : results)
                response.topics().add(result.result());
            return response;
        });
    }

    private static CreatableTopicResult repeated(String name) {
        return refused(
                name, new ApiError(Errors.INVALID_REQUEST, "The request has the topic " + name + " more than once."));
    }

    private Future<CreatableTopicResult> one(CreatableTopic topic, Actor by, CreateTopicsRequestData data) {
        Command.CreateTopic command;
        try {
            command = command(topic);
        } catch (RuntimeException refusal) {
            return Future.succeededFuture(refused(topic.name(), AdminErrors.of(refusal)));
        }
        // The response describes the rehearsed topic: the real one has another position in the log, and the same
        // content.
        TopicImage rehearsed = proposals.dryRun(command).image().topics().get(topic.name());
        Future<ApiError> answer =
                data.validateOnly() ? proposals.rehearse(command) : proposals.propose(command, by, data.timeoutMs());
        return answer.map(error -> {
            if (error.isFailure()) return refused(topic.name(), error);
            TopicImage made =
                    data.validateOnly() ? rehearsed : proposals.image().topics().get(topic.name());
            // A client may have deleted it in between; it was created all the same.
            return described(made == null ? rehearsed : made);
        });
    }

    private Command.CreateTopic command(CreatableTopic topic) {
        TopicName.checkOwnedByClients(topic.name());
        Map<String, String> config = new TreeMap<>();
        for (CreatableTopicConfig entry : topic.configs()) {
            if (entry.value() == null) {
                throw new InvalidConfigurationException("The setting " + entry.name() + " has no value.");
            }
            config.put(entry.name(), entry.value());
        }
        if (topic.assignments().isEmpty()) {
            int partitions = topic.numPartitions() == LEFT_OPEN ? defaults.partitions() : topic.numPartitions();
            int factor = topic.replicationFactor() == LEFT_OPEN
                    ? metadata.image().defaultReplicationFactor()
                    : topic.replicationFactor();
            return new Command.CreateTopic(topic.name(), UUID.randomUUID(), partitions, factor, config);
        }
        return assigned(topic, config);
    }

    /** A creation with assigned replicas. The server places replicas itself and refuses any other assignment. */
    private Command.CreateTopic assigned(CreatableTopic topic, Map<String, String> config) {
        if (topic.numPartitions() != LEFT_OPEN || topic.replicationFactor() != LEFT_OPEN) {
            throw new InvalidRequestException(
                    "Where replicas are assigned, partitions and replication factor follow from it and have to be -1.");
        }
        Map<Integer, List<Integer>> wanted = new TreeMap<>();
        for (CreatableReplicaAssignment partition : topic.assignments()) {
            if (wanted.put(partition.partitionIndex(), partition.brokerIds()) != null) {
                throw new InvalidReplicaAssignmentException(
                        "Partition " + partition.partitionIndex() + " is assigned more than once.");
            }
        }
        int partitions = wanted.size();
        if (!wanted.containsKey(0) || !wanted.containsKey(partitions - 1)) {
            throw new InvalidReplicaAssignmentException("The assigned partitions have to be numbered from 0.");
        }
        int factor = wanted.get(0).size();
        if (factor == 0) throw new InvalidReplicaAssignmentException("Partition 0 is assigned to no node.");
        for (List<Integer> nodes : wanted.values()) {
            if (new HashSet<>(nodes).size() == nodes.size()) continue;
            throw new InvalidReplicaAssignmentException("A partition is assigned to one node twice: " + nodes + ".");
        }
        Command.CreateTopic command =
                new Command.CreateTopic(topic.name(), UUID.randomUUID(), partitions, factor, config);
        TopicImage placed = proposals.dryRun(command).image().topics().get(topic.name());
        if (placed != null) requireAsPlaced(placed.partitions(), wanted);
        return command;
    }

    private static void requireAsPlaced(List<PartitionImage> placed, Map<Integer, List<Integer>> wanted) {
        for (int number = 0; number < placed.size(); number++) {
            List<Integer> replicas = placed.get(number).replicas();
            if (replicas.equals(wanted.get(number))) continue;
            throw new InvalidReplicaAssignmentException("The server places replicas itself: partition " + number
                    + " belongs on " + replicas + " and not on " + wanted.get(number) + ".");
        }
    }

    private CreatableTopicResult described(TopicImage topic) {
        List<CreatableTopicConfigs> configs = Stream.of(TopicConfigKey.values())
                .map(key -> new CreatableTopicConfigs()
                        .setName(key.key())
                        .setValue(topic.config().get(key))
                        .setConfigSource(source(topic, key)))
                .collect(Collectors.toList());
        return new CreatableTopicResult()
                .setName(topic.name())
                // Also for a validated creation: Kafka answers with the id that the topic would have had.
                .setTopicId(ClusterView.id(topic.id()))
                .setErrorMessage(null)
                .setNumPartitions(topic.partitions().size())
                .setReplicationFactor(
                        (short) topic.partitions().get(0).replicas().size())
                .setConfigs(configs);
    }

    private byte source(TopicImage topic, TopicConfigKey key) {
        return TopicSettings.source(topic.config(), proposals.server(), key).id();
    }

    private static CreatableTopicResult refused(String name, ApiError error) {
        return new CreatableTopicResult()
                .setName(name)
                .setErrorCode(error.error().code())
                .setErrorMessage(error.messageWithFallback());
    }
}
