package io.letterbox.metadata;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** A proposed change of the metadata. Its conditions are checked when it is applied, not when it is proposed. */
public sealed interface Command {
    /** Creates a topic with a new incarnation. */
    record CreateTopic(String name, UUID id, int partitions, int replicationFactor, Map<String, String> config)
            implements Command {
        /** The replication factor of topics that do not request one. */
        public static final int DEFAULT_REPLICATION_FACTOR = 1;
    }

    /**
     * Makes the shards of the cluster, once and for all, and assigns every existing partition to one of them.
     *
     * @param node the only node, which holds all of them
     * @param count the number of shards
     */
    record CreateShards(int node, int count) implements Command {
        /** The limit of shards. */
        public static final int MAX_COUNT = 64;
    }

    /**
     * Gives a cluster more shards whose journal is Raft's; they get the next numbers.
     *
     * @param replicas for each shard who holds it, the preferred leader first
     * @param leaderEpochBase of all of them
     */
    record CreateReplicatedShards(List<List<ReplicaId>> replicas, int leaderEpochBase) implements Command {
        /** A cluster has no more shards than this. */
        public static final int MAX_COUNT = 1_000;
    }

    /**
     * Gives a shard another replica in the place of one whose directory is gone for good.
     *
     * @param from a replica of the shard; where it is none any more, nothing changes
     * @param to on the same node, with the directory that it has now
     */
    record ReplaceReplica(int shard, ReplicaId from, ReplicaId to) implements Command {}

    /** Sets some of a topic's settings and returns others to their defaults. */
    record AlterTopic(String name, Map<String, String> set, Set<String> unset) implements Command {}

    /** Sets some of the settings of a node, of all nodes or of a group, and returns others to their defaults. */
    record AlterSettings(SettingsOwner owner, Map<String, String> set, Set<String> unset) implements Command {}

    /** Raises the number of a topic's partitions. */
    record AddPartitions(String name, int total) implements Command {}

    /** Removes a topic and its records. */
    record DeleteTopic(String name) implements Command {}

    /** Notes that the files of these deleted topics are gone. */
    record ForgetDeleted(Set<UUID> ids) implements Command {}

    /** Registers a node and its endpoints, at its start. */
    record RegisterNode(int id, Endpoint http, Endpoint kafka) implements Command {}

    /**
     * A node of a cluster reports where it can be reached, at its start. A directory that it has not had yet takes the
     * place of the one before, which may not come back.
     *
     * @param member without {@link MemberImage#former}, which the cluster knows
     */
    record RegisterMember(int id, Endpoint http, Endpoint kafka, MemberImage member) implements Command {}

    /**
     * Allocates a block of producer ids. Only the image's version changes; the block is derived from it, because no
     * other command leads to the same version.
     */
    record AllocateProducerIds() implements Command {}
}
