/**
 * The shell round the pure coordinators: one {@link io.letterbox.coordinator.Coordinator} for each partition of an
 * internal topic that this node leads. It replays the partition, hands questions in, appends what the core writes, lets
 * answers go when that is committed, and keeps one timer per core.
 *
 * <p>Everything of a shard's coordinators belongs to the shard's worker thread; only
 * {@link io.letterbox.storage.coordinator.CoordinatorRouter}, the way there, is safe from any thread. Nothing here knows
 * what is coordinated.
 */
package io.letterbox.storage.coordinator;
