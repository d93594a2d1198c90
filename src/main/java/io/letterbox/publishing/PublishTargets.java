package io.letterbox.publishing;

import io.letterbox.audit.Actor;
import io.letterbox.bus.Metadata;
import io.letterbox.config.TopicsConfig;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.Command;
import io.letterbox.telemetry.Meters;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** The topics that this event loop publishes to, looked up once, and created if the settings allow it. Owned by it. */
public final class PublishTargets {
    private final Metadata metadata;
    private final TopicsConfig config;
    private final TopicHandles<PublishTarget> targets;
    private final Map<String, Future<PublishTarget>> creating = new HashMap<>();
    private final AutoCreation creation;

    /** @param config whether topics are created, and how many */
    public PublishTargets(Metadata metadata, TopicsConfig config, Meters meters) {
        this.metadata = metadata;
        this.config = config;
        // Event loops begin at different partitions, so that together they use all of them.
        int start = System.identityHashCode(this);
        this.targets =
                new TopicHandles<>(metadata, topic -> new PublishTarget(topic, meters.topic(topic.name()), start));
        this.creation = new AutoCreation(config.autoCreatePerMinute(), System::nanoTime);
    }

    /** The target of a topic, or null if there is no such topic. */
    public PublishTarget find(String topic) {
        return targets.find(topic);
    }

    /** Whether a publish may create a topic. */
    public boolean createsTopics() {
        return config.autoCreate();
    }

    /** Creates a topic with the server's defaults; requests that come meanwhile wait for the same creation. */
    public Future<PublishTarget> create(String topic, Actor by) {
        Future<PublishTarget> running = creating.get(topic);
        if (running != null) return running;
        if (!creation.tryOne()) return Future.failedFuture(tooMany());
        Command command = new Command.CreateTopic(
                topic, UUID.randomUUID(), config.partitions(), metadata.image().defaultReplicationFactor(), Map.of());
        Promise<PublishTarget> promise = Promise.promise();
        creating.put(topic, promise.future());
        promise.future().onComplete(done -> creating.remove(topic));
        metadata.propose(command, by.because("because it published to it"))
                .onSuccess(applied -> complete(topic, promise))
                .onFailure(failure -> {
                    // Another event loop or node has created it first, which is just as good.
                    if (isExists(failure)) {
                        metadata.newest()
                                .onSuccess(shown -> complete(topic, promise))
                                .onFailure(promise::fail);
                    } else {
                        promise.fail(failure);
                    }
                });
        return promise.future();
    }

    /**
     * Completes with the target. The image with the topic is visible before the creation is answered, so only a
     * deletion can have removed it.
     */
    private void complete(String topic, Promise<PublishTarget> promise) {
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
                        + config.autoCreatePerMinute()
                        + ") that no other may be now. Create it, or try again later.");
    }

    /** The error for a topic that does not exist. */
    public static ApiException unknown(String topic) {
        return new ApiException(ErrorCode.UNKNOWN_TOPIC, "There is no topic " + topic + ".");
    }
}
