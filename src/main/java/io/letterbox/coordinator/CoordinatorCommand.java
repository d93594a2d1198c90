package io.letterbox.coordinator;

/**
 * A question to a coordinator.
 *
 * @param <R> the answer; protocol errors are part of it, as in the Kafka protocol's responses
 */
public interface CoordinatorCommand<R> {
    /** What is coordinated: a group id or a transactional id. It decides which partition is asked. */
    String key();
}
