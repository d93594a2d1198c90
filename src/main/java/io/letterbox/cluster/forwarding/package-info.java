/**
 * The way to partitions that other nodes lead: every node takes what clients publish and ask for over HTTP, and hands
 * it to the partition's leader.
 *
 * <ul>
 *   <li>{@link io.letterbox.cluster.forwarding.ClusterPartitions} is the port of the doors; what this node leads goes
 *       to its own shards;
 *   <li>{@code PublishLane} is pure: it repeats a batch under its producer id and sequence number until it is answered,
 *       and keeps the order of a partition;
 *   <li>{@code ForwardedRequests} answers other nodes;
 *   <li>{@code ForwardingCodec} and {@code ValueCodec} are what is on the wire.
 * </ul>
 *
 * <p>A lane belongs to the event loop that publishes; everything else is safe from any thread.
 */
package io.letterbox.cluster.forwarding;
