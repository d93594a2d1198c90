package io.letterbox.storage.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.groups.patterns.TopicMatch;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicImage;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TopicPatternMatcherTest {
    private static final List<PartitionImage> PARTITIONS = List.of(new PartitionImage(0, 1, 0, List.of(1), List.of(1)));

    private final Vertx vertx = Vertx.vertx();
    private final TopicPatternMatcher desk = new TopicPatternMatcher(vertx);

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static ClusterImage image(long version, String... names) {
        TreeMap<String, TopicImage> topics = new TreeMap<>();
        for (String name : names) topics.put(name, new TopicImage(name, new UUID(1, 1), PARTITIONS, null));
        return new ClusterImage(version, "c", new TreeMap<>(), topics);
    }

    private void prepare(String regex, ClusterImage image) throws Exception {
        desk.prepare(regex, image).toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @Test
    void whatWasPreparedIsFound() throws Exception {
        ClusterImage image = image(3, "a", "b");
        prepare("a|c", image);

        assertThat(desk.find("a|c", image))
                .hasValueSatisfying(found -> assertThat(found.topics()).containsExactly("a"));
        assertThat(desk.find("a|c", image(2, "a"))).as("a shard may lag behind").isPresent();
    }

    @Test
    void anUnknownPatternIsFoundWithALaterRequest() {
        ClusterImage image = image(3, "a", "b");
        assertThat(desk.find("b", image)).isEmpty();
        Awaitility.await().until(() -> desk.find("b", image).isPresent());

        ClusterImage next = image(4, "a", "b", "bb");
        assertThat(desk.find("b+", next)).isEmpty();
        Awaitility.await().until(() -> desk.find("b+", next).isPresent());
        assertThat(desk.find("b+", next).map(TopicMatch::topics))
                .hasValueSatisfying(found -> assertThat(found).containsExactly("b", "bb"));
    }

    @Test
    void aRefusalIsRemembered() throws Exception {
        prepare("(", image(3, "a"));
        assertThat(desk.find("(", image(9, "b")).map(TopicMatch::refusal))
                .hasValueSatisfying(why -> assertThat(why).contains("RE2"));
    }

    @Test
    void theCacheIsBounded() throws Exception {
        ClusterImage image = image(3, "a");
        prepare("a", image);
        for (int i = 0; i < TopicPatternMatcher.MAX_KNOWN; i++) {
            prepare("b" + i, image);
            assertThat(desk.find("a", image)).as("what is used stays").isPresent();
        }
        assertThat(desk.find("b0", image)).isEmpty();
    }
}
