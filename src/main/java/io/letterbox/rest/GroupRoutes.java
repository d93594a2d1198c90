package io.letterbox.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.access.Principal;
import io.letterbox.audit.Audit;
import io.letterbox.audit.Change;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.GroupCommand.SetOffsets;
import io.letterbox.groups.GroupView;
import io.letterbox.http.HttpActor;
import io.letterbox.http.Json;
import io.letterbox.http.JsonBody;
import io.letterbox.http.Problem;
import io.letterbox.http.Query;
import io.letterbox.http.RequestPrincipal;
import io.letterbox.ingress.DoorServices;
import io.letterbox.record.TopicPartition;
import io.letterbox.rest.GroupLags.PartitionLag;
import io.letterbox.time.Clock;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.protocol.Errors;

/** Consumer groups over HTTP: list, describe, set and delete offsets, delete. Owned by one event loop. */
final class GroupRoutes {
    private static final int MAX_BODY_BYTES = 1 << 20;

    private final DoorServices backend;
    private final GroupLags lags;

    GroupRoutes(DoorServices backend, GroupLags lags) {
        this.backend = backend;
        this.lags = lags;
    }

    void mount(Router router) {
        router.get("/groups").handler(new GroupListing(lags)::list);
        router.get("/groups/:group").handler(this::describe);
        router.put("/groups/:group/offsets").handler(this::setOffsets);
        router.delete("/groups/:group/offsets").handler(this::deleteOffsets);
        router.delete("/groups/:group").handler(this::delete);
    }

    private void describe(RoutingContext context) {
        Query.of(context.request(), Set.of());
        existing(context)
                .compose(this::document)
                .onSuccess(document -> Json.send(context.response(), 200, document))
                .onFailure(failure -> Problem.send(context, failure));
    }

    private Future<ObjectNode> document(GroupView group) {
        return lags.of(List.of(group)).compose(all -> document(group, all.get(0)));
    }

    private Future<ObjectNode> document(GroupView group, List<PartitionLag> partitions) {
        long wallMs = Clock.system().wallMs();
        List<Future<Double>> seconds = new ArrayList<>();
        for (PartitionLag lag : partitions) seconds.add(lags.seconds(lag, wallMs));
        return Future.all(seconds).map(all -> GroupDocument.whole(group, partitions, all.<Double>list()));
    }

    private Future<GroupView> existing(RoutingContext context) {
        String groupId = context.pathParam("group");
        return lags.view(groupId, principal(context)).map(group -> {
            if (group == null) throw unknown(groupId);
            return group;
        });
    }

    private static Principal principal(RoutingContext context) {
        return RequestPrincipal.of(context.request());
    }

    private static ApiException unknown(String groupId) {
        return new ApiException(ErrorCode.UNKNOWN_GROUP, "There is no group " + groupId + ".");
    }

    // ---- setting

    private void setOffsets(RoutingContext context) {
        boolean dryRun = Query.of(context.request(), Set.of("dryRun")).flag("dryRun", false);
        String groupId = context.pathParam("group");
        JsonBody.read(context, MAX_BODY_BYTES, body -> {
            OffsetSpec spec = OffsetSpec.of(body);
            lags.view(groupId, principal(context))
                    .compose(group -> new OffsetGoals(backend, group).find(spec).compose(offsets -> {
                        boolean nothing = dryRun || offsets.isEmpty();
                        Future<Void> set = nothing
                                ? Future.succeededFuture()
                                : set(context, new SetOffsets(groupId, spec.memberId(), offsets));
                        return set.map(done -> changes(groupId, group, offsets));
                    }))
                    .onSuccess(answer -> {
                        // A member that acknowledges moves its own offsets only, which is no administrative change.
                        if (!dryRun && spec.memberId() == null) audit(context, groupId, answer);
                    })
                    .onSuccess(answer -> Json.send(context.response(), 200, answer))
                    .onFailure(failure -> Problem.send(context, failure));
        });
    }

    private void audit(RoutingContext context, String groupId, ObjectNode answer) {
        Map<String, String> moved = new LinkedHashMap<>();
        for (JsonNode change : answer.path("offsets")) {
            JsonNode before = change.path("before");
            String from = before.isNull() ? "nothing" : before.asText();
            String to = change.path("offset").asText();
            String id = change.path("topic").asText() + "/"
                    + change.path("partition").asText();
            if (!from.equals(to)) moved.put(id, Change.moved(from, to));
        }
        if (moved.isEmpty()) return;
        Audit.record(
                new Change("group", groupId, "moved", moved),
                HttpActor.of(context.request(), backend.config().http()));
    }

    private Future<Void> set(RoutingContext context, SetOffsets command) {
        return backend.coordinators().ask(command, principal(context)).compose(error -> done(command.groupId(), error));
    }

    private static ObjectNode changes(
            String groupId, GroupView before, SortedMap<TopicPartition, SetOffsets.TargetOffset> offsets) {
        ObjectNode answer = Json.MAPPER.createObjectNode();
        answer.put("group", groupId);
        ArrayNode changed = answer.putArray("offsets");
        offsets.forEach((partition, to) -> {
            boolean known = before != null && before.offsets().containsKey(partition);
            changed.addObject()
                    .put("topic", partition.topic())
                    .put("partition", partition.partition())
                    .put("before", known ? before.offsets().get(partition).offset() : null)
                    .put("offset", to.offset());
        });
        return answer;
    }

    // ---- deleting

    private void deleteOffsets(RoutingContext context) {
        Query query = Query.of(context.request(), Set.of("topic", "partition"));
        String topic = query.text("topic");
        int partition = query.integer("partition", -1, 0, Integer.MAX_VALUE);
        if (partition >= 0 && topic == null) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "The query parameter partition needs a topic.");
        }
        existing(context)
                .compose(group -> deleteOffsets(context, group, topic, partition))
                .onSuccess(deleted -> {
                    if (deleted.isEmpty()) return;
                    Change change = new Change("group", context.pathParam("group"), "changed", deleted);
                    Audit.record(
                            change,
                            HttpActor.of(context.request(), backend.config().http()));
                })
                .onSuccess(done -> context.response().setStatusCode(204).end())
                .onFailure(failure -> Problem.send(context, failure));
    }

    /** Deletes offsets; returns what became of each. */
    private Future<Map<String, String>> deleteOffsets(
            RoutingContext context, GroupView group, String topic, int partition) {
        Map<String, String> deleted = new LinkedHashMap<>();
        OffsetDeleteRequestTopicCollection topics = new OffsetDeleteRequestTopicCollection();
        for (TopicPartition known : group.offsets().keySet()) {
            if (topic != null && !topic.equals(known.topic())) continue;
            if (partition >= 0 && partition != known.partition()) continue;
            if (topics.find(known.topic()) == null) topics.add(new OffsetDeleteRequestTopic().setName(known.topic()));
            deleted.put(known.topic() + "/" + known.partition(), "offset deleted");
            topics.find(known.topic())
                    .partitions()
                    .add(new OffsetDeleteRequestPartition().setPartitionIndex(known.partition()));
        }
        OffsetDeleteRequestData data =
                new OffsetDeleteRequestData().setGroupId(group.id()).setTopics(topics);
        return backend.coordinators()
                .ask(new GroupCommand.DeleteOffsets(data), principal(context))
                .compose(answer -> {
                    if (answer.errorCode() != 0) {
                        return Future.failedFuture(refusal(group.id(), Errors.forCode(answer.errorCode())));
                    }
                    for (var asked : answer.topics()) {
                        for (var result : asked.partitions()) {
                            if (result.errorCode() == 0) continue;
                            return Future.failedFuture(refusal(group.id(), Errors.forCode(result.errorCode())));
                        }
                    }
                    return Future.succeededFuture(deleted);
                });
    }

    private void delete(RoutingContext context) {
        Query.of(context.request(), Set.of());
        existing(context)
                .compose(group -> backend.coordinators()
                        .ask(new GroupCommand.DeleteGroup(group.id()), principal(context))
                        .compose(answer -> done(group.id(), Errors.forCode(answer.errorCode())))
                        .onSuccess(deleted -> Audit.record(
                                new Change("group", group.id(), "deleted", Map.of()),
                                HttpActor.of(context.request(), backend.config().http()))))
                .onSuccess(done -> context.response().setStatusCode(204).end())
                .onFailure(failure -> Problem.send(context, failure));
    }

    private static Future<Void> done(String groupId, Errors error) {
        return error == Errors.NONE ? Future.succeededFuture() : Future.failedFuture(refusal(groupId, error));
    }

    private static ApiException refusal(String groupId, Errors error) {
        return switch (error) {
            case NON_EMPTY_GROUP ->
                new ApiException(
                        ErrorCode.GROUP_NOT_EMPTY,
                        "The group " + groupId + " has members, which would not notice. Stop them first.");
            case GROUP_SUBSCRIBED_TO_TOPIC ->
                new ApiException(ErrorCode.GROUP_READS_TOPIC, "Members of the group " + groupId + " read that topic.");
            case UNKNOWN_MEMBER_ID ->
                new ApiException(
                        ErrorCode.UNKNOWN_MEMBER, "The group " + groupId + " has no member of that id (any more).");
            case ILLEGAL_GENERATION ->
                new ApiException(
                        ErrorCode.NOT_ASSIGNED, "The member does not read all of these partitions (any more).");
            case INVALID_GROUP_ID -> new ApiException(ErrorCode.INVALID_GROUP, "A group's id cannot be empty.");
            case GROUP_ID_NOT_FOUND -> unknown(groupId);
            case POLICY_VIOLATION ->
                new ApiException(
                        ErrorCode.POLICY_VIOLATION,
                        "What is remembered of groups takes as much memory as limits.groupBytes allows. Delete groups"
                                + " that are not needed, or allow more.");
            default -> new ApiException(ErrorCode.INTERNAL, "The coordinator answered " + error + ".");
        };
    }
}
