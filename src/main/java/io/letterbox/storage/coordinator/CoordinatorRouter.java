package io.letterbox.storage.coordinator;

import io.letterbox.access.Principal;
import io.letterbox.bus.Coordinators;
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
import java.util.Optional;
import java.util.UUID;

/**
 * Finds the partition of an internal topic whose coordinator a command is for, and asks it through {@link Partitions}.
 * Makes the topic for the first request. Safe from any thread.
 */
public final class CoordinatorRouter implements Coordinators {
    /** Small segments are compacted soon, so that a replay at the next start has little to read. */
    private static final Map<String, String> CONFIG = Map.of("cleanup.policy", "compact", "segment.bytes", "104857600");

    private final VertxInternal vertx;
    private final Metadata metadata;
    private final Partitions partitions;
    private final Map<String, Integer> sizes;
    private final CoordinatorRouter local;

    /** True if other nodes have coordinators that this router does not ask. */
    private final boolean isPartOfCluster;

    /**
     * @param partitions sends requests to the topics' partitions
     * @param sizes the number of partitions of each internal topic, if it has to be made
     */
    public CoordinatorRouter(Vertx vertx, Metadata metadata, Partitions partitions, Map<String, Integer> sizes) {
        this.vertx = (VertxInternal) vertx;
        this.metadata = metadata;
        this.partitions = partitions;
        this.sizes = Map.copyOf(sizes);
        this.isPartOfCluster = false;
        boolean alone = partitions.local() == partitions;
        this.local = alone ? this : new CoordinatorRouter(this);
    }

    /** The coordinators of this node, out of all those of a cluster. */
    private CoordinatorRouter(CoordinatorRouter all) {
        this.vertx = all.vertx;
        this.metadata = all.metadata;
        this.partitions = all.partitions.local();
        this.sizes = all.sizes;
        this.isPartOfCluster = true;
        this.local = this;
    }

    @Override
    public Coordinators local() {
        return local;
    }

    @Override
    public boolean isNear(String topic, String key) {
        TopicImage known = known(topic);
        return known == null || partitions.isNear(partitionOf(key, known));
    }

    @Override
    public Future<TopicPartition> coordinatorOf(String topic, String key) {
        return existing(topic).map(image -> partitionOf(key, image));
    }

    private static TopicPartition partitionOf(String key, TopicImage image) {
        // As Kafka's Utils.abs: drops the sign bit, because Math.abs leaves the smallest int negative.
        int number = (key.hashCode() & 0x7fffffff) % image.partitions().size();
        return new TopicPartition(image.name(), number);
    }

    private Future<TopicImage> existing(String topic) {
        TopicImage known = known(topic);
        if (known != null) return vertx.getOrCreateContext().succeededFuture(known);
        Command create = new Command.CreateTopic(
                topic, UUID.randomUUID(), sizes.get(topic), metadata.image().defaultReplicationFactor(), CONFIG);
        return metadata.propose(create).transform(outcome -> known(topic, outcome.cause()));
    }

    /** The topic's image after an attempt to make it; also if another request has made it in the meantime. */
    private Future<TopicImage> known(String topic, Throwable failure) {
        TopicImage made = known(topic);
        if (made != null) return Future.succeededFuture(made);
        return Future.failedFuture(new ApiException(
                ErrorCode.COORDINATOR_NOT_AVAILABLE,
                topic + " cannot be made" + (failure == null ? "." : ": " + FileTrouble.reason(failure))));
    }

    private TopicImage known(String topic) {
        return metadata.image().topics().get(topic);
    }

    @Override
    public <R> Future<R> ask(CoordinatorCommand<R> command, Principal principal) {
        TopicImage known = known(command.topic());
        if (known != null) return partitions.ask(partitionOf(command.key(), known), command, principal);
        return existing(command.topic())
                .compose(image -> partitions.ask(partitionOf(command.key(), image), command, principal));
    }

    @Override
    public <R> Future<List<R>> askAll(CoordinatorCommand<R> command, Principal principal) {
        TopicImage known = known(command.topic());
        if (known == null) return vertx.getOrCreateContext().succeededFuture(List.of());
        List<Future<Optional<R>>> answers = new ArrayList<>();
        for (int number = 0; number < known.partitions().size(); number++) {
            answers.add(partitions
                    .ask(new TopicPartition(command.topic(), number), command, principal)
                    .map(Optional::ofNullable)
                    .recover(this::orNothing));
        }
        return Future.all(answers).map(all -> all.<Optional<R>>list().stream()
                .flatMap(Optional::stream)
                .toList());
    }

    /** A node that is asked for its own coordinators leaves out those that it does not have. */
    private <R> Future<Optional<R>> orNothing(Throwable failure) {
        boolean elsewhere = isPartOfCluster
                && failure instanceof ApiException refusal
                && (refusal.code() == ErrorCode.NOT_COORDINATOR || refusal.code() == ErrorCode.UNKNOWN_PARTITION);
        return elsewhere ? Future.succeededFuture(Optional.empty()) : Future.failedFuture(failure);
    }
}
