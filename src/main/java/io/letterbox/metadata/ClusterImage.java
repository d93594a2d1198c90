package io.letterbox.metadata;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.UUID;
import java.util.zip.CRC32C;

/** Everything the cluster has agreed on at one point of the metadata log. Immutable. */
public final class ClusterImage {
    /** The limit for remembered deletions; a start warns of the files of older ones, and leaves them alone. */
    static final int MAX_DELETED = 10_000;

    private final long version;
    private final String clusterId;
    private final Map<Integer, NodeImage> nodes;
    private final List<ShardImage> shards;
    private final SortedMap<String, TopicImage> topics;
    private final Map<UUID, String> deleted;
    private final SortedMap<SettingsOwner, SortedMap<String, String>> settings;

    /** What was agreed on, where leaders were put over it; else null. */
    private final ClusterImage agreed;

    /** The topics by id; made by the first call of {@link #topic}, because many images are never asked. */
    private volatile Map<UUID, TopicImage> topicsById;

    /**
     * @param version how many commands have been applied; grows by one with each
     * @param clusterId the cluster's id, made at the first start
     * @param nodes the nodes by id
     * @param shards the shards in order of their ids; made at the first start
     * @param topics the topics by name, in order of name
     * @param deleted the names, by incarnation, of deleted topics whose files may still exist, oldest first. Files that
     *     belong to no topic may be deleted only if they are of one of these, because metadata may also have been lost
     * @param settings the settings of nodes and groups that were changed at runtime, texts by key; owners without any
     *     are not in it
     */
    public ClusterImage(
            long version,
            String clusterId,
            Map<Integer, NodeImage> nodes,
            List<ShardImage> shards,
            SortedMap<String, TopicImage> topics,
            Map<UUID, String> deleted,
            SortedMap<SettingsOwner, SortedMap<String, String>> settings) {
        this(version, clusterId, nodes, shards, topics, deleted, settings, null);
    }

    private ClusterImage(
            long version,
            String clusterId,
            Map<Integer, NodeImage> nodes,
            List<ShardImage> shards,
            SortedMap<String, TopicImage> topics,
            Map<UUID, String> deleted,
            SortedMap<SettingsOwner, SortedMap<String, String>> settings,
            ClusterImage agreed) {
        this.version = version;
        this.clusterId = clusterId;
        this.nodes = nodes;
        this.shards = shards;
        this.topics = topics;
        this.deleted = deleted;
        this.settings = settings;
        this.agreed = agreed;
    }

    /** An image without deleted topics, and without settings of nodes and groups. */
    public ClusterImage(
            long version, String clusterId, Map<Integer, NodeImage> nodes, SortedMap<String, TopicImage> topics) {
        this(version, clusterId, nodes, List.of(), topics, Map.of(), Collections.emptySortedMap());
    }

    /** An image without settings of nodes and groups. */
    public ClusterImage(
            long version,
            String clusterId,
            Map<Integer, NodeImage> nodes,
            SortedMap<String, TopicImage> topics,
            Map<UUID, String> deleted) {
        this(version, clusterId, nodes, List.of(), topics, deleted, Collections.emptySortedMap());
    }

    /** How many commands have been applied; grows by one with each. */
    public long version() {
        return version;
    }

    /** Made once, at the first start. */
    public String clusterId() {
        return clusterId;
    }

    /** The nodes by id. */
    public Map<Integer, NodeImage> nodes() {
        return nodes;
    }

    /** The shards in order of their ids; made at the first start, empty before. */
    public List<ShardImage> shards() {
        return shards;
    }

    /** The shard with a number, or null if there is none. */
    public ShardImage shard(int id) {
        return id >= 0 && id < shards.size() ? shards.get(id) : null;
    }

    /** How many replicas topics get that do not say. */
    public int defaultReplicationFactor() {
        int most = 0;
        for (ShardImage shard : shards) {
            int replicas = shard.replicas().size();
            if (shard.isReplicated() && replicas <= ReplicaPlacement.USUAL_FACTOR) most = Math.max(most, replicas);
        }
        return most == 0 ? Command.CreateTopic.DEFAULT_REPLICATION_FACTOR : most;
    }

    /** The topics by name, in order of name. */
    public SortedMap<String, TopicImage> topics() {
        return topics;
    }

    /** The topic with an id, or null if there is none. */
    public TopicImage topic(UUID id) {
        Map<UUID, TopicImage> byId = topicsById;
        if (byId == null) {
            byId = new HashMap<>();
            for (TopicImage topic : topics.values()) byId.put(topic.id(), topic);
            topicsById = byId;
        }
        return byId.get(id);
    }

    /** Names by incarnation of topics that were deleted and whose files may still be there, oldest first. */
    public Map<UUID, String> deleted() {
        return deleted;
    }

    /** What was set for nodes and groups while the server ran, texts by key; owners without any are not in it. */
    public SortedMap<SettingsOwner, SortedMap<String, String>> settings() {
        return settings;
    }

    /** This image with shards. */
    ClusterImage withShards(List<ShardImage> made) {
        return new ClusterImage(version, clusterId, nodes, List.copyOf(made), topics, deleted, settings);
    }

    /** This image as the doors see it: topics whose partitions say who leads them now, and which nodes are gone. */
    ClusterImage withLeaders(SortedMap<String, TopicImage> led, Map<Integer, NodeImage> reached) {
        return new ClusterImage(version, clusterId, reached, shards, led, deleted, settings, this);
    }

    /** This image with other settings of nodes and groups. */
    public ClusterImage withSettings(SortedMap<SettingsOwner, SortedMap<String, String>> changed) {
        return new ClusterImage(
                version, clusterId, nodes, shards, topics, deleted, Collections.unmodifiableSortedMap(changed));
    }

    /** The settings of one owner; empty if it has none. */
    public SortedMap<String, String> settings(SettingsOwner owner) {
        return settings.getOrDefault(owner, Collections.emptySortedMap());
    }

    /**
     * Eight hexadecimal digits by which two nodes compare their images. Equal images have equal digests; the defaults
     * of topics, which each node takes from its own settings, do not count, and neither does who leads.
     */
    public String digest() {
        if (agreed != null) return agreed.digest();
        CRC32C crc = new CRC32C();
        crc.update(MetadataCodec.encode(this));
        return String.format("%08x", crc.getValue());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClusterImage image
                && version == image.version
                && Objects.equals(clusterId, image.clusterId)
                && nodes.equals(image.nodes)
                && shards.equals(image.shards)
                && topics.equals(image.topics)
                && deleted.equals(image.deleted)
                && settings.equals(image.settings);
    }

    @Override
    public int hashCode() {
        return Objects.hash(version, clusterId);
    }

    @Override
    public String toString() {
        return "ClusterImage[version=" + version + ", clusterId=" + clusterId + ", nodes=" + nodes + ", shards="
                + shards + ", topics=" + topics + ", deleted=" + deleted + ", settings=" + settings + "]";
    }
}
