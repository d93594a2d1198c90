package io.letterbox.rest;

import io.letterbox.audit.Actor;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.ingress.AutoCreation;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.TopicImage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** The topics that this event loop publishes to, looked up once, and created where the settings allow it. Owned by it. */
final class PublishTargets {
    private final Backend backend;
    private final Map<String, PublishTarget> targets = new HashMap<>();
    private final Map<String, Future<PublishTarget>> creating = new HashMap<>();
    private final AutoCreation creation;
    private ClusterImage known;

    PublishTargets(Backend backend) {
        this.backend = backend;
        this.creation = new AutoCreation(backend.config().topics().autoCreatePerMinute(), System::nanoTime);
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
        PublishTarget target = new PublishTarget(topic, backend.meters().topic(topic.name()), start);
        targets.put(topic.name(), target);
        return target;
    }

    /** Whether a publish may bring a topic into being. */
    boolean createsTopics() {
        return backend.config().topics().autoCreate();
    }

    /** Makes a topic with the server's defaults; requests that come meanwhile wait for the same creation. */
    Future<PublishTarget> create(String topic, Actor by) {
        Future<PublishTarget> running = creating.get(topic);
        if (running != null) return running;
        if (!creation.tryOne()) return Future.failedFuture(tooMany());
        Command command = new Command.CreateTopic(
                topic,
                UUID.randomUUID(),
                backend.config().topics().partitions(),
                Command.CreateTopic.DEFAULT_REPLICATION_FACTOR,
                Map.of());
        Promise<PublishTarget> promise = Promise.promise();
        creating.put(topic, promise.future());
        promise.future().onComplete(done -> creating.remove(topic));
        backend.metadata()
                .propose(command, by.because("because it published to it"))
                .onSuccess(applied -> give(topic, promise))
                .onFailure(failure -> {
                    // Another loop or node was faster, which is as good.
                    if (isExists(failure)) give(topic, promise);
                    else promise.fail(failure);
                });
        return promise.future();
    }

    /** Whoever is answered sees the image that the answer was given with; only a deletion can have come in between. */
    private void give(String topic, Promise<PublishTarget> promise) {
        PublishTarget target = find(topic);
        if (target != null) promise.complete(target);
        else promise.fail(unknown(topic));
    }

    private static boolean isExists(Throwable failure) {
        return failure instanceof ApiException refusal && refusal.code() == ErrorCode.TOPIC_EXISTS;
    }

    private ApiException tooMany() {
        return new ApiException(
                ErrorCode.TOO_MANY_REQUESTS,
                "So many topics were created by their first use (topics.autoCreatePerMinute is "
                        + backend.config().topics().autoCreatePerMinute()
                        + ") that no other may be now. Create it, or try again later.");
    }

    /** The refusal of a topic that does not exist. */
    static ApiException unknown(String topic) {
        return new ApiException(ErrorCode.UNKNOWN_TOPIC, "There is no topic " + topic + ".");
    }
}
