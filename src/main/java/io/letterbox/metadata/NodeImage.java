package io.letterbox.metadata;

/**
 * One node of the cluster.
 *
 * @param id the node's number, from {@code node.id}
 * @param http where its HTTP door listens
 * @param kafka what its Kafka door is advertised as; {@link Endpoint#NONE} where it has none
 * @param fenced true while the node may not lead
 * @param epoch the version of the image in which the node registered at its last start, so each start has a greater
 *     one; 0 if an older server wrote the image
 */
public record NodeImage(int id, Endpoint http, Endpoint kafka, boolean fenced, long epoch) {}
