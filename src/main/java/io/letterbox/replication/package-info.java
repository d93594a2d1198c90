/**
 * The replica core of one partition, which decides when a record is committed; without I/O.
 *
 * <p>A replica is owned by the storage shard that owns its partition and is called on that thread only. It never uses a
 * file, a socket or a clock; events go in, actions come out.
 */
package io.letterbox.replication;
