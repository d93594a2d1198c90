package io.letterbox.replication;

/** Takes what a step wants done, in order. */
@FunctionalInterface
public interface Outbox {
    void add(Output output);
}
