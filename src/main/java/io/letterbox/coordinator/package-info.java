/**
 * The common interfaces of coordinators (of groups, of transactions): each is the pure core of one partition of an
 * internal topic, whose records are its durable state. A core decides what to write and what to answer; the shell in
 * {@code storage.coordinator} appends, replays, sets timers and completes promises.
 *
 * <p>A core is owned by the storage shard that owns its partition and is called on that thread only. No class here uses
 * a file, a socket or a clock.
 */
package io.letterbox.coordinator;
