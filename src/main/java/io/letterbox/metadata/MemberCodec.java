package io.letterbox.metadata;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.UUID;

/**
 * What only a cluster's metadata have, as bytes; a part of {@link MetadataCodec}, whose rules it follows.
 *
 * <pre>
 *   +---------+-------------------------------------------------------------------------+
 *   | member  | directory 2 x int64, rack text, version text, own endpoint,             |
 *   |         | raft endpoint, bus endpoint, former [directory 2 x int64]               |
 *   | replica | node int32, directory 2 x int64                                         |
 *   | shard   | id int32, replicas [replica], leaderEpochBase int32                     |
 *   +---------+-------------------------------------------------------------------------+
 * </pre>
 */
final class MemberCodec {
    private MemberCodec() {}

    /** Whether an image holds anything that an image of a server that stands alone cannot. */
    static boolean isCluster(ClusterImage image) {
        return image.nodes().values().stream().anyMatch(node -> !node.member().equals(MemberImage.ALONE))
                || image.shards().stream().anyMatch(ShardImage::isReplicated);
    }

    static void writeMember(DataOutputStream out, MemberImage member) throws IOException {
        MetadataCodec.writeUuid(out, member.directory());
        out.writeUTF(member.rack());
        out.writeUTF(member.version());
        MetadataCodec.writeEndpoint(out, member.own());
        MetadataCodec.writeEndpoint(out, member.raft());
        MetadataCodec.writeEndpoint(out, member.bus());
        out.writeInt(member.former().size());
        for (UUID directory : member.former()) MetadataCodec.writeUuid(out, directory);
    }

    static MemberImage readMember(DataInputStream in) throws IOException {
        return new MemberImage(
                MetadataCodec.readUuid(in),
                in.readUTF(),
                in.readUTF(),
                MetadataCodec.readEndpoint(in),
                MetadataCodec.readEndpoint(in),
                MetadataCodec.readEndpoint(in),
                MetadataCodec.readList(in, () -> MetadataCodec.readUuid(in)));
    }

    static void writeShards(DataOutputStream out, List<ShardImage> shards) throws IOException {
        out.writeInt(shards.size());
        for (ShardImage shard : shards) {
            out.writeInt(shard.id());
            writeReplicas(out, shard.replicas());
            out.writeInt(shard.leaderEpochBase());
            writeReplicas(out, shard.later());
        }
    }

    static ShardImage readShard(DataInputStream in) throws IOException {
        return new ShardImage(in.readInt(), readReplicas(in), in.readInt(), readReplicas(in));
    }

    static void write(DataOutputStream out, Command.CreateReplicatedShards create) throws IOException {
        out.writeInt(create.leaderEpochBase());
        out.writeInt(create.replicas().size());
        for (List<ReplicaId> replicas : create.replicas()) writeReplicas(out, replicas);
    }

    static Command readCreateShards(DataInputStream in) throws IOException {
        int base = in.readInt();
        return new Command.CreateReplicatedShards(MetadataCodec.readList(in, () -> readReplicas(in)), base);
    }

    static void write(DataOutputStream out, Command.ReplaceReplica replace) throws IOException {
        out.writeInt(replace.shard());
        writeReplica(out, replace.from());
        writeReplica(out, replace.to());
    }

    static Command readReplace(DataInputStream in) throws IOException {
        return new Command.ReplaceReplica(in.readInt(), readReplica(in), readReplica(in));
    }

    static void write(DataOutputStream out, Command.RegisterMember register) throws IOException {
        out.writeInt(register.id());
        MetadataCodec.writeEndpoint(out, register.http());
        MetadataCodec.writeEndpoint(out, register.kafka());
        writeMember(out, register.member());
    }

    static Command readRegister(DataInputStream in) throws IOException {
        return new Command.RegisterMember(
                in.readInt(), MetadataCodec.readEndpoint(in), MetadataCodec.readEndpoint(in), readMember(in));
    }

    private static void writeReplicas(DataOutputStream out, List<ReplicaId> replicas) throws IOException {
        out.writeInt(replicas.size());
        for (ReplicaId replica : replicas) writeReplica(out, replica);
    }

    private static void writeReplica(DataOutputStream out, ReplicaId replica) throws IOException {
        out.writeInt(replica.node());
        MetadataCodec.writeUuid(out, replica.directory());
    }

    private static ReplicaId readReplica(DataInputStream in) throws IOException {
        return new ReplicaId(in.readInt(), MetadataCodec.readUuid(in));
    }

    private static List<ReplicaId> readReplicas(DataInputStream in) throws IOException {
        return MetadataCodec.readList(in, () -> readReplica(in));
    }
}
