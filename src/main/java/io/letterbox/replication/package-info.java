/**
 * When a record counts as safe: the replica core of one partition, without input and output of its own.
 *
 * <p>A replica is owned by the storage shard that owns its partition and is called on that thread only. It never
 * touches a file, a socket or a clock; it is told what happened and says what follows.
 */
package io.letterbox.replication;
