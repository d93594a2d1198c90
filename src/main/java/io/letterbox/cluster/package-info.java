/**
 * The other nodes of a cluster: who is there, and requests from node to node.
 *
 * <p>{@link io.letterbox.cluster.Peers} is the port that everything else uses; it knows neither sockets nor Hazelcast.
 * Which node is there is told by what answers, and is a hint: nothing that an acknowledgement rests on believes it.
 * Without {@code cluster.enabled} no class of this package is loaded.
 */
package io.letterbox.cluster;
