/**
 * The shell around the pure coordinators: one {@link io.letterbox.coordinator.Coordinator} for each partition of an
 * internal topic that this node leads. It replays the partition, hands requests to the core, appends the records that
 * the core writes, releases answers when those are committed, and keeps one timer per core.
 *
 * <p>Everything of a shard's coordinators belongs to the shard's worker thread; only
 * {@link io.letterbox.storage.coordinator.CoordinatorRouter}, the client side, is safe from any thread. Nothing in this
 * package knows what is coordinated.
 */
package io.letterbox.storage.coordinator;
