package io.letterbox.storage.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.access.Principal;
import io.letterbox.audit.Actor;
import io.letterbox.bus.FakePartitions;
import io.letterbox.bus.Metadata;
import io.letterbox.bus.Partitions;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.groups.GroupCommand;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.Reply;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalCoordinatorsTest {
    private static final String TOPIC = TopicName.CONSUMER_OFFSETS;
    private static final GroupCommand.CountGroups COUNT = new GroupCommand.CountGroups();

    private final Vertx vertx = Vertx.vertx();
    private ErrorCode elsewhere = ErrorCode.NOT_COORDINATOR;

    /** The coordinators of a node that has the second of two. Each answers with its number. */
    private final Partitions own = new FakePartitions() {
        @Override
        public <R> Future<R> ask(TopicPartition partition, CoordinatorCommand<R> command, Principal principal) {
            return partition.partition() == 1
                    ? answer(partition)
                    : Future.failedFuture(new ApiException(elsewhere, "Not here."));
        }
    };

    private final Partitions all = new FakePartitions() {
        @Override
        public Partitions local() {
            return own;
        }

        @Override
        public boolean isNear(TopicPartition partition) {
            return partition.partition() == 1;
        }

        @Override
        public <R> Future<R> ask(TopicPartition partition, CoordinatorCommand<R> command, Principal principal) {
            return answer(partition);
        }
    };

    private final CoordinatorRouter router = new CoordinatorRouter(vertx, new TwoPartitions(), all, Map.of(TOPIC, 2));

    @SuppressWarnings("unchecked")
    private static <R> Future<R> answer(TopicPartition partition) {
        return Future.succeededFuture((R) (Integer) partition.partition());
    }

    /** Metadata with the internal topic. */
    private static final class TwoPartitions implements Metadata {
        @Override
        public ClusterImage image() {
            PartitionImage partition = new PartitionImage(0, 1, 0, List.of(1), List.of(1));
            TopicImage topic =
                    new TopicImage(TOPIC, new UUID(1, 1), Collections.nCopies(2, partition), new TopicConfig(Map.of()));
            return new ClusterImage(1, "test", Map.of(), new TreeMap<>(Map.of(TOPIC, topic)));
        }

        @Override
        public Future<Reply> propose(Command command, Actor by) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void onChange(Consumer<ClusterImage> listener) {}
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void everyCoordinatorIsAskedWhereverItIs() {
        assertThat(router.askAll(COUNT, Principal.SERVER).await()).containsExactly(0, 1);
    }

    @Test
    void aNodeListsWhatItHasItself() {
        assertThat(router.local().askAll(COUNT, Principal.SERVER).await()).containsExactly(1);
        assertThat(router.local().local()).isSameAs(router.local());
        elsewhere = ErrorCode.COORDINATOR_LOADING;
        assertThatThrownBy(() -> router.local().askAll(COUNT, Principal.SERVER).await())
                .as("what is here and cannot answer yet is not left out")
                .isInstanceOf(ApiException.class);
    }

    @Test
    void nearIsWhatThisNodeCoordinates() {
        // The hashes of the ids are 97 and 98.
        assertThat(router.isNear(TOPIC, "a")).isTrue();
        assertThat(router.isNear(TOPIC, "b")).isFalse();
        assertThat(router.isNear("another", "b")).as("what is yet to be made").isTrue();
    }

    @Test
    void aNodeAloneHasThemAll() {
        CoordinatorRouter alone = new CoordinatorRouter(vertx, new TwoPartitions(), own, Map.of(TOPIC, 2));
        assertThat(alone.local()).isSameAs(alone);
        assertThat(alone.isNear(TOPIC, "b")).isTrue();
        assertThatThrownBy(() -> alone.askAll(COUNT, Principal.SERVER).await()).isInstanceOf(ApiException.class);
    }
}
