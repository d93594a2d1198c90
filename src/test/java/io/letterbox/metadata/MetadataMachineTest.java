package io.letterbox.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MetadataMachineTest {
    private static final UUID ID = new UUID(1, 2);

    private final MetadataMachine machine = new MetadataMachine(new Limits(3, 4, 8), Map.of("segment.ms", "1000"));
    private ClusterImage image = machine.apply(
                    MetadataMachine.empty("test"),
                    new Command.RegisterNode(1, new Endpoint("localhost", 8080), Endpoint.NONE))
            .image();

    @Test
    void aNewTopicIsLedByTheOnlyNode() {
        assertThat(apply(create("a", 2))).isEqualTo(new Reply.Applied(2));
        TopicImage topic = image.topics().get("a");
        assertThat(topic.id()).isEqualTo(ID);
        assertThat(topic.partitions())
                .containsExactly(
                        new PartitionImage(PartitionImage.NO_SHARD, 1, 0, List.of(1), List.of(1)),
                        new PartitionImage(PartitionImage.NO_SHARD, 1, 0, List.of(1), List.of(1)));
        assertThat(topic.config().segmentMs()).isEqualTo(1000);
    }

    @Test
    void aRestartedNodeLeadsUnderANewEpoch() {
        apply(create("a", 1));
        apply(new Command.RegisterNode(1, new Endpoint("localhost", 9999), Endpoint.NONE));
        assertThat(image.topics().get("a").partitions().get(0).leaderEpoch()).isEqualTo(1);
        assertThat(image.nodes().get(1).http().port()).isEqualTo(9999);
    }

    /** Producer ids are made from the version, so it is all that may change. */
    @Test
    void takingProducerIdsLeadsToAVersionOfItsOwn() {
        apply(create("a", 1));
        ClusterImage before = image;
        assertThat(apply(new Command.AllocateProducerIds())).isEqualTo(new Reply.Applied(3));
        assertThat(apply(new Command.AllocateProducerIds())).isEqualTo(new Reply.Applied(4));
        assertThat(image.topics()).isEqualTo(before.topics());
        assertThat(image.nodes()).isEqualTo(before.nodes());
    }

    @Test
    void replicasAreSpreadOverTheNodes() {
        apply(new Command.RegisterNode(2, new Endpoint("localhost", 8081), Endpoint.NONE));
        apply(new Command.RegisterNode(3, new Endpoint("localhost", 8082), Endpoint.NONE));
        apply(new Command.CreateTopic("a", ID, 4, 2, Map.of()));
        assertThat(image.topics().get("a").partitions())
                .extracting(PartitionImage::replicas)
                .containsExactly(List.of(1, 2), List.of(2, 3), List.of(3, 1), List.of(1, 2));
        apply(new Command.RegisterNode(2, new Endpoint("localhost", 8081), Endpoint.NONE));
        assertThat(image.topics().get("a").partitions())
                .extracting(PartitionImage::leaderEpoch)
                .containsExactly(0, 1, 0, 0);
    }

    private static List<Integer> shards(TopicImage topic) {
        return topic.partitions().stream().map(PartitionImage::shard).toList();
    }

    /** Those of topics that were there before, too: so a data directory without shards gets them. */
    @Test
    void partitionsOfATopicGoToDifferentShardsAndFewToEach() {
        apply(create("a", 4));
        apply(create("b", 1));
        assertThat(shards(image.topics().get("a"))).containsOnly(PartitionImage.NO_SHARD);
        apply(new Command.CreateShards(1, 3));
        assertThat(image.shards())
                .containsExactly(
                        new ShardImage(0, List.of(1)), new ShardImage(1, List.of(1)), new ShardImage(2, List.of(1)));
        assertThat(shards(image.topics().get("a"))).containsExactly(0, 1, 2, 0);
        assertThat(shards(image.topics().get("b"))).containsExactly(1);
        apply(new Command.CreateTopic("c", new UUID(5, 6), 2, 1, Map.of()));
        assertThat(shards(image.topics().get("c")))
                .as("the fewest partitions, then the lowest number")
                .containsExactly(2, 0);
        apply(new Command.DeleteTopic("a"));
        apply(new Command.AddPartitions("b", 4));
        assertThat(shards(image.topics().get("b"))).containsExactly(1, 0, 2, 1);
        TopicImage c = image.topics().get("c");
        assertThat(c.partitions()).extracting(PartitionImage::leader).containsExactly(1, 1);
    }

    @Test
    void theNumberOfShardsIsFixedOnce() {
        refused(new Command.CreateShards(1, 0), ErrorCode.INVALID_CONFIG, "1 is the least");
        refused(new Command.CreateShards(1, 65), ErrorCode.INVALID_CONFIG, "64 the most");
        apply(new Command.CreateShards(1, 2));
        refused(new Command.CreateShards(1, 3), ErrorCode.INVALID_CONFIG, "There are 2 shards already");
        refused(
                new Command.CreateTopic("b", ID, 1, 2, Map.of()),
                ErrorCode.INVALID_REPLICATION_FACTOR,
                "number of nodes, 1");
    }

    @Test
    void settingsAreSetAndUnset() {
        apply(create("a", 1));
        apply(new Command.AlterTopic("a", Map.of("retention.ms", "7", "flush", "os"), Set.of()));
        apply(new Command.AlterTopic("a", Map.of("retention.ms", "8"), Set.of("flush")));
        assertThat(image.topics().get("a").config().overrides()).containsExactly(Map.entry("retention.ms", "8"));
        refused(
                new Command.AlterTopic("a", Map.of("flush", "os"), Set.of("flush")),
                ErrorCode.INVALID_CONFIG,
                "flush cannot be set and unset at once.");
        refused(new Command.AlterTopic("a", Map.of(), Set.of("flusch")), ErrorCode.INVALID_CONFIG, "'flush'");
    }

    @Test
    void partitionsAreAddedBehindTheOthers() {
        apply(create("a", 1));
        apply(new Command.AddPartitions("a", 4));
        assertThat(image.topics().get("a").partitions()).hasSize(4);
        refused(new Command.AddPartitions("a", 4), ErrorCode.INVALID_PARTITIONS, "4 is not more");
        refused(new Command.AddPartitions("a", 5), ErrorCode.POLICY_VIOLATION, "limits.partitionsPerTopic allows 4");
    }

    @Test
    void aTopicRemembersHowManyPartitionsItHad() {
        apply(create("a", 1));
        assertThat(image.topics().get("a").formerSizes()).isEmpty();
        apply(new Command.AddPartitions("a", 2));
        apply(new Command.AddPartitions("a", 4));
        apply(new Command.AlterTopic("a", Map.of("retention.ms", "5"), Set.of()));
        assertThat(image.topics().get("a").formerSizes()).containsExactly(1, 2);
    }

    @Test
    void aTopicForgetsTheOldestOfManySizes() {
        TopicImage topic = new TopicImage("a", new UUID(1, 2), List.of(partition()), null);
        for (int i = 0; i < TopicImage.MAX_FORMER_SIZES + 3; i++) topic = topic.grown(List.of(partition()));
        assertThat(topic.formerSizes())
                .hasSize(TopicImage.MAX_FORMER_SIZES)
                .startsWith(4)
                .endsWith(19);
        assertThat(topic.partitions()).hasSize(20);
    }

    private static PartitionImage partition() {
        return new PartitionImage(PartitionImage.NO_SHARD, 1, 0, List.of(1), List.of(1));
    }

    @Test
    void aDeletedTopicComesBackUnderAnotherIncarnation() {
        apply(create("a", 1));
        apply(new Command.DeleteTopic("a"));
        assertThat(image.topics()).isEmpty();
        apply(new Command.CreateTopic("a", new UUID(3, 4), 1, 1, Map.of()));
        assertThat(image.topics().get("a").id()).isEqualTo(new UUID(3, 4));
    }

    @Test
    void whatIsWrongIsRefusedWithAReason() {
        apply(create("a", 1));
        refused(create("a", 1), ErrorCode.TOPIC_EXISTS, "'a' exists already");
        refused(create("..", 1), ErrorCode.INVALID_TOPIC, "1 to 249");
        refused(create("b/c", 1), ErrorCode.INVALID_TOPIC, "a-z");
        refused(create("b", 0), ErrorCode.INVALID_PARTITIONS, "1 is the least");
        refused(create("b", 5), ErrorCode.POLICY_VIOLATION, "limits.partitionsPerTopic allows 4");
        refused(
                new Command.CreateTopic("b", ID, 1, 2, Map.of()),
                ErrorCode.INVALID_REPLICATION_FACTOR,
                "number of nodes, 1");
        refused(new Command.DeleteTopic("b"), ErrorCode.UNKNOWN_TOPIC, "'b' does not exist");
        refused(new Command.AddPartitions("b", 2), ErrorCode.UNKNOWN_TOPIC, "'b' does not exist");
        refused(new Command.AlterTopic("b", Map.of(), Set.of()), ErrorCode.UNKNOWN_TOPIC, "'b' does not exist");
        refused(new Command.RegisterNode(-1, new Endpoint("h", 1), Endpoint.NONE), ErrorCode.INVALID_CONFIG, "node.id");
    }

    @Test
    void thereAreNoMoreTopicsAndPartitionsThanTheLimits() {
        apply(create("a", 4));
        apply(create("b", 3));
        refused(create("c", 2), ErrorCode.POLICY_VIOLATION, "limits.partitions allows 8");
        apply(create("c", 1));
        refused(create("d", 1), ErrorCode.POLICY_VIOLATION, "limits.topics allows 3");
    }

    @Test
    void aLimitThatWasLoweredDoesNotTakeTopicsAway() {
        MetadataMachine strict = new MetadataMachine(new Limits(1, 1, 1), Map.of());
        assertThat(strict.replay(image, create("a", 4)).topics()).containsKey("a");
    }

    @Test
    void wrongDefaultsEndTheStart() {
        assertThatThrownBy(() -> new MetadataMachine(new Limits(1, 1, 1), Map.of("retention", "1")))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("retention.ms");
    }

    private static Command create(String name, int partitions) {
        return new Command.CreateTopic(name, ID, partitions, 1, Map.of());
    }

    private Reply apply(Command command) {
        Transition transition = machine.apply(image, command);
        assertThat(transition.reply()).isInstanceOf(Reply.Applied.class);
        image = transition.image();
        return transition.reply();
    }

    private void refused(Command command, ErrorCode code, String why) {
        Transition transition = machine.apply(image, command);
        assertThat(transition.image()).isSameAs(image);
        assertThat(transition.reply()).isInstanceOfSatisfying(Reply.Refused.class, refused -> {
            assertThat(refused.code()).isEqualTo(code);
            assertThat(refused.detail()).contains(why).endsWith(".");
        });
    }
}
