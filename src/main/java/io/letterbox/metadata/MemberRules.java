package io.letterbox.metadata;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** What becomes of an image when a cluster's nodes and shards change. Pure, a part of {@link MetadataMachine}. */
final class MemberRules {
    private MemberRules() {}

    static ClusterImage register(ClusterImage image, Command.RegisterMember command) {
        if (command.id() < 1) throw refusal("node.id cannot be " + command.id() + " in a cluster; 1 is the least.");
        UUID directory = command.member().directory();
        if (directory.equals(ReplicaId.ALONE)) throw refusal("Node " + command.id() + " names no data directory.");
        NodeImage before = image.nodes().get(command.id());
        List<UUID> former = before == null ? List.of() : former(before, directory);
        Map<Integer, NodeImage> nodes = new TreeMap<>(image.nodes());
        nodes.put(
                command.id(),
                new NodeImage(
                        command.id(),
                        command.http(),
                        command.kafka(),
                        false,
                        image.version() + 1,
                        command.member().with(former)));
        return next(image, nodes, image.shards());
    }

    /** The directories that a node had before one that registers now. */
    private static List<UUID> former(NodeImage before, UUID directory) {
        MemberImage known = before.member();
        if (known.former().contains(directory)) {
            throw refusal("The data directory " + directory + " of node " + before.id()
                    + " was replaced by " + known.directory()
                    + " and cannot come back: what it promised was given to others. Start the node with the other"
                    + " directory, or with an empty one, which is filled by the other nodes.");
        }
        if (known.directory().equals(directory) || known.directory().equals(ReplicaId.ALONE)) return known.former();
        List<UUID> former = new ArrayList<>(known.former());
        former.add(known.directory());
        int from = Math.max(0, former.size() - MemberImage.MAX_FORMER);
        return List.copyOf(former.subList(from, former.size()));
    }

    static ClusterImage createShards(ClusterImage image, Command.CreateReplicatedShards command) {
        List<ShardImage> shards = new ArrayList<>(image.shards());
        for (List<ReplicaId> replicas : command.replicas()) {
            checkReplicas(image, replicas);
            shards.add(new ShardImage(shards.size(), List.copyOf(replicas), command.leaderEpochBase()));
        }
        if (command.replicas().isEmpty() || shards.size() > Command.CreateReplicatedShards.MAX_COUNT) {
            throw refusal("There cannot be " + shards.size() + " shards after "
                    + image.shards().size() + "; " + Command.CreateReplicatedShards.MAX_COUNT + " is the most.");
        }
        if (command.leaderEpochBase() < 0) throw refusal("A leader epoch cannot begin below 0.");
        return next(image, image.nodes(), List.copyOf(shards));
    }

    static ClusterImage replace(ClusterImage image, Command.ReplaceReplica command) {
        if (command.shard() < 0 || command.shard() >= image.shards().size())
            throw refusal("There is no shard " + command.shard() + ".");
        ShardImage shard = image.shards().get(command.shard());
        NodeImage node = image.nodes().get(command.to().node());
        if (node == null || !node.replica().equals(command.to()))
            throw refusal("Node " + command.to().node() + " does not have the data directory "
                    + command.to().directory() + " at present.");
        if (command.from().node() != command.to().node()
                || !node.member().former().contains(command.from().directory()))
            throw refusal("The data directory " + command.from().directory() + " of node "
                    + command.from().node() + " was not replaced.");
        List<ShardImage> shards = new ArrayList<>(image.shards());
        // A command may come twice.
        if (shard.replicas().contains(command.from()))
            shards.set(command.shard(), shard.replace(command.from(), command.to()));
        return next(image, image.nodes(), List.copyOf(shards));
    }

    private static void checkReplicas(ClusterImage image, List<ReplicaId> replicas) {
        if (replicas.isEmpty()) throw refusal("A shard has at least one replica.");
        Set<Integer> nodes = new HashSet<>();
        for (ReplicaId replica : replicas) {
            if (!nodes.add(replica.node())) throw refusal("Node " + replica.node() + " cannot hold a shard twice.");
            NodeImage node = image.nodes().get(replica.node());
            if (node == null
                    || !node.replica().equals(replica)
                    || replica.directory().equals(ReplicaId.ALONE)) {
                throw refusal(
                        "There is no node " + replica.node() + " with the data directory " + replica.directory() + ".");
            }
        }
    }

    private static ClusterImage next(ClusterImage image, Map<Integer, NodeImage> nodes, List<ShardImage> shards) {
        return new ClusterImage(
                image.version() + 1,
                image.clusterId(),
                Collections.unmodifiableMap(nodes),
                shards,
                image.topics(),
                image.deleted(),
                image.settings());
    }

    private static ApiException refusal(String why) {
        return new ApiException(ErrorCode.INVALID_CONFIG, why);
    }
}
