/**
 * What a shard and the log that its nodes share expect of each other: {@link
 * io.letterbox.storage.replica.ReplicatedLog} is what a shard calls, {@link io.letterbox.storage.replica.ShardReplica}
 * what it is told. Interfaces and values only; who implements the log knows nothing of storage but this package.
 */
package io.letterbox.storage.replica;
