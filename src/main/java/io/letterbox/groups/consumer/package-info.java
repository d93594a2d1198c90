/**
 * Consumer groups whose assignment the server decides (KIP-848): members, subscriptions, target assignments, and the
 * reconciliation of each member's assignment with its target, in which a partition never has two owners.
 *
 * <p>Owned by the storage shard that owns the group's partition of {@code __consumer_offsets}. State changes by
 * {@link io.letterbox.groups.consumer.ConsumerEvent}s only, which are the records of that topic; only deadlines do not
 * survive a restart. No class here uses a clock or draws a random number.
 */
package io.letterbox.groups.consumer;
