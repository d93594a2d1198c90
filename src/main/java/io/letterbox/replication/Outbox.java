package io.letterbox.replication;

/** Receives the outputs of a step, in order. */
@FunctionalInterface
public interface Outbox {
    void emit(Output output);
}
