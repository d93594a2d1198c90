package io.letterbox.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.error.ErrorCode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MemberRulesTest {
    private final MetadataMachine machine = new MetadataMachine(new Limits(10, 20, 40), Map.of());
    private ClusterImage image = MetadataMachine.empty("cluster");

    @Test
    void shardsAreSpreadOverTheNodesAndPartitionsOverTheShards() {
        for (int node = 1; node <= 3; node++) apply(register(node, directory(node), ""));
        apply(ReplicaPlacement.spread(image, 6, 3));

        assertThat(image.shards()).hasSize(6).allSatisfy(shard -> {
            assertThat(shard.nodes()).containsExactlyInAnyOrder(1, 2, 3);
            assertThat(shard.isReplicated()).isTrue();
        });
        assertThat(image.shards().stream().map(shard -> shard.nodes().get(0))).containsExactly(1, 2, 3, 1, 2, 3);
        for (int away = 1; away <= 3; away++) {
            int gone = away;
            assertThat(image.shards().stream()
                            .filter(shard -> shard.nodes().get(0) == gone)
                            .map(shard -> shard.nodes().get(1))
                            .distinct())
                    .as("what node " + gone + " leads goes to both others while it is away")
                    .hasSize(2);
        }
        assertThat(image.defaultReplicationFactor()).isEqualTo(3);

        apply(new Command.CreateTopic("a", new UUID(1, 1), 4, 3, Map.of()));
        apply(new Command.CreateTopic("b", new UUID(1, 2), 4, 3, Map.of()));
        assertThat(shardsOf("a")).containsExactly(0, 1, 2, 3);
        assertThat(shardsOf("b")).containsExactly(4, 5, 0, 1);
        assertThat(image.topics().get("a").partitions().get(0))
                .as("nobody leads it before somebody was elected")
                .isEqualTo(new PartitionImage(0, ShardLeader.NOBODY, 0, List.of(1, 2, 3), List.of(1, 2, 3)));
    }

    @Test
    void aTopicGoesToShardsOfTheFactorThatItWants() {
        for (int node = 1; node <= 3; node++) apply(register(node, directory(node), ""));
        apply(ReplicaPlacement.spread(image, 2, 3));
        refused(new Command.CreateTopic("a", new UUID(1, 1), 1, 1, Map.of()), "There is no shard with 1 replicas");
        apply(ReplicaPlacement.spread(image, 3, 1));
        apply(new Command.CreateTopic("a", new UUID(1, 1), 3, 1, Map.of()));
        assertThat(shardsOf("a")).containsExactly(2, 3, 4);
        assertThat(image.shards().subList(2, 5).stream().map(ShardImage::nodes))
                .containsExactly(List.of(1), List.of(2), List.of(3));
        refused(new Command.CreateTopic("b", new UUID(1, 2), 1, 4, Map.of()), "number of nodes, 3");
        assertThat(image.defaultReplicationFactor()).isEqualTo(3);
    }

    @Test
    void replicasOfAShardStandInDifferentRacks() {
        apply(register(1, directory(1), "a"));
        apply(register(2, directory(2), "a"));
        apply(register(3, directory(3), "b"));
        apply(register(4, directory(4), "b"));
        apply(ReplicaPlacement.spread(image, 4, 2));
        assertThat(image.shards()).allSatisfy(shard -> assertThat(shard.nodes().stream()
                        .map(node -> image.nodes().get(node).member().rack()))
                .doesNotHaveDuplicates());
        Map<Integer, Long> load = image.shards().stream()
                .flatMap(shard -> shard.nodes().stream())
                .collect(Collectors.groupingBy(node -> node, Collectors.counting()));
        assertThat(load).containsOnlyKeys(1, 2, 3, 4).containsValue(2L);
    }

    @Test
    void aClusterOfFewNodesHasFewReplicas() {
        assertThat(List.of(1, 2, 3, 5).stream().map(ReplicaPlacement::usualFactor))
                .containsExactly(1, 2, 3, 3);
        assertThat(image.defaultReplicationFactor()).isEqualTo(1);
        apply(register(1, directory(1), ""));
        assertThatThrownBy(() -> ReplicaPlacement.spread(image, 1, 2)).hasMessage("2 replicas on 1 nodes");
    }

    @Test
    void aDirectoryThatWasReplacedDoesNotComeBack() {
        apply(register(1, directory(1), "a"));
        apply(register(1, directory(1), "b"));
        assertThat(image.nodes().get(1).member().former()).isEmpty();
        assertThat(image.nodes().get(1).member().rack()).isEqualTo("b");
        assertThat(image.nodes().get(1).epoch()).isEqualTo(2);

        apply(register(1, directory(7), "b"));
        assertThat(image.nodes().get(1).member().former()).containsExactly(directory(1));
        refused(register(1, directory(1), "b"), "was replaced by " + directory(7));
        apply(register(1, directory(7), "b"));
        for (int other = 100; other < 200; other++) apply(register(1, directory(other), "b"));
        assertThat(image.nodes().get(1).member().former())
                .hasSize(MemberImage.MAX_FORMER)
                .endsWith(directory(198));
        refused(register(0, directory(1), ""), "1 is the least");
        refused(register(2, ReplicaId.ALONE, ""), "names no data directory");
    }

    @Test
    void shardsAreOnlyMadeOnDirectoriesThatAreThere() {
        apply(register(1, directory(1), ""));
        apply(register(2, directory(2), ""));
        ReplicaId one = new ReplicaId(1, directory(1));
        refused(shards(List.of()), "There cannot be 0 shards");
        refused(shards(List.of(List.of())), "at least one replica");
        refused(shards(List.of(List.of(one, one))), "Node 1 cannot hold a shard twice");
        refused(shards(List.of(List.of(one, new ReplicaId(2, directory(3))))), "no node 2 with the data directory");
        refused(shards(List.of(List.of(new ReplicaId(3, directory(3))))), "no node 3 with");
        refused(new Command.CreateReplicatedShards(List.of(List.of(one)), -1), "below 0");
        assertThat(image.shards()).isEmpty();
    }

    @Test
    void theImageOfAClusterIsReadAsItWasWritten() throws IOException {
        apply(register(1, directory(1), "a"));
        apply(register(1, directory(2), "a"));
        apply(register(2, directory(3), "b"));
        apply(new Command.CreateReplicatedShards(
                List.of(List.of(new ReplicaId(2, directory(3)), new ReplicaId(1, directory(2)))), 40));
        apply(new Command.CreateTopic("a", new UUID(1, 1), 2, 2, Map.of("retention.ms", "7")));

        byte[] bytes = MetadataCodec.encode(image);
        assertThat(MetadataCodec.decodeImage(machine, bytes)).isEqualTo(image);
        assertThat(image.shard(0).leaderEpoch(3)).isEqualTo(43);
        assertThat(image.topics().get("a").partitions().get(0).leaderEpoch()).isEqualTo(40);
        bytes[1] = 2;
        assertThatThrownBy(() -> MetadataCodec.decodeImage(machine, bytes)).hasMessageContaining("newer version");
    }

    @Test
    void aReplicaWhoseDirectoryWasReplacedIsReplacedToo() throws IOException {
        apply(register(1, directory(1), ""));
        apply(register(2, directory(2), ""));
        ReplicaId one = new ReplicaId(1, directory(1));
        ReplicaId before = new ReplicaId(2, directory(2));
        ReplicaId after = new ReplicaId(2, directory(3));
        apply(shards(List.of(List.of(before, one))));
        refused(new Command.ReplaceReplica(0, before, after), "does not have the data directory");
        refused(new Command.ReplaceReplica(0, before, before), "was not replaced");
        apply(register(2, directory(3), ""));
        refused(new Command.ReplaceReplica(1, before, after), "There is no shard 1");

        Command replace = new Command.ReplaceReplica(0, before, after);
        byte[] bytes = MetadataCodec.encode(replace);
        assertThat(bytes).startsWith(19, 1, 0, 0, 0, 0, 0, 0, 0, 2);
        assertThat(MetadataCodec.decodeCommand(bytes)).isEqualTo(replace);
        for (int twice = 0; twice < 2; twice++) apply(replace);
        assertThat(image.shard(0).replicas()).as("in its place").containsExactly(after, one);
        assertThat(image.shard(0).isMadeWith(one)).isTrue();
        assertThat(image.shard(0).isMadeWith(after)).isFalse();
        assertThat(image.shard(0).isMadeWith(before)).isFalse();
        assertThat(MetadataCodec.decodeImage(machine, MetadataCodec.encode(image)))
                .isEqualTo(image);
    }

    /** Byte by byte, because logs of them will be about. */
    @Test
    void theCommandsOfAClusterAreReadAsTheyWereWritten() throws IOException {
        Command shards = new Command.CreateReplicatedShards(List.of(List.of(new ReplicaId(5, new UUID(1, 2)))), 3);
        byte[] written = {
            16, 1, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2
        };
        assertThat(MetadataCodec.encode(shards)).isEqualTo(written);
        assertThat(MetadataCodec.decodeCommand(written)).isEqualTo(shards);

        byte[] node = MetadataCodec.encode(register(4, directory(9), "r"));
        assertThat(node).startsWith(17, 1, 0, 0, 0, 4);
        assertThat(MetadataCodec.decodeCommand(node)).isEqualTo(register(4, directory(9), "r"));
        node[1] = 2;
        assertThatThrownBy(() -> MetadataCodec.decodeCommand(node)).hasMessageContaining("format 2");
        written[9] = 99;
        assertThatThrownBy(() -> MetadataCodec.decodeCommand(written)).isInstanceOf(IOException.class);
    }

    private List<Integer> shardsOf(String topic) {
        return image.topics().get(topic).partitions().stream()
                .map(PartitionImage::shard)
                .toList();
    }

    private static Command shards(List<List<ReplicaId>> replicas) {
        return new Command.CreateReplicatedShards(replicas, 0);
    }

    private static Command.RegisterMember register(int node, UUID directory, String rack) {
        Endpoint there = new Endpoint("node" + node, 7400);
        return new Command.RegisterMember(
                node,
                new Endpoint("node" + node, 8080),
                Endpoint.NONE,
                new MemberImage(directory, rack, "1.0", there, there, there, List.of()));
    }

    private static UUID directory(int number) {
        return new UUID(9, number);
    }

    private void apply(Command command) {
        Transition step = machine.apply(image, command);
        assertThat(step.reply()).as("%s", command).isInstanceOf(Reply.Applied.class);
        image = step.image();
    }

    private void refused(Command command, String why) {
        Transition step = machine.apply(image, command);
        assertThat(step.image()).isSameAs(image);
        assertThat(step.reply()).isInstanceOfSatisfying(Reply.Refused.class, refusal -> assertThat(refusal.detail())
                .contains(why));
        assertThat(((Reply.Refused) step.reply()).code())
                .isIn(ErrorCode.INVALID_CONFIG, ErrorCode.INVALID_REPLICATION_FACTOR);
    }
}
