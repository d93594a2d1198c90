package io.letterbox.coordinator;

/**
 * A command for a coordinator.
 *
 * @param <R> the type of its answer; protocol errors are part of it, as in the Kafka protocol's responses
 */
public interface CoordinatorCommand<R> {
    /** The group id or transactional id, which decides the partition whose coordinator is asked. */
    String key();
}
