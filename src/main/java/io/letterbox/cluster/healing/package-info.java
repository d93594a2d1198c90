/**
 * How a cluster gets replicas back that are damaged, too far behind, or were on a disk that is lost: {@link
 * io.letterbox.cluster.healing.Healing} says to the controller which members a group shall have next, {@link
 * io.letterbox.cluster.healing.ReplicaRepair} says to a node what to do with its own replica of a shard. Both go by
 * what is so, not by what was done before, so either may end at any moment and another one goes on. Pure.
 */
package io.letterbox.cluster.healing;
