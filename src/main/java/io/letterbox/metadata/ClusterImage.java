package io.letterbox.metadata;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Everything the cluster has agreed on at one point of the metadata log. Immutable.
 *
 * @param version how many commands have been applied; grows by one with each
 * @param clusterId made once, at the first start
 * @param nodes the nodes by id
 * @param shards the shards in order of their ids; made at the first start, empty before
 * @param topics the topics by name, in order of name
 * @param deleted names by incarnation of topics that were deleted and whose files may still be there, oldest first; of
 *     files that belong to no topic only these may be deleted, since metadata may also have been lost
 * @param settings what was set for nodes and groups while the server ran, texts by key; owners without any are not in it
 */
public record ClusterImage(
        long version,
        String clusterId,
        Map<Integer, NodeImage> nodes,
        List<ShardImage> shards,
        SortedMap<String, TopicImage> topics,
        Map<UUID, String> deleted,
        SortedMap<SettingsOwner, SortedMap<String, String>> settings) {

    /** No more deletions are remembered than this: a start warns of older ones' files, and leaves them alone. */
    static final int MAX_DELETED = 10_000;

    /** One in which no topic was deleted, and nothing was set but for topics. */
    public ClusterImage(
            long version, String clusterId, Map<Integer, NodeImage> nodes, SortedMap<String, TopicImage> topics) {
        this(version, clusterId, nodes, List.of(), topics, Map.of(), Collections.emptySortedMap());
    }

    /** One in which nothing was set but for topics. */
    public ClusterImage(
            long version,
            String clusterId,
            Map<Integer, NodeImage> nodes,
            SortedMap<String, TopicImage> topics,
            Map<UUID, String> deleted) {
        this(version, clusterId, nodes, List.of(), topics, deleted, Collections.emptySortedMap());
    }

    /** The same with shards. */
    ClusterImage withShards(List<ShardImage> made) {
        return new ClusterImage(version, clusterId, nodes, List.copyOf(made), topics, deleted, settings);
    }

    /** The same with other settings of nodes and groups. */
    public ClusterImage withSettings(SortedMap<SettingsOwner, SortedMap<String, String>> changed) {
        return new ClusterImage(
                version, clusterId, nodes, shards, topics, deleted, Collections.unmodifiableSortedMap(changed));
    }

    /** What was set for one owner; empty where nothing was. */
    public SortedMap<String, String> settings(SettingsOwner owner) {
        return settings.getOrDefault(owner, Collections.emptySortedMap());
    }

    /**
     * Eight hexadecimal digits that two nodes compare to know whether they agree. Equal images have equal digests;
     * what a node adds from its own settings, the defaults of topics, does not count.
     */
    public String digest() {
        CRC32C crc = new CRC32C();
        crc.update(MetadataCodec.encode(this));
        return String.format("%08x", crc.getValue());
    }
}
