/**
 * Raft, by Apache Ratis: what a cluster agrees on, and the entries of replicated shards. The only package that knows
 * Ratis; others see {@link io.letterbox.metadata.MetadataLog} and {@link
 * io.letterbox.storage.replica.ReplicatedLog}.
 *
 * <p>A process has one {@link io.letterbox.cluster.raft.RaftNode}, and a group in it for the metadata and for each
 * shard that it hosts. Ratis calls state machines on threads of its own, some of them while it holds the lock of the
 * group: what is called so leaves at once, and closes nothing.
 */
package io.letterbox.cluster.raft;
