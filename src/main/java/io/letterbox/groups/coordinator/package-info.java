/**
 * The coordinator of consumer groups: the pure core of one partition of {@code __consumer_offsets}, put together from
 * {@code groups.classic}, {@code groups.consumer} and {@code groups.offsets}. Owned by the storage shard that owns the
 * partition.
 */
package io.letterbox.groups.coordinator;
