package io.letterbox.cluster.healing;

import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.ReplicaId;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Who shall be in the metadata group: the nodes that vote keep their vote, also with another directory, and more get
 * one until there are {@link #MAX_VOTERS}; every other node listens. Nodes that nobody has seen for long keep
 * their vote until they are removed from the cluster: only then one can say that they do not come back.
 */
final class MetadataMembers {
    /** So many voters lose one of them without a pause, and no entry waits for more disks than two. */
    static final int MAX_VOTERS = 3;

    private MetadataMembers() {}

    static GroupMembers wanted(ClusterImage image, GroupMembers now) {
        // A node that has not registered yet says nothing about its directory: it stays what it is.
        Set<ReplicaId> voters = new HashSet<>(now.voters());
        voters.removeIf(replica -> image.nodes().containsKey(replica.node()));
        Set<ReplicaId> listeners = new HashSet<>(now.listeners());
        listeners.removeIf(replica -> image.nodes().containsKey(replica.node()));
        List<NodeImage> nodes = image.nodes().values().stream()
                .filter(node -> !node.member().directory().equals(ReplicaId.ALONE))
                .sorted(Comparator.comparing((NodeImage node) -> !votes(node, now))
                        .thenComparing(NodeImage::id))
                .toList();
        for (NodeImage node : nodes) {
            boolean chosen = votes(node, now) || voters.size() < MAX_VOTERS;
            (chosen ? voters : listeners).add(node.replica());
        }
        return new GroupMembers(voters, listeners);
    }

    private static boolean votes(NodeImage node, GroupMembers now) {
        return now.voters().stream().anyMatch(voter -> voter.node() == node.id());
    }
}
