/**
 * {@code cluster.port}: who a node is, and requests of other nodes that need no event bus.
 *
 * <p>Everything here belongs to one event loop, which {@link io.letterbox.cluster.port.ClusterPort} is given; what is
 * read from other threads is volatile or concurrent. It answers from the first moment of a start, long before there is
 * a cluster.
 */
package io.letterbox.cluster.port;
