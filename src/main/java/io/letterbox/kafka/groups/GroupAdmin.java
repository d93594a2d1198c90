package io.letterbox.kafka.groups;

import io.letterbox.audit.Audit;
import io.letterbox.audit.Change;
import io.letterbox.bus.Coordinators;
import io.letterbox.bus.Metadata;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.ListedGroups;
import io.letterbox.ingress.MergedPage;
import io.letterbox.kafka.api.AuthorizedOperations;
import io.letterbox.kafka.api.CoordinatorErrors;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.metadata.TopicImage;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResultCollection;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import org.apache.kafka.common.protocol.Errors;

/** The administrative requests for groups. */
final class GroupAdmin {
    /** Groups of each coordinator that are listed at once. */
    private static final int LISTED_AT_ONCE = 200;

    private final Coordinators coordinators;
    private final Metadata metadata;

    GroupAdmin(Coordinators coordinators, Metadata metadata) {
        this.coordinators = coordinators;
        this.metadata = metadata;
    }

    Future<DescribeGroupsResponseData> describe(KafkaRequest request) {
        DescribeGroupsRequestData data = request.body(DescribeGroupsRequestData.class);
        List<Future<DescribedGroup>> answers = new ArrayList<>();
        for (String groupId : new LinkedHashSet<>(data.groups())) {
            answers.add(coordinators
                    .ask(
                            new GroupCommand.DescribeGroup(ClassicGroupRequests.caller(request), groupId),
                            request.principal())
                    .otherwise(failure -> new DescribedGroup()
                            .setGroupId(groupId)
                            .setErrorCode(CoordinatorErrors.error(failure).code())));
        }
        return Future.join(answers).map(all -> {
            List<DescribedGroup> described = all.list();
            for (DescribedGroup group : described) {
                boolean wanted = data.includeAuthorizedOperations() && group.errorCode() == Errors.NONE.code();
                if (wanted) group.setAuthorizedOperations(AuthorizedOperations.GROUP);
            }
            return new DescribeGroupsResponseData().setGroups(described);
        });
    }

    Future<ListGroupsResponseData> list(KafkaRequest request) {
        List<ListedGroup> all = new ArrayList<>();
        return listFrom(null, request, all)
                .map(done -> new ListGroupsResponseData().setGroups(all))
                .recover(CoordinatorErrors::of);
    }

    /** Other tasks of the event loop and of the shards run between two pages. */
    private Future<Void> listFrom(String after, KafkaRequest request, List<ListedGroup> into) {
        ListGroupsRequestData data = request.body(ListGroupsRequestData.class);
        GroupCommand.ListGroups page = new GroupCommand.ListGroups(
                Set.copyOf(data.statesFilter()), Set.copyOf(data.typesFilter()), after, LISTED_AT_ONCE);
        return coordinators
                .askAll(page, request.principal())
                .map(pages -> MergedPage.of(
                        pages, new MergedPage.View<>(ListedGroups::groups, ListedGroups::last, ListedGroup::groupId)))
                .compose(merged -> {
                    into.addAll(merged.items());
                    return merged.next() == null ? Future.succeededFuture() : listFrom(merged.next(), request, into);
                });
    }

    Future<DeleteGroupsResponseData> delete(KafkaRequest request) {
        List<Future<DeletableGroupResult>> answers = new ArrayList<>();
        List<String> names = request.body(DeleteGroupsRequestData.class).groupsNames();
        for (String groupId : new LinkedHashSet<>(names)) {
            answers.add(coordinators
                    .ask(new GroupCommand.DeleteGroup(groupId), request.principal())
                    .onSuccess(result -> {
                        if (result.errorCode() != Errors.NONE.code()) return;
                        Audit.record(new Change("group", groupId, "deleted", Map.of()), request.actor());
                    })
                    .otherwise(failure -> new DeletableGroupResult()
                            .setGroupId(groupId)
                            .setErrorCode(CoordinatorErrors.error(failure).code())));
        }
        return Future.join(answers).map(all -> {
            DeletableGroupResultCollection results = new DeletableGroupResultCollection();
            all.<DeletableGroupResult>list().forEach(result -> results.mustAdd(result.duplicate()));
            return new DeleteGroupsResponseData().setResults(results);
        });
    }

    Future<OffsetDeleteResponseData> deleteOffsets(KafkaRequest request) {
        OffsetDeleteRequestData data = request.body(OffsetDeleteRequestData.class);
        OffsetDeleteRequestTopicCollection known = new OffsetDeleteRequestTopicCollection();
        List<OffsetDeleteResponseTopic> unknown = new ArrayList<>();
        for (OffsetDeleteRequestTopic topic : data.topics()) {
            TopicImage image = metadata.image().topics().get(topic.name());
            OffsetDeleteResponseTopic refused = new OffsetDeleteResponseTopic().setName(topic.name());
            List<OffsetDeleteRequestPartition> existing = new ArrayList<>();
            for (OffsetDeleteRequestPartition partition : topic.partitions()) {
                int index = partition.partitionIndex();
                if (image != null && index >= 0 && index < image.partitions().size()) existing.add(partition);
                else refused.partitions().add(unknown(index));
            }
            if (!existing.isEmpty()) {
                known.add(new OffsetDeleteRequestTopic().setName(topic.name()).setPartitions(existing));
            }
            if (!refused.partitions().isEmpty()) unknown.add(refused);
        }
        return coordinators
                .ask(new GroupCommand.DeleteOffsets(data.duplicate().setTopics(known)), request.principal())
                .onSuccess(answer -> audit(request, data.groupId(), answer))
                .map(answer -> withUnknown(answer, unknown))
                .recover(CoordinatorErrors::of);
    }

    private static void audit(KafkaRequest request, String groupId, OffsetDeleteResponseData answer) {
        if (answer.errorCode() != Errors.NONE.code()) return;
        Map<String, String> deleted = new LinkedHashMap<>();
        for (OffsetDeleteResponseTopic topic : answer.topics()) {
            for (OffsetDeleteResponsePartition partition : topic.partitions()) {
                if (partition.errorCode() != Errors.NONE.code()) continue;
                deleted.put(topic.name() + "/" + partition.partitionIndex(), "offset deleted");
            }
        }
        if (deleted.isEmpty()) return;
        Audit.record(new Change("group", groupId, "changed", deleted), request.actor());
    }

    private static OffsetDeleteResponsePartition unknown(int index) {
        return new OffsetDeleteResponsePartition()
                .setPartitionIndex(index)
                .setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    private static OffsetDeleteResponseData withUnknown(
            OffsetDeleteResponseData answer, List<OffsetDeleteResponseTopic> unknown) {
        if (answer.errorCode() != Errors.NONE.code()) return answer;
        for (OffsetDeleteResponseTopic topic : unknown) {
            OffsetDeleteResponseTopic same = answer.topics().find(topic.name());
            if (same == null) answer.topics().add(topic);
            else topic.partitions().forEach(refused -> same.partitions().add(refused.duplicate()));
        }
        return answer;
    }
}
