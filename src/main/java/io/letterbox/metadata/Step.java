package io.letterbox.metadata;

/**
 * What a command led to.
 *
 * @param image the image after it; the very same object where the command was refused
 * @param reply what to tell whoever proposed it
 */
public record Step(ClusterImage image, Reply reply) {}
