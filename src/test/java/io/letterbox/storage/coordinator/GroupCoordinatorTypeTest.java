package io.letterbox.storage.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.config.LetterboxConfig;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.groups.Caller;
import io.letterbox.groups.GroupCommand;
import io.letterbox.memory.StatePart;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests which commands wait for a regular expression to be matched. */
class GroupCoordinatorTypeTest {
    private final Vertx vertx = Vertx.vertx();
    private final TopicPatternMatcher patterns = new TopicPatternMatcher(vertx);
    private final GroupCoordinatorType groups =
            new GroupCoordinatorType(LetterboxConfig.defaults().groups(), StatePart.unlimited(), patterns);

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(30, TimeUnit.SECONDS);
    }

    private static CoordinatorCommand<?> heartbeat(String regex) {
        return new GroupCommand.ConsumerGroupHeartbeat(
                new Caller("client", "/127.0.0.1", (short) 1),
                new ConsumerGroupHeartbeatRequestData().setGroupId("g").setSubscribedTopicRegex(regex));
    }

    @Test
    void aHeartbeatWaitsForItsRegularExpression() throws Exception {
        PartitionImage partition = new PartitionImage(0, 1, 0, List.of(1), List.of(1));
        TopicImage topic = new TopicImage("orders", new UUID(1, 1), List.of(partition), new TopicConfig(Map.of()));
        ClusterImage image = new ClusterImage(3, "c", Map.of(), new TreeMap<>(Map.of("orders", topic)));

        Future<Void> ready = groups.prepare(heartbeat("ord.*"), image);
        ready.await(30, TimeUnit.SECONDS);

        assertThat(patterns.find("ord.*", image))
                .hasValueSatisfying(match -> assertThat(match.topics()).containsExactly("orders"));
    }

    @Test
    void otherCommandsWaitForNothing() {
        ClusterImage image = new ClusterImage(3, "c", Map.of(), new TreeMap<>());
        assertThat(groups.prepare(heartbeat(null), image)).isNull();
        assertThat(groups.prepare(heartbeat(""), image)).isNull();
        assertThat(groups.prepare(heartbeat("(a{1000}){1000}"), image))
                .as("the core refuses it")
                .isNull();
        assertThat(groups.prepare(new GroupCommand.ViewGroup("g"), image)).isNull();
    }
}
