/**
 * The vocabulary of consumer groups, for those who ask and for the parts of the core: commands and what they answer,
 * what a group of either type shows of itself, records, deadlines, memory.
 *
 * <p>The pure core of one partition of {@code __consumer_offsets} is in the packages below: {@code groups.coordinator}
 * dispatches each command to {@code groups.classic} for the protocol in which a member computes the assignment, to
 * {@code groups.consumer} for that in which the server does (KIP-848), to {@code groups.offsets} for committed offsets,
 * which do not depend on the type of group. This package knows none of them.
 *
 * <p>Durable state is changed by records only (Kafka's own schemas, made by kafka-clients' generator); pending requests
 * do not survive a restart. Time, random ids and the cluster image are arguments. Owned by the storage shard that owns
 * the partition; no class here uses a file, a socket or a clock.
 */
package io.letterbox.groups;
