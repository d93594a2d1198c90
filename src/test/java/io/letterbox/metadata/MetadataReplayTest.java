package io.letterbox.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

class MetadataReplayTest {
    private final MetadataMachine machine = new MetadataMachine(new Limits(4, 6, 12), Map.of("segment.ms", "1000"));

    /** A replay of the log on a node with lower limits results in the same image. */
    @Property(tries = 500)
    void replayingTheLogGivesTheSameImage(@ForAll("histories") List<Command> history) throws IOException {
        MetadataMachine later = new MetadataMachine(new Limits(1, 1, 1), Map.of("segment.ms", "1000"));
        ClusterImage image = MetadataMachine.empty("c");
        ClusterImage replayed = MetadataCodec.replay(later, null, MetadataCodec.encode(image));
        for (Command command : history) {
            Transition transition = machine.apply(image, command);
            long version = transition.image().version();
            if (transition.reply() instanceof Reply.Applied applied) {
                assertThat(applied.version()).isEqualTo(version).isEqualTo(image.version() + 1);
                replayed = MetadataCodec.replay(later, replayed, MetadataCodec.encode(command));
            } else {
                assertThat(transition.image()).isSameAs(image);
            }
            image = transition.image();
            checkSound(image);
        }
        assertThat(replayed).isEqualTo(image);
        assertThat(replayed.digest()).isEqualTo(image.digest());
        assertThat(MetadataCodec.replay(later, null, MetadataCodec.encode(image)))
                .isEqualTo(image);
    }

    private static void checkSound(ClusterImage image) {
        assertThat(image.topics()).hasSizeLessThanOrEqualTo(4);
        image.topics().forEach((name, topic) -> {
            assertThat(topic.name()).isEqualTo(name);
            assertThat(topic.partitions()).hasSizeBetween(1, 6);
            for (PartitionImage partition : topic.partitions()) {
                assertThat(image.nodes().keySet()).containsAll(partition.replicas());
                assertThat(partition.replicas()).containsAll(partition.isr()).doesNotHaveDuplicates();
                assertThat(partition.isr()).contains(partition.leader());
                assertThat(partition.shard())
                        .isBetween(
                                image.shards().isEmpty() ? PartitionImage.NO_SHARD : 0,
                                image.shards().size() - 1);
            }
        });
    }

    @Provide
    Arbitrary<List<Command>> histories() {
        Arbitrary<String> names = Arbitraries.of("a", "b", "c.d", "E", "f_1", "..", "");
        Arbitrary<Integer> counts = Arbitraries.integers().between(0, 7);
        Arbitrary<Map<String, String>> configs = Arbitraries.maps(
                        Arbitraries.of("retention.ms", "flush", "segment.bytes", "unknown"),
                        Arbitraries.of("-1", "os", "65536", "Größe"))
                .ofMaxSize(2);
        Arbitrary<Set<String>> keys =
                Arbitraries.of("retention.ms", "flush", "unknown").set().ofMaxSize(2);
        Arbitrary<UUID> ids =
                Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(UUID::new);
        Arbitrary<Endpoint> endpoints = Combinators.combine(
                        names, Arbitraries.integers().between(0, 65535))
                .as(Endpoint::new);
        Arbitrary<Command> commands = Arbitraries.frequencyOf(
                Tuple.of(
                        4,
                        Combinators.combine(
                                        names,
                                        ids,
                                        counts,
                                        Arbitraries.integers().between(0, 2),
                                        configs)
                                .as(Command.CreateTopic::new)),
                Tuple.of(2, Combinators.combine(names, configs, keys).as(Command.AlterTopic::new)),
                Tuple.of(2, Combinators.combine(names, counts).as(Command.AddPartitions::new)),
                Tuple.of(1, names.map(Command.DeleteTopic::new)),
                Tuple.of(
                        1,
                        Combinators.combine(Arbitraries.integers().between(0, 2), counts)
                                .as(Command.CreateShards::new)),
                Tuple.of(
                        2,
                        Combinators.combine(Arbitraries.integers().between(-1, 2), endpoints, endpoints)
                                .as(Command.RegisterNode::new)));
        return commands.list().ofMaxSize(40);
    }
}
