package io.letterbox.metadata;

/**
 * The result of applying a command.
 *
 * @param image the image after it; the same object if the command was refused
 * @param reply the answer to the proposer
 */
public record Transition(ClusterImage image, Reply reply) {}
