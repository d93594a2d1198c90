package io.letterbox.bus;

import io.letterbox.access.Principal;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.List;

/**
 * Access to the coordinators of groups and transactional ids: callers know neither shards nor nodes. Each partition of
 * an internal topic has a coordinator on its leader; a command names the topic, and its key decides the partition. An
 * internal topic is made when it is first needed. Safe from any thread; futures complete on the caller's context.
 *
 * <p>A coordinator's refusals are part of its answers. A future fails, with an
 * {@link io.letterbox.error.ApiException}, only if no coordinator answers, and its error is one after which Kafka's
 * clients find the coordinator again and retry: {@code NOT_COORDINATOR}, {@code COORDINATOR_LOADING} or
 * {@code COORDINATOR_NOT_AVAILABLE}. The last is also the error if another node has not answered within the command's
 * {@link CoordinatorCommand#deadlineMs}; the command may have been carried out then.
 */
public interface Coordinators {
    /**
     * Asks the coordinator of the command's key.
     *
     * @param principal the client's principal
     */
    <R> Future<R> ask(CoordinatorCommand<R> command, Principal principal);

    /**
     * The coordinators of this node. They refuse with {@code NOT_COORDINATOR} what another node coordinates, where this
     * interface asks there. A single node has all of them.
     */
    default Coordinators local() {
        return this;
    }

    /**
     * Asks every coordinator, for lists. The command's key is ignored. The result is empty if the internal
     * topic does not exist.
     *
     * @param principal the client's principal
     */
    <R> Future<List<R>> askAll(CoordinatorCommand<R> command, Principal principal);

    /**
     * The partition that a key belongs to, by Kafka's hash; its leader is the coordinator. The topic exists when the
     * future completes.
     *
     * @param topic the internal topic
     * @param key a group id or a transactional id
     */
    Future<TopicPartition> coordinatorOf(String topic, String key);

    /**
     * Whether a key's coordinator is in this process, so that a request costs next to nothing. On a single node every
     * one is.
     */
    default boolean isNear(String topic, String key) {
        return true;
    }
}
