package io.letterbox.cluster.raft;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.ratis.protocol.RaftGroupId;

/** The ids of a cluster's groups, which all nodes compute alike. */
final class RaftGroups {
    private RaftGroups() {}

    static RaftGroupId metadata(String clusterId) {
        return id(clusterId + "/metadata");
    }

    static RaftGroupId shard(String clusterId, int shard) {
        return id(clusterId + "/shard/" + shard);
    }

    private static RaftGroupId id(String name) {
        return RaftGroupId.valueOf(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)));
    }
}
