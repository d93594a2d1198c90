/**
 * The clustered event bus, found together by Hazelcast: the only place that knows Hazelcast and Vert.x' cluster.
 *
 * <p>It is a second Vert.x, with an event loop and workers of its own, built in the background and closed last. Nothing
 * waits for it, and nothing believes it: while it is away, requests go over {@code cluster.port}. Its failures are
 * silent by nature, so it counts as a way to a peer only while that answers pings there.
 */
package io.letterbox.cluster.hazelcast;
