package io.letterbox.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MetadataCodecTest {
    private final MetadataMachine machine = new MetadataMachine(new Limits(4, 6, 12), Map.of());

    @Test
    void anImageRemembersFormerSizesAndOneFromBeforeThatIsRead() throws IOException {
        ClusterImage image = MetadataMachine.empty("cluster");
        image = machine.apply(image, new Command.RegisterNode(1, new Endpoint("h", 1), Endpoint.NONE))
                .image();
        image = machine.apply(image, new Command.CreateTopic("a", new UUID(1, 2), 1, 1, Map.of()))
                .image();
        image = machine.apply(image, new Command.AddPartitions("a", 3)).image();
        byte[] bytes = MetadataCodec.encode(withoutEpochs(image));
        TopicImage read = MetadataCodec.replay(machine, null, bytes).topics().get("a");
        assertThat(read.formerSizes()).containsExactly(1);
        assertThat(read.partitions()).isEqualTo(image.topics().get("a").partitions());

        // The only topic ends with a list of one int32.
        byte[] before = Arrays.copyOf(bytes, bytes.length - 8);
        before[0] = 6;
        TopicImage old = MetadataCodec.replay(machine, null, before).topics().get("a");
        assertThat(old.formerSizes()).isEmpty();
        assertThat(old.partitions()).hasSize(3);
    }

    /** The image as older servers had it. */
    private static ClusterImage withoutEpochs(ClusterImage image) {
        Map<Integer, NodeImage> nodes = new TreeMap<>();
        image.nodes()
                .forEach((id, node) -> nodes.put(id, new NodeImage(id, node.http(), node.kafka(), node.fenced(), 0)));
        return new ClusterImage(image.version(), image.clusterId(), nodes, image.topics());
    }

    @Test
    void anImageRemembersInWhichVersionEachNodeRegistered() throws IOException {
        ClusterImage image = MetadataMachine.empty("cluster");
        for (int start = 1; start <= 3; start++) {
            image = machine.apply(image, new Command.RegisterNode(start % 2, new Endpoint("h", 1), Endpoint.NONE))
                    .image();
        }
        assertThat(image.nodes().get(0).epoch()).isEqualTo(2);
        assertThat(image.nodes().get(1).epoch()).isEqualTo(3);
        ClusterImage read = MetadataCodec.replay(machine, null, MetadataCodec.encode(image));
        assertThat(read.nodes()).isEqualTo(image.nodes());
        ClusterImage old = MetadataCodec.replay(machine, null, MetadataCodec.encode(withoutEpochs(image)));
        assertThat(old.nodes().get(1).epoch()).isZero();
    }

    @Test
    void anImageRemembersItsShardsAndANewerFormatIsRefused() throws IOException {
        ClusterImage image = MetadataMachine.empty("cluster");
        image = machine.apply(image, new Command.CreateShards(1, 2)).image();
        image = machine.apply(image, new Command.RegisterNode(1, new Endpoint("h", 1), Endpoint.NONE))
                .image();
        image = machine.apply(image, new Command.CreateTopic("a", new UUID(1, 2), 3, 1, Map.of()))
                .image();
        byte[] bytes = MetadataCodec.encode(image);
        assertThat(MetadataCodec.replay(machine, null, bytes)).isEqualTo(image);
        bytes[1] = 2;
        assertThatThrownBy(() -> MetadataCodec.replay(machine, null, bytes))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("format 2")
                .hasMessageContaining("newer version");
    }

    @Test
    void commandsOfANewerVersionAreRefusedInWords() {
        assertThatThrownBy(() -> MetadataCodec.decodeCommand(new byte[] {127, 1, 2, 3}))
                .isInstanceOf(IOException.class)
                .hasMessage("the kind 127 is unknown; a newer version may have written it");
        byte[] known = MetadataCodec.encode(new Command.CreateShards(1, 2));
        known[1]++;
        assertThatThrownBy(() -> MetadataCodec.decodeCommand(known))
                .isInstanceOf(IOException.class)
                .hasMessage("the format 2 is unknown; a newer version may have written it");
        byte[] longer = Arrays.copyOf(MetadataCodec.encode(new Command.CreateShards(1, 2)), known.length + 1);
        assertThatThrownBy(() -> MetadataCodec.decodeCommand(longer))
                .as("what a newer version has added")
                .isInstanceOf(IOException.class)
                .hasMessage("1 bytes are left over");
    }

    /** Byte by byte, because logs of it are about. */
    @Test
    void theCommandThatMakesShardsIsReadAsItWasWritten() throws IOException {
        byte[] written = {14, 1, 0, 0, 0, 7, 0, 0, 0, 2};
        assertThat(MetadataCodec.encode(new Command.CreateShards(7, 2))).isEqualTo(written);
        ClusterImage image = MetadataCodec.replay(machine, MetadataMachine.empty("cluster"), written);
        assertThat(image.shards()).containsExactly(new ShardImage(0, List.of(7)), new ShardImage(1, List.of(7)));
    }

    @Test
    void settingsOfNodesAndGroupsAreRemembered() throws IOException {
        ClusterImage image = MetadataMachine.empty("cluster");
        image = machine.apply(image, new Command.RegisterNode(1, new Endpoint("h", 1), Endpoint.NONE))
                .image();
        image = machine.apply(image, new Command.CreateTopic("a", new UUID(1, 2), 1, 1, Map.of()))
                .image();
        List<Command> changes = List.of(
                new Command.AlterSettings(SettingsOwner.ALL_NODES, Map.of("retention.ms", "5"), Set.of()),
                new Command.AlterSettings(SettingsOwner.node(1), Map.of("retention.ms", "7"), Set.of()),
                new Command.AlterSettings(
                        SettingsOwner.group("g"), Map.of("consumer.session.timeout.ms", "9000"), Set.of()),
                new Command.AlterSettings(SettingsOwner.group("none"), Map.of(), Set.of("nothing.that.is.set")));
        long[] retentions = {5, 7, 7, 7};
        for (int i = 0; i < changes.size(); i++) {
            image = MetadataCodec.replay(machine, image, MetadataCodec.encode(changes.get(i)));
            assertThat(image.topics().get("a").config().retentionMs()).isEqualTo(retentions[i]);
        }
        assertThat(image.settings()).hasSize(3);
        ClusterImage read = MetadataCodec.replay(machine, null, MetadataCodec.encode(image));
        assertThat(read.settings()).isEqualTo(image.settings());
        assertThat(read.digest()).isEqualTo(image.digest());
        assertThat(read.topics().get("a").config().retentionMs()).isEqualTo(7);
    }

    /** The kinds 0 and 5 are in the files of servers that had no Kafka door. */
    @Test
    void whatServersWithoutAKafkaDoorWroteIsRead() throws IOException {
        ByteArrayOutputStream image = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(image)) {
            out.writeByte(0);
            out.writeLong(7);
            out.writeUTF("cluster");
            out.writeInt(1);
            out.writeInt(1);
            out.writeUTF("old.example");
            out.writeInt(8080);
            out.writeBoolean(true);
            out.writeInt(0);
        }
        ByteArrayOutputStream register = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(register)) {
            out.writeByte(5);
            out.writeInt(1);
            out.writeUTF("new.example");
            out.writeInt(8081);
        }

        ClusterImage first = MetadataCodec.replay(machine, null, image.toByteArray());
        assertThat(first.version()).isEqualTo(7);
        assertThat(first.nodes())
                .containsOnly(
                        Map.entry(1, new NodeImage(1, new Endpoint("old.example", 8080), Endpoint.NONE, true, 0)));
        ClusterImage second = MetadataCodec.replay(machine, first, register.toByteArray());
        assertThat(second.nodes())
                .containsOnly(
                        Map.entry(1, new NodeImage(1, new Endpoint("new.example", 8081), Endpoint.NONE, false, 8)));
    }
}
