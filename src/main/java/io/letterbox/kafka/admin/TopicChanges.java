package io.letterbox.kafka.admin;

import io.letterbox.audit.Actor;
import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.ClusterView;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicName;
import io.letterbox.telemetry.Meters;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.requests.ApiError;

/** DeleteTopics and CreatePartitions, each topic independently. Owned by one event loop. */
final class TopicChanges {
    private static final int IDS_SINCE_VERSION = 6;

    private final Proposals proposals;
    private final Meters meters;

    TopicChanges(DoorServices backend, Proposals proposals) {
        this.proposals = proposals;
        this.meters = backend.meters();
    }

    Future<DeleteTopicsResponseData> delete(KafkaRequest request) {
        List<Future<DeletableTopicResult>> results = new ArrayList<>();
        List<DeleteTopicState> wanted = wanted(request);
        Map<Object, Integer> times = new LinkedHashMap<>();
        for (DeleteTopicState topic : wanted) times.merge(identity(topic), 1, Integer::sum);
        for (DeleteTopicState topic : wanted) {
            Integer often = times.remove(identity(topic));
            // A topic that is named several times gets one refusal.
            if (often != null) results.add(deleteOne(topic, request, often > 1));
        }
        return Future.join(results).map(done -> {
            DeleteTopicsResponseData response = new DeleteTopicsResponseData();
            for (Future<DeletableTopicResult> result : results)
                response.responses().add(result.result());
            return response;
        });
    }

    private static List<DeleteTopicState> wanted(KafkaRequest request) {
        DeleteTopicsRequestData data = request.body(DeleteTopicsRequestData.class);
        if (request.version() >= IDS_SINCE_VERSION) return data.topics();
        return data.topicNames().stream()
                .map(name -> new DeleteTopicState().setName(name))
                .collect(Collectors.toList());
    }

    /** The topic that a request names, whether by name or by id. */
    private Object identity(DeleteTopicState wanted) {
        TopicImage topic = wanted.name() == null ? find(wanted.topicId()) : null;
        if (topic != null) return topic.name();
        return wanted.name() == null ? wanted.topicId() : wanted.name();
    }

    private Future<DeletableTopicResult> deleteOne(DeleteTopicState wanted, KafkaRequest request, boolean repeated) {
        int timeoutMs = request.body(DeleteTopicsRequestData.class).timeoutMs();
        DeletableTopicResult result =
                new DeletableTopicResult().setName(wanted.name()).setTopicId(wanted.topicId());
        try {
            if (repeated) throw new InvalidRequestException("The request has the topic more than once.");
            boolean byId = !wanted.topicId().equals(Uuid.ZERO_UUID);
            if (byId == (wanted.name() != null)) {
                throw new InvalidRequestException("A topic is named by its name or by its id, and not by both.");
            }
            TopicImage topic =
                    byId ? find(wanted.topicId()) : proposals.image().topics().get(wanted.name());
            if (byId && topic == null) {
                throw new UnknownTopicIdException("There is no topic with the id " + wanted.topicId() + ".");
            }
            String name = topic == null ? wanted.name() : topic.name();
            requireKnown(name);
            result.setName(name);
            if (topic != null) result.setTopicId(ClusterView.id(topic.id()));
            return proposals
                    .propose(new Command.DeleteTopic(name), request.actor(), timeoutMs)
                    .map(error -> {
                        if (error.isSuccess()) meters.forgetTopic(name);
                        return with(result, error);
                    });
        } catch (RuntimeException refusal) {
            return Future.succeededFuture(with(result, AdminErrors.of(refusal)));
        }
    }

    /** A name that no topic can have is answered like that of a topic that does not exist. */
    private static void requireKnown(String name) {
        if (!TopicName.isValid(name)) {
            throw new UnknownTopicOrPartitionException("There is no topic '" + name + "'.");
        }
        TopicName.checkOwnedByClients(name);
    }

    private TopicImage find(Uuid id) {
        return proposals.image().topic(ClusterView.id(id));
    }

    private static DeletableTopicResult with(DeletableTopicResult result, ApiError error) {
        return result.setErrorCode(error.error().code())
                .setErrorMessage(error.isFailure() ? error.messageWithFallback() : null);
    }

    Future<CreatePartitionsResponseData> createPartitions(KafkaRequest request) {
        CreatePartitionsRequestData data = request.body(CreatePartitionsRequestData.class);
        List<Future<CreatePartitionsTopicResult>> results = new ArrayList<>();
        Set<String> met = new HashSet<>();
        for (CreatePartitionsTopic topic : data.topics()) {
            if (!met.add(topic.name())) continue;
            boolean repeated = data.topics().findAll(topic.name()).size() > 1;
            results.add(grow(topic, request.actor(), repeated, data));
        }
        return Future.join(results).map(done -> {
            CreatePartitionsResponseData response = new CreatePartitionsResponseData();
            for (Future<CreatePartitionsTopicResult> result : results)
                response.results().add(result.result());
            return response;
        });
    }

    private Future<CreatePartitionsTopicResult> grow(
            CreatePartitionsTopic topic, Actor by, boolean repeated, CreatePartitionsRequestData data) {
        CreatePartitionsTopicResult result = new CreatePartitionsTopicResult().setName(topic.name());
        Command.AddPartitions command = new Command.AddPartitions(topic.name(), topic.count());
        try {
            if (repeated) throw new InvalidRequestException("The request has the topic " + topic.name() + " twice.");
            requireKnown(topic.name());
            TopicImage grown = proposals.dryRun(command).image().topics().get(topic.name());
            // If the rehearsal is refused, the proposal is refused, too, with the reason.
            boolean assigned = topic.assignments() != null
                    && grown != null
                    && grown.partitions().size() == topic.count();
            if (assigned) requireAsPlaced(topic, grown);
        } catch (RuntimeException refusal) {
            return Future.succeededFuture(with(result, AdminErrors.of(refusal)));
        }
        Future<ApiError> made =
                data.validateOnly() ? proposals.rehearse(command) : proposals.propose(command, by, data.timeoutMs());
        return made.map(error -> with(result, error));
    }

    private void requireAsPlaced(CreatePartitionsTopic topic, TopicImage grown) {
        int before = proposals.image().topics().get(topic.name()).partitions().size();
        List<CreatePartitionsAssignment> assignments = topic.assignments();
        if (assignments.size() != topic.count() - before) {
            throw new InvalidReplicaAssignmentException(
                    (topic.count() - before) + " partitions are new, and " + assignments.size() + " are assigned.");
        }
        for (int index = 0; index < assignments.size(); index++) {
            List<Integer> replicas = grown.partitions().get(before + index).replicas();
            if (replicas.equals(assignments.get(index).brokerIds())) continue;
            throw new InvalidReplicaAssignmentException("The server places replicas itself: partition "
                    + (before + index) + " belongs on " + replicas + " and not on "
                    + assignments.get(index).brokerIds() + ".");
        }
    }

    private static CreatePartitionsTopicResult with(CreatePartitionsTopicResult result, ApiError error) {
        return result.setErrorCode(error.error().code())
                .setErrorMessage(error.isFailure() ? error.messageWithFallback() : null);
    }
}
