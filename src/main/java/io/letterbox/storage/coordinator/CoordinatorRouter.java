package io.letterbox.storage.coordinator;

import io.letterbox.bus.Metadata;
import io.letterbox.bus.Partitions;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import io.letterbox.text.FileTrouble;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Sends requests to the coordinators of one internal topic, and makes the topic for the first request. Safe from any
 * thread.
 */
public class CoordinatorRouter {
    /** Small segments are compacted soon, so that a replay at the next start has little to read. */
    private static final Map<String, String> CONFIG = Map.of("cleanup.policy", "compact", "segment.bytes", "104857600");

    private final VertxInternal vertx;
    private final Metadata metadata;
    private final Partitions partitions;
    private final InternalTopic topic;

    /**
     * The specification of an internal topic.
     *
     * @param name its name
     * @param partitions how many partitions
     */
    record InternalTopic(String name, int partitions) {}

    /** @param partitions sends requests to the topic's partitions */
    CoordinatorRouter(Vertx vertx, Metadata metadata, Partitions partitions, InternalTopic topic) {
        this.vertx = (VertxInternal) vertx;
        this.metadata = metadata;
        this.partitions = partitions;
        this.topic = topic;
    }

    /**
     * The partition whose coordinator is responsible for a key, by Kafka's hash. The topic exists when the future
     * completes.
     */
    public Future<TopicPartition> coordinatorOf(String key) {
        return existing().map(image -> partitionOf(key, image));
    }

    private static TopicPartition partitionOf(String key, TopicImage image) {
        // As Kafka's Utils.abs: drops the sign bit, because Math.abs leaves the smallest int negative.
        int number = (key.hashCode() & 0x7fffffff) % image.partitions().size();
        return new TopicPartition(image.name(), number);
    }

    private Future<TopicImage> existing() {
        TopicImage known = known();
        if (known != null) return vertx.getOrCreateContext().succeededFuture(known);
        Command create = new Command.CreateTopic(
                topic.name(),
                UUID.randomUUID(),
                topic.partitions(),
                Command.CreateTopic.DEFAULT_REPLICATION_FACTOR,
                CONFIG);
        return metadata.propose(create).transform(outcome -> known(outcome.cause()));
    }

    /** The topic's image after an attempt to make it; also if another request has made it in the meantime. */
    private Future<TopicImage> known(Throwable failure) {
        TopicImage made = known();
        if (made != null) return Future.succeededFuture(made);
        return Future.failedFuture(new ApiException(
                ErrorCode.COORDINATOR_NOT_AVAILABLE,
                topic.name() + " cannot be made" + (failure == null ? "." : ": " + FileTrouble.reason(failure))));
    }

    private TopicImage known() {
        return metadata.image().topics().get(topic.name());
    }

    /** Asks the coordinator of the command's key. The future completes on the caller's context. */
    public <R> Future<R> ask(CoordinatorCommand<R> command) {
        TopicImage known = known();
        if (known != null) return partitions.ask(partitionOf(command.key(), known), command);
        return existing().compose(image -> partitions.ask(partitionOf(command.key(), image), command));
    }

    /** Asks all coordinators; the result is empty if the topic does not exist. */
    public <R> Future<List<R>> askAll(CoordinatorCommand<R> command) {
        TopicImage known = known();
        if (known == null) return vertx.getOrCreateContext().succeededFuture(List.of());
        List<Future<R>> answers = new ArrayList<>();
        for (int number = 0; number < known.partitions().size(); number++) {
            answers.add(partitions.ask(new TopicPartition(topic.name(), number), command));
        }
        return Future.all(answers).map(all -> all.<R>list());
    }
}
