package io.letterbox.metadata;

/**
 * One node of the cluster.
 *
 * @param id the node's number, from {@code node.id}
 * @param httpHost where its HTTP door listens
 * @param httpPort where its HTTP door listens
 * @param fenced true while the node may not lead
 */
public record NodeImage(int id, String httpHost, int httpPort, boolean fenced) {}
