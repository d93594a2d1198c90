package io.letterbox.metadata;

import io.letterbox.error.ApiException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;

/**
 * Commands and images as bytes: the bodies of the frames that {@link MetadataFile} keeps. Numbers are big-endian, texts
 * are Java's modified UTF-8 with a length of 16 bits, lists begin with their count. Maps are written in order of key,
 * so that equal images have equal bytes. An endpoint is: host text, port int32.
 *
 * <pre>
 *   +------+--------------------------------------------------------------------------+
 *   | kind | int8                                                                     |
 *   +------+--------------------------------------------------------------------------+
 *   |  0   | image, as servers without a Kafka door wrote it: like 6, its nodes       |
 *   |      |   without their second endpoint                                          |
 *   |  1   | CreateTopic: name text, id 2 x int64, partitions int32,                  |
 *   |      |   replicationFactor int32, config [key text, value text]                 |
 *   |  2   | AlterTopic: name text, set [key text, value text], unset [text]          |
 *   |  3   | AddPartitions: name text, total int32                                    |
 *   |  4   | DeleteTopic: name text                                                   |
 *   |  5   | RegisterNode, as servers without a Kafka door wrote it: id int32,        |
 *   |      |   http endpoint                                                          |
 *   |  6   | image, as servers wrote it that forgot former numbers of partitions:     |
 *   |      |   like 9, its topics without their last list                             |
 *   |  7   | RegisterNode: id int32, http endpoint, kafka endpoint                    |
 *   |  8   | AllocateProducerIds: nothing                                             |
 *   |  9   | image: version int64, clusterId text,                                    |
 *   |      |   nodes [id int32, http endpoint, kafka endpoint, fenced bool],          |
 *   |      |   topics [name text, id 2 x int64, config [key text, value text],        |
 *   |      |     partitions [leader int32, epoch int32, replicas [int32],             |
 *   |      |       isr [int32]],                                                      |
 *   |      |     formerSizes [int32]]                                                 |
 *   | 10   | ForgetDeleted: [id 2 x int64]                                            |
 *   | 11   | image in which topics were deleted: like 9, and after the topics         |
 *   |      |   deleted [id 2 x int64, name text]                                      |
 *   | 12   | AlterSettings: kind int8 (0 node, 1 group), name text,                   |
 *   |      |   set [key text, value text], unset [text]                               |
 *   | 13   | image in which something was set for nodes or groups: like 11, and after |
 *   |      |   the nodes settings [kind int8, name text, values [key text,            |
 *   |      |   value text]]                                                           |
 *   | 14   | CreateShards: format int8 (1), node int32, count int32                   |
 *   | 15   | image with shards: format int8 (1), version int64, clusterId text,       |
 *   |      |   nodes [as in 9, and last epoch int64],                                 |
 *   |      |   shards [id int32, replicas [int32]],                                   |
 *   |      |   settings [as in 13],                                                   |
 *   |      |   topics [as in 9, and before each partition's leader: shard int32],     |
 *   |      |   deleted [as in 11]                                                     |
 *   | 16   | CreateReplicatedShards: format int8 (1), leaderEpochBase int32,          |
 *   |      |   shards [replicas [node int32, directory 2 x int64]]                    |
 *   | 17   | RegisterMember: format int8 (1), id int32, http endpoint,                |
 *   |      |   kafka endpoint, member                                                 |
 *   | 18   | image of a cluster: like 15, its nodes [as in 15, and last member],      |
 *   |      |   its shards [id int32, replicas [node int32, directory 2 x int64],      |
 *   |      |     leaderEpochBase int32, later [as replicas]]; see {@link MemberCodec} |
 *   | 19   | ReplaceReplica: format int8 (1), shard int32, from and to                |
 *   |      |   [each: node int32, directory 2 x int64]                                |
 *   +------+--------------------------------------------------------------------------+
 * </pre>
 */
public final class MetadataCodec {
    private static final int IMAGE_BEFORE_KAFKA = 0;
    private static final int CREATE_TOPIC = 1;
    private static final int ALTER_TOPIC = 2;
    private static final int ADD_PARTITIONS = 3;
    private static final int DELETE_TOPIC = 4;
    private static final int REGISTER_NODE_BEFORE_KAFKA = 5;
    private static final int IMAGE_BEFORE_SIZES = 6;
    private static final int REGISTER_NODE = 7;
    private static final int TAKE_PRODUCER_IDS = 8;
    private static final int IMAGE = 9;
    private static final int FORGET_DELETED = 10;
    private static final int IMAGE_WITH_DELETED = 11;
    private static final int ALTER_SETTINGS = 12;
    private static final int IMAGE_WITH_SETTINGS = 13;
    private static final int CREATE_SHARDS = 14;
    private static final int IMAGE_WITH_SHARDS = 15;
    private static final int CREATE_REPLICATED_SHARDS = 16;
    private static final int REGISTER_MEMBER = 17;
    private static final int IMAGE_OF_CLUSTER = 18;
    private static final int REPLACE_REPLICA = 19;

    /** The format version of the kinds that have one. */
    private static final int FORMAT = 1;

    private static final Set<Integer> IMAGES = Set.of(
            IMAGE_BEFORE_KAFKA,
            IMAGE_BEFORE_SIZES,
            IMAGE,
            IMAGE_WITH_DELETED,
            IMAGE_WITH_SETTINGS,
            IMAGE_WITH_SHARDS,
            IMAGE_OF_CLUSTER);

    private MetadataCodec() {}

    /** The bytes of an image. */
    public static byte[] encode(ClusterImage image) {
        return bytes(out -> {
            // An image without shards, in which no node has an epoch yet, keeps its old format.
            boolean cluster = MemberCodec.isCluster(image);
            boolean registered = image.nodes().values().stream().anyMatch(node -> node.epoch() > 0);
            boolean shards = registered || !image.shards().isEmpty();
            boolean set = shards || !image.settings().isEmpty();
            boolean deleted = set || !image.deleted().isEmpty();
            int alone = shards ? IMAGE_WITH_SHARDS : set ? IMAGE_WITH_SETTINGS : deleted ? IMAGE_WITH_DELETED : IMAGE;
            out.writeByte(cluster ? IMAGE_OF_CLUSTER : alone);
            if (shards) out.writeByte(FORMAT);
            out.writeLong(image.version());
            out.writeUTF(image.clusterId());
            out.writeInt(image.nodes().size());
            for (NodeImage node : new TreeMap<>(image.nodes()).values()) {
                out.writeInt(node.id());
                writeEndpoint(out, node.http());
                writeEndpoint(out, node.kafka());
                out.writeBoolean(node.fenced());
                if (shards) out.writeLong(node.epoch());
                if (cluster) MemberCodec.writeMember(out, node.member());
            }
            if (cluster) MemberCodec.writeShards(out, image.shards());
            else if (shards) writeShards(out, image.shards());
            if (set) writeSettings(out, image.settings());
            out.writeInt(image.topics().size());
            for (TopicImage topic : image.topics().values()) writeTopic(out, topic, shards);
            if (deleted) writeDeleted(out, image.deleted());
        });
    }

    /** The bytes of a command. */
    public static byte[] encode(Command command) {
        return bytes(out -> writeCommand(out, command));
    }

    /**
     * The command in bytes.
     *
     * @throws IOException if there is none that this version knows
     */
    public static Command decodeCommand(byte[] body) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(body))) {
            Command command = readCommand(in.readByte(), in);
            if (in.available() > 0) throw new IOException(in.available() + " bytes are left over");
            return command;
        } catch (EOFException early) {
            throw new IOException("a command ends too early", early);
        }
    }

    /**
     * The image in bytes.
     *
     * @throws IOException if there is none that this version knows
     */
    public static ClusterImage decodeImage(MetadataMachine machine, byte[] body) throws IOException {
        return replay(machine, null, body);
    }

    /**
     * Applies a frame to an image.
     *
     * @param image the image so far, null at the first frame, which has to hold an image
     * @throws IOException if the bytes cannot be decoded, or the command does not fit the image
     */
    static ClusterImage replay(MetadataMachine machine, ClusterImage image, byte[] body) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(body))) {
            int kind = in.readByte();
            boolean whole = IMAGES.contains(kind);
            if (whole != (image == null)) throw new IOException("an image is not where it belongs");
            ClusterImage result = whole ? readImage(kind, in, machine) : machine.replay(image, readCommand(kind, in));
            if (in.available() > 0) throw new IOException(in.available() + " bytes are left over");
            return result;
        } catch (EOFException early) {
            throw new IOException("a frame ends too early", early);
        } catch (ApiException unfit) {
            throw new IOException(unfit.getMessage(), unfit);
        }
    }

    private static void writeCommand(DataOutputStream out, Command command) throws IOException {
        if (command instanceof Command.CreateTopic create) {
            out.writeByte(CREATE_TOPIC);
            out.writeUTF(create.name());
            writeUuid(out, create.id());
            out.writeInt(create.partitions());
            out.writeInt(create.replicationFactor());
            writeMap(out, create.config());
        } else if (command instanceof Command.AlterTopic alter) {
            out.writeByte(ALTER_TOPIC);
            out.writeUTF(alter.name());
            writeMap(out, alter.set());
            out.writeInt(alter.unset().size());
            for (String key : alter.unset()) out.writeUTF(key);
        } else if (command instanceof Command.AlterSettings alter) {
            out.writeByte(ALTER_SETTINGS);
            writeOwner(out, alter.owner());
            writeMap(out, alter.set());
            out.writeInt(alter.unset().size());
            for (String key : alter.unset()) out.writeUTF(key);
        } else if (command instanceof Command.AddPartitions add) {
            out.writeByte(ADD_PARTITIONS);
            out.writeUTF(add.name());
            out.writeInt(add.total());
        } else if (command instanceof Command.DeleteTopic delete) {
            out.writeByte(DELETE_TOPIC);
            out.writeUTF(delete.name());
        } else if (command instanceof Command.RegisterNode register) {
            out.writeByte(REGISTER_NODE);
            out.writeInt(register.id());
            writeEndpoint(out, register.http());
            writeEndpoint(out, register.kafka());
        } else if (command instanceof Command.CreateShards create) {
            out.writeByte(CREATE_SHARDS);
            out.writeByte(FORMAT);
            out.writeInt(create.node());
            out.writeInt(create.count());
        } else if (command instanceof Command.CreateReplicatedShards create) {
            out.writeByte(CREATE_REPLICATED_SHARDS);
            out.writeByte(FORMAT);
            MemberCodec.write(out, create);
        } else if (command instanceof Command.ReplaceReplica replace) {
            out.writeByte(REPLACE_REPLICA);
            out.writeByte(FORMAT);
            MemberCodec.write(out, replace);
        } else if (command instanceof Command.RegisterMember register) {
            out.writeByte(REGISTER_MEMBER);
            out.writeByte(FORMAT);
            MemberCodec.write(out, register);
        } else if (command instanceof Command.AllocateProducerIds) {
            out.writeByte(TAKE_PRODUCER_IDS);
        } else if (command instanceof Command.ForgetDeleted forget) {
            out.writeByte(FORGET_DELETED);
            out.writeInt(forget.ids().size());
            for (UUID id : forget.ids()) writeUuid(out, id);
        } else {
            throw new AssertionError(command);
        }
    }

    private static Command readCommand(int kind, DataInputStream in) throws IOException {
        switch (kind) {
            case CREATE_TOPIC:
                return new Command.CreateTopic(in.readUTF(), readUuid(in), in.readInt(), in.readInt(), readMap(in));
            case ALTER_TOPIC:
                return new Command.AlterTopic(in.readUTF(), readMap(in), Set.copyOf(readList(in, in::readUTF)));
            case ALTER_SETTINGS:
                return new Command.AlterSettings(readOwner(in), readMap(in), Set.copyOf(readList(in, in::readUTF)));
            case ADD_PARTITIONS:
                return new Command.AddPartitions(in.readUTF(), in.readInt());
            case DELETE_TOPIC:
                return new Command.DeleteTopic(in.readUTF());
            case REGISTER_NODE_BEFORE_KAFKA:
                return new Command.RegisterNode(in.readInt(), readEndpoint(in), Endpoint.NONE);
            case REGISTER_NODE:
                return new Command.RegisterNode(in.readInt(), readEndpoint(in), readEndpoint(in));
            case CREATE_SHARDS:
                checkFormat(in);
                return new Command.CreateShards(in.readInt(), in.readInt());
            case CREATE_REPLICATED_SHARDS:
                checkFormat(in);
                return MemberCodec.readCreateShards(in);
            case REGISTER_MEMBER:
                checkFormat(in);
                return MemberCodec.readRegister(in);
            case REPLACE_REPLICA:
                checkFormat(in);
                return MemberCodec.readReplace(in);
            case TAKE_PRODUCER_IDS:
                return new Command.AllocateProducerIds();
            case FORGET_DELETED:
                return new Command.ForgetDeleted(Set.copyOf(readList(in, () -> readUuid(in))));
            default:
                throw new IOException("the kind " + kind + " is unknown; a newer version may have written it");
        }
    }

    private static ClusterImage readImage(int kind, DataInputStream in, MetadataMachine machine) throws IOException {
        if (kind >= IMAGE_WITH_SHARDS) checkFormat(in);
        long version = in.readLong();
        String clusterId = in.readUTF();
        Map<Integer, NodeImage> nodes = new TreeMap<>();
        for (NodeImage node : readList(in, () -> readNode(kind, in))) nodes.put(node.id(), node);
        List<ShardImage> shards = readShards(kind, in);
        SortedMap<SettingsOwner, SortedMap<String, String>> settings =
                kind >= IMAGE_WITH_SETTINGS ? readSettings(in) : Collections.emptySortedMap();
        SortedMap<String, TopicImage> topics = new TreeMap<>();
        for (TopicImage topic : readList(in, () -> readTopic(kind, in, config -> machine.config(config, settings)))) {
            topics.put(topic.name(), topic);
        }
        return new ClusterImage(
                version,
                clusterId,
                Collections.unmodifiableMap(nodes),
                shards,
                Collections.unmodifiableSortedMap(topics),
                kind >= IMAGE_WITH_DELETED ? readDeleted(in) : Map.of(),
                settings);
    }

    private static List<ShardImage> readShards(int kind, DataInputStream in) throws IOException {
        if (kind == IMAGE_OF_CLUSTER) return readList(in, () -> MemberCodec.readShard(in));
        if (kind < IMAGE_WITH_SHARDS) return List.of();
        return readList(in, () -> new ShardImage(in.readInt(), readList(in, in::readInt)));
    }

    /** Refuses formats of later versions, which this version cannot read. */
    private static void checkFormat(DataInputStream in) throws IOException {
        int format = in.readByte();
        if (format != FORMAT)
            throw new IOException("the format " + format + " is unknown; a newer version may have written it");
    }

    private static void writeShards(DataOutputStream out, List<ShardImage> shards) throws IOException {
        out.writeInt(shards.size());
        for (ShardImage shard : shards) {
            out.writeInt(shard.id());
            writeInts(out, shard.nodes());
        }
    }

    private static void writeSettings(
            DataOutputStream out, SortedMap<SettingsOwner, SortedMap<String, String>> settings) throws IOException {
        out.writeInt(settings.size());
        for (Map.Entry<SettingsOwner, SortedMap<String, String>> entry : settings.entrySet()) {
            writeOwner(out, entry.getKey());
            writeMap(out, entry.getValue());
        }
    }

    private static SortedMap<SettingsOwner, SortedMap<String, String>> readSettings(DataInputStream in)
            throws IOException {
        SortedMap<SettingsOwner, SortedMap<String, String>> settings = new TreeMap<>();
        int owners = readCount(in);
        for (int i = 0; i < owners; i++) {
            settings.put(readOwner(in), Collections.unmodifiableSortedMap(new TreeMap<>(readMap(in))));
        }
        return Collections.unmodifiableSortedMap(settings);
    }

    private static void writeOwner(DataOutputStream out, SettingsOwner owner) throws IOException {
        out.writeByte(owner.kind().ordinal());
        out.writeUTF(owner.name());
    }

    private static SettingsOwner readOwner(DataInputStream in) throws IOException {
        int kind = in.readByte();
        SettingsOwner.Kind[] kinds = SettingsOwner.Kind.values();
        if (kind < 0 || kind >= kinds.length) throw new IOException("nothing of the kind " + kind + " has settings");
        return new SettingsOwner(kinds[kind], in.readUTF());
    }

    private static void writeDeleted(DataOutputStream out, Map<UUID, String> deleted) throws IOException {
        out.writeInt(deleted.size());
        for (Map.Entry<UUID, String> topic : deleted.entrySet()) {
            writeUuid(out, topic.getKey());
            out.writeUTF(topic.getValue());
        }
    }

    private static Map<UUID, String> readDeleted(DataInputStream in) throws IOException {
        Map<UUID, String> deleted = new LinkedHashMap<>();
        int count = readCount(in);
        for (int i = 0; i < count; i++) deleted.put(readUuid(in), in.readUTF());
        return Collections.unmodifiableMap(deleted);
    }

    private static NodeImage readNode(int kind, DataInputStream in) throws IOException {
        int id = in.readInt();
        Endpoint http = readEndpoint(in);
        Endpoint kafka = kind == IMAGE_BEFORE_KAFKA ? Endpoint.NONE : readEndpoint(in);
        boolean fenced = in.readBoolean();
        long epoch = kind >= IMAGE_WITH_SHARDS ? in.readLong() : 0;
        MemberImage member = kind == IMAGE_OF_CLUSTER ? MemberCodec.readMember(in) : MemberImage.ALONE;
        return new NodeImage(id, http, kafka, fenced, epoch, member);
    }

    static void writeEndpoint(DataOutputStream out, Endpoint endpoint) throws IOException {
        out.writeUTF(endpoint.host());
        out.writeInt(endpoint.port());
    }

    static Endpoint readEndpoint(DataInputStream in) throws IOException {
        return new Endpoint(in.readUTF(), in.readInt());
    }

    private static void writeTopic(DataOutputStream out, TopicImage topic, boolean shards) throws IOException {
        out.writeUTF(topic.name());
        writeUuid(out, topic.id());
        writeMap(out, topic.config().overrides());
        out.writeInt(topic.partitions().size());
        for (PartitionImage partition : topic.partitions()) {
            if (shards) out.writeInt(partition.shard());
            out.writeInt(partition.leader());
            out.writeInt(partition.leaderEpoch());
            writeInts(out, partition.replicas());
            writeInts(out, partition.isr());
        }
        writeInts(out, topic.formerSizes());
    }

    private static TopicImage readTopic(
            int kind, DataInputStream in, Function<Map<String, String>, TopicConfig> configs) throws IOException {
        String name = in.readUTF();
        UUID id = readUuid(in);
        TopicConfig config = configs.apply(readMap(in));
        List<PartitionImage> partitions = readList(
                in,
                () -> new PartitionImage(
                        kind >= IMAGE_WITH_SHARDS ? in.readInt() : PartitionImage.NO_SHARD,
                        in.readInt(),
                        in.readInt(),
                        readList(in, in::readInt),
                        readList(in, in::readInt)));
        List<Integer> formerSizes = kind >= IMAGE ? readList(in, in::readInt) : List.of();
        return new TopicImage(name, id, partitions, config, formerSizes);
    }

    static void writeUuid(DataOutputStream out, UUID id) throws IOException {
        out.writeLong(id.getMostSignificantBits());
        out.writeLong(id.getLeastSignificantBits());
    }

    static UUID readUuid(DataInputStream in) throws IOException {
        return new UUID(in.readLong(), in.readLong());
    }

    private static void writeMap(DataOutputStream out, Map<String, String> map) throws IOException {
        out.writeInt(map.size());
        for (Map.Entry<String, String> entry : new TreeMap<>(map).entrySet()) {
            out.writeUTF(entry.getKey());
            out.writeUTF(entry.getValue());
        }
    }

    private static Map<String, String> readMap(DataInputStream in) throws IOException {
        Map<String, String> result = new TreeMap<>();
        int count = readCount(in);
        for (int i = 0; i < count; i++) result.put(in.readUTF(), in.readUTF());
        return result;
    }

    private static void writeInts(DataOutputStream out, List<Integer> values) throws IOException {
        out.writeInt(values.size());
        for (int value : values) out.writeInt(value);
    }

    static <T> List<T> readList(DataInputStream in, ElementReader<T> source) throws IOException {
        int count = readCount(in);
        List<T> result = new ArrayList<>();
        for (int i = 0; i < count; i++) result.add(source.read());
        return List.copyOf(result);
    }

    private static int readCount(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > in.available()) throw new IOException("a list of " + count + " does not fit");
        return count;
    }

    private static byte[] bytes(Sink sink) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            sink.write(out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private interface Sink {
        void write(DataOutputStream out) throws IOException;
    }

    interface ElementReader<T> {
        T read() throws IOException;
    }
}
