/**
 * Consumer groups: the pure core of one partition of {@code __consumer_offsets}.
 * {@link io.letterbox.groups.GroupCoordinator} dispatches each command: to {@code groups.classic} for the protocol in
 * which a member computes the assignment, to {@code groups.consumer} for that in which the server does (KIP-848), to
 * {@code groups.offsets} for committed offsets, which do not depend on the type of group.
 *
 * <p>Durable state is changed by records only (Kafka's own schemas, made by kafka-clients' generator); pending requests
 * do not survive a restart. Time, random ids and the cluster image are arguments. Owned by the storage shard that owns
 * the partition; no class here uses a file, a socket or a clock.
 */
package io.letterbox.groups;
