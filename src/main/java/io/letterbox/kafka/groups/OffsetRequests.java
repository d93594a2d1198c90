package io.letterbox.kafka.groups;

import io.letterbox.bus.Coordinators;
import io.letterbox.bus.Metadata;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.groups.GroupCommand;
import io.letterbox.kafka.api.ClusterView;
import io.letterbox.kafka.api.CoordinatorErrors;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.metadata.TopicImage;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetFetchResponse;

/**
 * Commits and fetches offsets. Topics that do not exist are answered here, because the coordinator knows topics by name
 * only. Owned by one event loop.
 */
final class OffsetRequests {
    /** The first version in which both requests name topics by id. */
    private static final int TOPIC_ID_VERSION = 10;

    /** The first version in which offsets of several groups can be fetched at once (KIP-709). */
    private static final int SEVERAL_GROUPS_VERSION = 8;

    private static final long NOTHING_COMMITTED = -1;

    private final Coordinators coordinators;
    private final Metadata metadata;
    private final ExternalCommitLog externalCommits = new ExternalCommitLog();

    OffsetRequests(Coordinators coordinators, Metadata metadata) {
        this.coordinators = coordinators;
        this.metadata = metadata;
    }

    // ---- commit

    Future<OffsetCommitResponseData> commit(KafkaRequest request) {
        OffsetCommitRequestData data = request.body(OffsetCommitRequestData.class);
        TopicNames names = new TopicNames(metadata.image(), request.version() >= TOPIC_ID_VERSION);
        List<OffsetCommitRequestTopic> known = new ArrayList<>();
        List<OffsetCommitResponseTopic> refused = new ArrayList<>();
        for (OffsetCommitRequestTopic topic : data.topics()) {
            TopicImage image = names.find(topic.name(), topic.topicId());
            OffsetCommitResponseTopic answer = new OffsetCommitResponseTopic()
                    .setName(image == null ? topic.name() : image.name())
                    .setTopicId(image == null ? topic.topicId() : ClusterView.id(image.id()));
            List<OffsetCommitRequestPartition> existing = new ArrayList<>();
            for (OffsetCommitRequestPartition partition : topic.partitions()) {
                Errors error = refusal(image, partition, names);
                if (error == Errors.NONE) existing.add(partition);
                else answer.partitions().add(refused(partition, error));
            }
            if (!answer.partitions().isEmpty()) refused.add(answer);
            if (existing.isEmpty()) continue;
            known.add(new OffsetCommitRequestTopic()
                    .setName(answer.name())
                    .setTopicId(answer.topicId())
                    .setPartitions(existing));
        }
        data.setTopics(known);
        return commit(request, data).map(answer -> withRefused(answer, refused)).recover(OffsetRequests::commitRefusal);
    }

    private Future<OffsetCommitResponseData> commit(KafkaRequest request, OffsetCommitRequestData data) {
        var command = new GroupCommand.CommitOffsets(ClassicGroupRequests.caller(request), data);
        if (!ExternalCommitLog.isOutside(data)) return coordinators.ask(command, request.principal());
        OffsetFetchRequestGroup all =
                new OffsetFetchRequestGroup().setGroupId(data.groupId()).setTopics(topics(data));
        return coordinators
                .ask(new GroupCommand.FetchOffsets(all, false), request.principal())
                .otherwise(unknown -> null)
                .compose(before -> coordinators
                        .ask(command, request.principal())
                        .onSuccess(done -> externalCommits.logCommit(request, before, done)));
    }

    private static List<OffsetFetchRequestTopics> topics(OffsetCommitRequestData data) {
        return data.topics().stream()
                .map(topic -> new OffsetFetchRequestTopics()
                        .setName(topic.name())
                        .setTopicId(topic.topicId())
                        .setPartitionIndexes(topic.partitions().stream()
                                .map(OffsetCommitRequestPartition::partitionIndex)
                                .toList()))
                .toList();
    }

    private static Errors refusal(TopicImage image, OffsetCommitRequestPartition partition, TopicNames names) {
        if (image == null) return names.unknown();
        int index = partition.partitionIndex();
        boolean exists = index >= 0 && index < image.partitions().size();
        return exists ? Errors.NONE : Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }

    private static OffsetCommitResponsePartition refused(OffsetCommitRequestPartition partition, Errors error) {
        return new OffsetCommitResponsePartition()
                .setPartitionIndex(partition.partitionIndex())
                .setErrorCode(error.code());
    }

    private static OffsetCommitResponseData withRefused(
            OffsetCommitResponseData answer, List<OffsetCommitResponseTopic> refused) {
        for (OffsetCommitResponseTopic topic : refused) {
            OffsetCommitResponseTopic same = answer.topics().stream()
                    .filter(other -> other.name().equals(topic.name()))
                    .findFirst()
                    .orElse(null);
            if (same == null) answer.topics().add(topic);
            else same.partitions().addAll(topic.partitions());
        }
        return answer;
    }

    private static <R> Future<R> commitRefusal(Throwable failure) {
        boolean tooLarge = failure instanceof ApiException refusal && refusal.code() == ErrorCode.RECORD_TOO_LARGE;
        return tooLarge
                ? Future.failedFuture(Errors.INVALID_COMMIT_OFFSET_SIZE.exception())
                : CoordinatorErrors.of(failure);
    }

    // ---- fetch

    Future<OffsetFetchResponseData> fetch(KafkaRequest request) {
        OffsetFetchRequestData data = request.body(OffsetFetchRequestData.class);
        List<Future<OffsetFetchResponseGroup>> answers = new ArrayList<>();
        Set<String> once = new HashSet<>();
        for (OffsetFetchRequestGroup group : asked(request.version(), data)) {
            // A few bytes of a name produce all of a group's offsets, so a group that is named twice is answered once.
            if (!once.add(group.groupId())) continue;
            answers.add(fetch(group, data.requireStable(), request));
        }
        return Future.join(answers).map(all -> new OffsetFetchResponse.Builder(all.<OffsetFetchResponseGroup>list())
                .build(request.version())
                .data());
    }

    private static List<OffsetFetchRequestGroup> asked(short version, OffsetFetchRequestData data) {
        if (version >= SEVERAL_GROUPS_VERSION) return data.groups();
        List<OffsetFetchRequestTopics> topics = null;
        if (data.topics() != null) {
            topics = data.topics().stream()
                    .map(topic -> new OffsetFetchRequestTopics()
                            .setName(topic.name())
                            .setPartitionIndexes(topic.partitionIndexes()))
                    .toList();
        }
        return List.of(new OffsetFetchRequestGroup().setGroupId(data.groupId()).setTopics(topics));
    }

    private Future<OffsetFetchResponseGroup> fetch(
            OffsetFetchRequestGroup group, boolean requireStable, KafkaRequest request) {
        short version = request.version();
        TopicNames names = new TopicNames(metadata.image(), version >= TOPIC_ID_VERSION);
        List<OffsetFetchResponseTopics> unknown = new ArrayList<>();
        boolean all = group.topics() == null;
        if (version >= TOPIC_ID_VERSION && !all) named(group, names, unknown);
        return coordinators
                .ask(new GroupCommand.FetchOffsets(group, requireStable), request.principal())
                .map(answer -> {
                    if (version >= TOPIC_ID_VERSION && all) identify(answer);
                    answer.topics().addAll(unknown);
                    return answer;
                })
                .otherwise(failure -> new OffsetFetchResponseGroup()
                        .setGroupId(group.groupId())
                        .setErrorCode(CoordinatorErrors.error(failure).code()));
    }

    /** Sets the names of topics that the request names by id, and removes those that do not exist. */
    private static void named(
            OffsetFetchRequestGroup group, TopicNames names, List<OffsetFetchResponseTopics> unknown) {
        List<OffsetFetchRequestTopics> known = new ArrayList<>();
        for (OffsetFetchRequestTopics topic : group.topics()) {
            TopicImage image = names.find(topic.name(), topic.topicId());
            if (image != null) known.add(topic.setName(image.name()));
            else unknown.add(unknown(topic, names.unknown()));
        }
        group.setTopics(known);
    }

    private static OffsetFetchResponseTopics unknown(OffsetFetchRequestTopics topic, Errors error) {
        OffsetFetchResponseTopics answer = new OffsetFetchResponseTopics().setTopicId(topic.topicId());
        for (int partition : topic.partitionIndexes()) {
            answer.partitions()
                    .add(new OffsetFetchResponsePartitions()
                            .setPartitionIndex(partition)
                            .setCommittedOffset(NOTHING_COMMITTED)
                            .setErrorCode(error.code()));
        }
        return answer;
    }

    /** Sets the ids of topics in an answer with all of a group's offsets, which the coordinator knows by name. */
    private void identify(OffsetFetchResponseGroup answer) {
        List<OffsetFetchResponseTopics> existing = new ArrayList<>();
        for (OffsetFetchResponseTopics topic : answer.topics()) {
            TopicImage image = metadata.image().topics().get(topic.name());
            if (image != null) existing.add(topic.setTopicId(ClusterView.id(image.id())));
        }
        answer.setTopics(existing);
    }
}
