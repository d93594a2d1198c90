package io.letterbox.cluster;

import io.letterbox.metadata.Endpoint;

/**
 * Where the doors of one node are, as the other nodes are told.
 *
 * @param cluster {@code cluster.port}: probes, and requests that need no event bus
 * @param raft {@code cluster.raftPort}
 * @param bus {@code cluster.busPort}: the clustered event bus
 * @param discovery {@code cluster.discoveryPort}: Hazelcast
 * @param http the HTTP door
 * @param kafka the Kafka door; {@link Endpoint#NONE} where there is none
 */
public record NodeAddresses(
        Endpoint cluster, Endpoint raft, Endpoint bus, Endpoint discovery, Endpoint http, Endpoint kafka) {}
