package io.letterbox.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.audit.Actor;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.HttpActor;
import io.letterbox.http.Json;
import io.letterbox.http.JsonBody;
import io.letterbox.http.Problem;
import io.letterbox.http.Query;
import io.letterbox.ingress.DoorServices;
import io.letterbox.ingress.UnknownTopics;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.Reply;
import io.letterbox.metadata.TopicImage;
import io.letterbox.publishing.PublishTargets;
import io.letterbox.record.TopicName;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/** Topics over HTTP: list, describe, create, change, delete. Owned by one event loop. */
final class TopicRoutes {
    private static final int MAX_BODY_BYTES = 1 << 16;

    /** How long a client waits until the partitions that it makes can be used. */
    private static final long TIMEOUT_MS = 10_000;

    private final DoorServices backend;

    TopicRoutes(DoorServices backend) {
        this.backend = backend;
    }

    void mount(Router router) {
        router.get("/topics").handler(this::list);
        router.get("/topics/:topic").handler(context -> ask(context, this::describe));
        router.put("/topics/:topic").handler(context -> withSpec(context, this::create));
        router.patch("/topics/:topic").handler(context -> withSpec(context, this::change));
        router.delete("/topics/:topic").handler(context -> ask(context, this::delete));
    }

    private void ask(RoutingContext context, Consumer<RoutingContext> handler) {
        UnknownTopics.ask(
                backend.metadata(),
                context.request(),
                () -> handler.accept(context),
                failure -> Problem.send(context, failure));
    }

    private interface SpecHandler {
        void handle(RoutingContext context, String name, TopicSpec spec);
    }

    private void withSpec(RoutingContext context, SpecHandler handler) {
        Query.of(context.request(), Set.of());
        String name = ownName(context);
        JsonBody.read(context, MAX_BODY_BYTES, body -> {
            TopicSpec spec = TopicSpec.of(body);
            ask(context, read -> handler.handle(read, name, spec));
        });
    }

    private void list(RoutingContext context) {
        Query.of(context.request(), Set.of());
        Collection<TopicImage> all = backend.metadata().image().topics().values();
        LogStatuses.ofTopics(backend, all).onSuccess(statuses -> {
            TopicDocument document = new TopicDocument(statuses);
            ObjectNode answer = Json.MAPPER.createObjectNode();
            ArrayNode topics = answer.putArray("topics");
            for (TopicImage topic : all) topics.add(document.summary(topic));
            Json.send(context.response(), 200, answer);
        });
    }

    private void describe(RoutingContext context) {
        Query.of(context.request(), Set.of());
        send(context, 200, require(name(context)));
    }

    private void create(RoutingContext context, String name, TopicSpec spec) {
        TopicImage existing = find(name);
        if (existing != null) {
            exists(context, existing, spec);
            return;
        }
        Actor actor = HttpActor.of(context.request(), backend.config().http());
        int partitions = spec.partitions() == null ? backend.config().topics().partitions() : spec.partitions();
        int factor = spec.replicationFactor() == null
                ? backend.metadata().image().defaultReplicationFactor()
                : spec.replicationFactor();
        backend.metadata()
                .propose(
                        new Command.CreateTopic(name, UUID.randomUUID(), partitions, factor, spec.set()),
                        actor,
                        TIMEOUT_MS)
                .onSuccess(created -> {
                    context.response()
                            .putHeader(
                                    HttpHeaders.LOCATION,
                                    location(context.request().path(), name));
                    answer(context, 201, name);
                })
                // Another client may have created it meanwhile, at another node, too.
                .onFailure(failure -> backend.metadata().newest().onComplete(shown -> {
                    TopicImage other = find(name);
                    if (other != null && isLed(other)) exists(context, other, spec);
                    else Problem.send(context, failure);
                }));
    }

    /** Not so for a moment after a topic was made in a cluster, and while leaders are elected. */
    private static boolean isLed(TopicImage topic) {
        return topic.partitions().stream().allMatch(partition -> partition.leader() >= 0);
    }

    /** Relative to the request's path: a proxy may have removed a part of it (RFC 9110, section 10.2.2). */
    static String location(String path, String name) {
        int end = path.length();
        while (path.charAt(end - 1) == '/') end--;
        return "../".repeat(path.length() - end) + name;
    }

    private void exists(RoutingContext context, TopicImage topic, TopicSpec spec) {
        if (spec.describes(topic)) {
            send(context, 200, topic);
            return;
        }
        Problem.of(
                        ErrorCode.TOPIC_EXISTS,
                        "The topic " + topic.name() + " exists with other partitions, replicas or settings;"
                                + " change it with PATCH.")
                .send(context.response());
    }

    private void change(RoutingContext context, String name, TopicSpec spec) {
        TopicImage topic = require(name);
        int current = topic.partitions().size();
        if (spec.partitions() != null && spec.partitions() < current) {
            throw new ApiException(
                    ErrorCode.INVALID_PARTITIONS,
                    "The topic " + name + " has " + current + " partitions; their number can only grow.");
        }
        int factor = topic.partitions().get(0).replicas().size();
        if (spec.replicationFactor() != null && spec.replicationFactor() != factor) {
            throw new ApiException(ErrorCode.INVALID_REPLICATION_FACTOR, "The replication factor cannot be changed.");
        }
        Actor actor = HttpActor.of(context.request(), backend.config().http());
        // Partitions first: limits may forbid that step, and then nothing has been changed.
        boolean grows = spec.partitions() != null && spec.partitions() > current;
        Future<Reply> grown = grows
                ? backend.metadata().propose(new Command.AddPartitions(name, spec.partitions()), actor, TIMEOUT_MS)
                : Future.succeededFuture();
        boolean alters = !spec.set().isEmpty() || !spec.unset().isEmpty();
        grown.compose(done -> alters
                        ? backend.metadata().propose(new Command.AlterTopic(name, spec.set(), spec.unset()), actor)
                        : Future.succeededFuture(done))
                .onSuccess(done -> answer(context, 200, name))
                .onFailure(failure -> Problem.send(context, failure));
    }

    private void delete(RoutingContext context) {
        Query.of(context.request(), Set.of());
        String name = ownName(context);
        require(name);
        backend.metadata()
                .propose(
                        new Command.DeleteTopic(name),
                        HttpActor.of(context.request(), backend.config().http()))
                .onSuccess(done -> {
                    backend.meters().forgetTopic(name);
                    context.response().setStatusCode(204).end();
                })
                .onFailure(failure -> Problem.send(context, failure));
    }

    private void answer(RoutingContext context, int status, String name) {
        TopicImage topic = find(name);
        if (topic == null) Problem.send(context, PublishTargets.unknown(name));
        else send(context, status, topic);
    }

    private void send(RoutingContext context, int status, TopicImage topic) {
        LogStatuses.ofTopics(backend, List.of(topic))
                .onSuccess(known -> Json.send(context.response(), status, new TopicDocument(known).whole(topic)));
    }

    private TopicImage find(String name) {
        return backend.metadata().image().topics().get(name);
    }

    private TopicImage require(String name) {
        TopicImage topic = find(name);
        if (topic == null) throw PublishTargets.unknown(name);
        return topic;
    }

    private static String name(RoutingContext context) {
        String name = context.pathParam("topic");
        TopicName.check(name);
        return name;
    }

    /** The topic's name from the path, if clients may create, change and delete that topic. */
    private static String ownName(RoutingContext context) {
        String name = context.pathParam("topic");
        TopicName.checkOwnedByClients(name);
        return name;
    }
}
