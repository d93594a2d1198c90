package io.letterbox.metadata;

import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** A change that somebody wants made. Conditions are checked when it is applied, not when it is proposed. */
public sealed interface Command {
    /** Makes a topic known under a new incarnation. */
    record CreateTopic(String name, UUID id, int partitions, int replicationFactor, Map<String, String> config)
            implements Command {
        /** Of topics that are made without saying how many replicas they want. */
        public static final int DEFAULT_REPLICATION_FACTOR = 1;
    }

    /**
     * Gives the cluster its shards, once and for all, and every partition that is there already a place in one of them.
     *
     * @param node the only node, which holds all of them
     * @param count how many shards there shall be
     */
    record CreateShards(int node, int count) implements Command {
        /** No more than this can be made. */
        public static final int MAX_COUNT = 64;
    }

    /** Sets some of a topic's settings and returns others to their defaults. */
    record AlterTopic(String name, Map<String, String> set, Set<String> unset) implements Command {}

    /** Sets some of the settings of a node, of all nodes or of a group, and returns others to what applies without. */
    record AlterSettings(SettingsOwner owner, Map<String, String> set, Set<String> unset) implements Command {}

    /** Raises the number of a topic's partitions. */
    record AddPartitions(String name, int total) implements Command {}

    /** Removes a topic and its records. */
    record DeleteTopic(String name) implements Command {}

    /** Nothing of these deleted topics' files is there any more. */
    record ForgetDeleted(Set<UUID> ids) implements Command {}

    /** A node reports where it can be reached, at its start. */
    record RegisterNode(int id, Endpoint http, Endpoint kafka) implements Command {}

    /**
     * Somebody needs producer ids. Nothing changes but the image's version, which no other command leads to: that is
     * what the ids are made from.
     */
    record TakeProducerIds() implements Command {}
}
