/**
 * Consumer groups: the pure core of one partition of {@code __consumer_offsets}. {@link io.letterbox.groups.GroupCoordinator}
 * hands each question to who knows the answer: {@code groups.classic} for the protocol in which a member computes the
 * assignment, {@code groups.consumer} for that in which the server does (KIP-848), {@code groups.offsets} for what is
 * committed, which does not depend on the kind of group.
 *
 * <p>What survives a restart is changed by records only (Kafka's own schemas, made by kafka-clients' generator); who
 * waits for what does not survive. Time, chance and the cluster's image are arguments. Owned by the storage shard that
 * owns the partition; nothing here touches a file, a socket or a clock.
 */
package io.letterbox.groups;
