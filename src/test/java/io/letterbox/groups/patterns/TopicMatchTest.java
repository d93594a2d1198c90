package io.letterbox.groups.patterns;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicImage;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TopicMatchTest {
    private static final List<PartitionImage> PARTITIONS = List.of(new PartitionImage(0, 1, 0, List.of(1), List.of(1)));

    private static ClusterImage image(String... names) {
        TreeMap<String, TopicImage> topics = new TreeMap<>();
        for (String name : names) topics.put(name, new TopicImage(name, new UUID(1, 1), PARTITIONS, null));
        return new ClusterImage(1, "c", new TreeMap<>(), topics);
    }

    @Test
    void onlyNewTopicsAreMatched() {
        TopicMatch first = TopicMatch.of("a.*", image("a1", "b1", "__consumer_offsets"), null);
        assertThat(first.topics()).containsExactly("a1");

        TopicMatch second = TopicMatch.of("a.*", image("a2", "b1", "b2"), first);
        assertThat(second.topics()).containsExactly("a2");
        assertThat(TopicMatch.of("no longer looked at (", image("a2", "b1"), second)
                        .refusal())
                .as("an expression is compiled again, but not matched with what is known")
                .isNotNull();
    }

    @Test
    void whatTakesTooLongIsRefusedInWords() {
        String[] long990 =
                IntStream.range(0, 990).mapToObj(i -> "a".repeat(240) + i).toArray(String[]::new);
        TopicMatch match = TopicMatch.of("(?:.?){1000}!", image(long990), null);
        assertThat(match.topics()).isNull();
        assertThat(match.refusal()).contains("(?:.?){1000}!").contains("990 topics takes too long");
        assertThat(TopicMatch.of("(?:.?){1000}!", image("a"), match).refusal())
                .as("it stays refused")
                .isEqualTo(match.refusal());
    }
}
