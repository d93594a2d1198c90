package io.letterbox.ingress.http;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.TopicImage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** The topics that this event loop publishes to, looked up once, and created where the settings allow it. Owned by it. */
final class PublishTargets {
    private static final int REPLICATION_FACTOR = 1;

    /** How often and how long to look for a topic that somebody else is creating at the same time. */
    private static final long LOOK_AGAIN_MS = 5;

    private static final int MAX_LOOKS = 400;

    private final Backend backend;
    private final Vertx vertx;
    private final Map<String, PublishTarget> targets = new HashMap<>();
    private final Map<String, Future<PublishTarget>> creating = new HashMap<>();
    private ClusterImage known;

    PublishTargets(Backend backend, Vertx vertx) {
        this.backend = backend;
        this.vertx = vertx;
    }

    /** The target for a topic, or null where there is no such topic. */
    PublishTarget find(String topic) {
        ClusterImage image = backend.metadata().image();
        if (image != known) {
            known = image;
            targets.clear();
        }
        PublishTarget target = targets.get(topic);
        return target != null ? target : open(image.topics().get(topic));
    }

    private PublishTarget open(TopicImage topic) {
        if (topic == null) return null;
        // Loops begin at different partitions, so that together they use all of them.
        int start = System.identityHashCode(this);
        PublishTarget target = new PublishTarget(topic, backend.meters().topic(topic.name()), backend.shards(), start);
        targets.put(topic.name(), target);
        return target;
    }

    /** Whether a publish may bring a topic into being. */
    boolean createsTopics() {
        return backend.config().topics().autoCreate();
    }

    /** Makes a topic with the server's defaults; requests that come meanwhile wait for the same creation. */
    Future<PublishTarget> create(String topic) {
        Future<PublishTarget> running = creating.get(topic);
        if (running != null) return running;
        Command command = new Command.CreateTopic(
                topic, UUID.randomUUID(), backend.config().topics().partitions(), REPLICATION_FACTOR, Map.of());
        Promise<PublishTarget> promise = Promise.promise();
        creating.put(topic, promise.future());
        promise.future().onComplete(done -> creating.remove(topic));
        backend.metadata()
                .propose(command)
                .onSuccess(applied -> awaitTarget(topic, MAX_LOOKS, promise))
                .onFailure(failure -> {
                    // Another loop or node was faster, which is as good.
                    if (isExists(failure)) awaitTarget(topic, MAX_LOOKS, promise);
                    else promise.fail(failure);
                });
        return promise.future();
    }

    private void awaitTarget(String topic, int looks, Promise<PublishTarget> promise) {
        PublishTarget target = find(topic);
        if (target != null) {
            promise.complete(target);
        } else if (looks == 0) {
            promise.fail(unknown(topic));
        } else {
            vertx.setTimer(LOOK_AGAIN_MS, again -> awaitTarget(topic, looks - 1, promise));
        }
    }

    private static boolean isExists(Throwable failure) {
        return failure instanceof ApiException refusal && refusal.code() == ErrorCode.TOPIC_EXISTS;
    }

    /** The refusal of a topic that does not exist. */
    static ApiException unknown(String topic) {
        return new ApiException(ErrorCode.UNKNOWN_TOPIC, "There is no topic " + topic + ".");
    }
}
