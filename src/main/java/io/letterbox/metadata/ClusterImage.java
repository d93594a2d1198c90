package io.letterbox.metadata;

import java.util.Map;
import java.util.SortedMap;
import java.util.zip.CRC32C;

/**
 * Everything the cluster has agreed on at one point of the metadata log. Immutable.
 *
 * @param version how many commands have been applied; grows by one with each
 * @param clusterId made once, at the first start
 * @param nodes the nodes by id
 * @param topics the topics by name, in order of name
 */
public record ClusterImage(
        long version, String clusterId, Map<Integer, NodeImage> nodes, SortedMap<String, TopicImage> topics) {

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
