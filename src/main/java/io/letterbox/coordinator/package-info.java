/**
 * What coordinators (of groups, of transactions) have in common: each is the pure core of one partition of an internal
 * topic, whose records are its durable state. A core decides what to write and what to answer; the shell in
 * {@code storage} appends, replays, keeps time and keeps promises.
 *
 * <p>A core is owned by the storage shard that owns its partition and is called on that thread only. Nothing here
 * touches a file, a socket or a clock.
 */
package io.letterbox.coordinator;
