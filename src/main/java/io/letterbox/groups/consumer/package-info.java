/**
 * Consumer groups whose assignment the server decides (KIP-848): members, subscriptions, target assignments and how each
 * member gets from what it owns to what it should own, without two members ever owning one partition.
 *
 * <p>Owned by the storage shard that owns the group's partition of {@code __consumer_offsets}. State changes by
 * {@link io.letterbox.groups.consumer.ConsumerEvent}s only, which are the records of that topic; deadlines are the one
 * thing that does not survive a restart. Nothing here knows a clock, draws a random number or answers anybody: it decides
 * and leaves that to the coordinator round it.
 */
package io.letterbox.groups.consumer;
