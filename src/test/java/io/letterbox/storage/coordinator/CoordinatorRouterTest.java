package io.letterbox.storage.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.access.Principal;
import io.letterbox.audit.Actor;
import io.letterbox.bus.FakePartitions;
import io.letterbox.bus.FakeStorage;
import io.letterbox.bus.Metadata;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.Reply;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests which partition is asked for a command, with partitions that answer their numbers. */
class CoordinatorRouterTest {
    private static final String TOPIC = "__kept";
    private static final Principal ALICE = new Principal(Principal.USER, "alice");

    private final Vertx vertx = Vertx.vertx();
    private final FakeStorage storage = new FakeStorage(vertx);
    private final Numbers partitions = new Numbers();
    private final CoordinatorRouter router =
            new CoordinatorRouter(vertx, storage.metadata(), partitions, Map.of(TOPIC, 50));

    private record Question(String key) implements CoordinatorCommand<Integer> {
        @Override
        public String topic() {
            return TOPIC;
        }
    }

    private static final class Numbers extends FakePartitions {
        private final List<Principal> principals = new ArrayList<>();

        @Override
        @SuppressWarnings("unchecked")
        public <R> Future<R> ask(TopicPartition partition, CoordinatorCommand<R> command, Principal principal) {
            assertThat(partition.topic()).isEqualTo(command.topic());
            principals.add(principal);
            return Future.succeededFuture((R) (Integer) partition.partition());
        }
    }

    /** Metadata without a majority. */
    private static final class Refusing implements Metadata {
        @Override
        public ClusterImage image() {
            return new ClusterImage(1, "c", Map.of(), new TreeMap<>());
        }

        @Override
        public Future<Reply> propose(Command command, Actor by) {
            return Future.failedFuture(new ApiException(ErrorCode.STORAGE_FAILED, "No."));
        }

        @Override
        public void onChange(Consumer<ClusterImage> listener) {
            throw new UnsupportedOperationException();
        }
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(30, TimeUnit.SECONDS);
    }

    @Test
    void theFirstCommandMakesTheTopicAndItsKeyDecidesThePartition() throws Exception {
        assertThat(router.askAll(new Question(""), ALICE).await(30, TimeUnit.SECONDS))
                .as("lists do not make it")
                .isEmpty();
        // Kafka's clients find the same one: the hash code is the smallest int, whose absolute value is none.
        Question smallest = new Question("polygenelubricants");
        assertThat(smallest.key().hashCode()).isEqualTo(Integer.MIN_VALUE);

        assertThat(router.ask(smallest, ALICE).await(30, TimeUnit.SECONDS)).isZero();

        assertThat(storage.metadata().image().topics().get(TOPIC).partitions()).hasSize(50);
        assertThat(router.ask(new Question("a"), ALICE).await(30, TimeUnit.SECONDS))
                .isEqualTo('a' % 50);
        assertThat(router.coordinatorOf(TOPIC, "a").await(30, TimeUnit.SECONDS))
                .isEqualTo(new TopicPartition(TOPIC, 'a' % 50));
        assertThat(partitions.principals).containsExactly(ALICE, ALICE);
        assertThat(router.isNear(TOPIC, "a")).isTrue();
    }

    @Test
    void allCoordinatorsAreAskedInTheirOrder() throws Exception {
        storage.createTopic(TOPIC, 3, Map.of());
        assertThat(router.askAll(new Question("ignored"), ALICE).await(30, TimeUnit.SECONDS))
                .containsExactly(0, 1, 2);
        assertThat(partitions.principals).containsOnly(ALICE);
    }

    @Test
    void aTopicThatCannotBeMadeIsAnErrorAfterWhichClientsRetry() {
        CoordinatorRouter alone = new CoordinatorRouter(vertx, new Refusing(), partitions, Map.of(TOPIC, 50));
        Future<Integer> answer = alone.ask(new Question("a"), ALICE);
        assertThat(answer.cause())
                .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE))
                .hasMessage(TOPIC + " cannot be made: No.");
    }
}
