package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.bus.OnLoop;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.Limits;
import io.letterbox.metadata.MetadataLog;
import io.letterbox.metadata.MetadataMachine;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.Reply;
import io.letterbox.metadata.ShardLeader;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetadataServiceTest {
    private static final int PATIENCE_SECONDS = 30;

    private final Vertx vertx = Vertx.vertx();
    private final MemoryLog log = new MemoryLog();
    private final BlockingQueue<ClusterImage> told = new LinkedBlockingQueue<>();

    /** A metadata log in memory. */
    private static final class MemoryLog implements MetadataLog {
        private final MetadataMachine machine = new MetadataMachine(new Limits(9, 9, 99), Map.of());
        private ClusterImage image = MetadataMachine.empty("test");
        private Consumer<ClusterImage> listener = shown -> {};

        @Override
        public ClusterImage image() {
            return image;
        }

        @Override
        public CompletableFuture<Reply> propose(Command command) {
            var step = machine.apply(image, command);
            image = step.image();
            listener.accept(image);
            return CompletableFuture.completedFuture(step.reply());
        }

        @Override
        public void onChange(Consumer<ClusterImage> shown) {
            listener = shown;
        }
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private ClusterImage next() throws InterruptedException {
        return told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static PartitionImage first(ClusterImage image) {
        return image.topics().get("a").partitions().get(0);
    }

    /** A service without shards shows what is agreed on at once. */
    private MetadataService service() throws Exception {
        return service(new HostedShards());
    }

    private MetadataService service(HostedShards shards) throws Exception {
        log.propose(new Command.RegisterNode(1, new Endpoint("localhost", 8080), Endpoint.NONE));
        log.propose(new Command.CreateShards(1, 1));
        log.propose(new Command.CreateTopic("a", UUID.randomUUID(), 1, 1, Map.of()));
        MetadataService service = new MetadataService(vertx, log, shards);
        OnLoop.call(vertx.getOrCreateContext(), () -> {
            service.onChange(told::add);
            return null;
        });
        service.start().await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(next().version()).isEqualTo(3);
        return service;
    }

    @Test
    void leadersAreShownWithoutAChangeOfWhatIsAgreedOn() throws Exception {
        MetadataService service = service();
        service.showLeaders(Map.of(0, new ShardLeader(2, 8, List.of(2, 3))));
        ClusterImage led = next();
        assertThat(led).isSameAs(service.image());
        assertThat(led.version()).isEqualTo(3);
        assertThat(first(led).leader()).isEqualTo(2);
        assertThat(first(led).leaderEpoch()).isEqualTo(8);

        service.showLeaders(Map.of(0, new ShardLeader(2, 8, List.of(2, 3))));
        service.showLeaders(Map.of(0, new ShardLeader(3, 9, List.of())));
        assertThat(first(next()).leader())
                .as("the same leaders again are no news")
                .isEqualTo(3);
    }

    @Test
    void whoAsksForTheNewestImageWaitsForWhatTheClusterHas() throws Exception {
        MetadataService service = service();
        assertThat(service.mayBeBehind()).isFalse();
        assertThat(service.newest().await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isSameAs(service.image());

        service.askCluster(() -> Future.succeededFuture(4L));
        assertThat(service.mayBeBehind()).isTrue();
        Future<ClusterImage> newest = service.newest();
        service.propose(new Command.CreateTopic("b", UUID.randomUUID(), 1, 1, Map.of()))
                .await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(newest.await(PATIENCE_SECONDS, TimeUnit.SECONDS).topics()).containsKey("b");
        assertThat(service.newest().await(PATIENCE_SECONDS, TimeUnit.SECONDS).version())
                .isEqualTo(4);
    }

    @Test
    void whoeverAsksIsToldThatTheClusterDoesNotAnswer() throws Exception {
        MetadataService service = service();
        service.askCluster(() -> Future.failedFuture("no majority"));
        refuses(service.newest());
        service.askCluster(() -> Promise.<Long>promise().future());
        refuses(service.newest());
        service.askCluster(() -> Future.succeededFuture(99L));
        refuses(service.newest());
    }

    private static void refuses(Future<ClusterImage> newest) {
        assertThatThrownBy(() -> newest.await(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.NODE_UNREACHABLE));
    }

    @Test
    void aLaterImageHasTheLeadersToo() throws Exception {
        MetadataService service = service();
        service.showLeaders(Map.of(0, new ShardLeader(2, 8, List.of(2))));
        next();
        service.propose(new Command.CreateTopic("b", UUID.randomUUID(), 1, 1, Map.of()))
                .await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        ClusterImage later = next();
        assertThat(later.version()).isEqualTo(4);
        assertThat(first(later).leader()).isEqualTo(2);
        assertThat(later.topics().get("b").partitions().get(0).leader()).isEqualTo(2);
        assertThat(service.image()).isSameAs(later);
    }

    @Test
    void anImageIsShownOnceTheShardsAreDeployedThatItGivesToThisNode() throws Exception {
        MetadataService service = service();
        Map<Long, Promise<Void>> deployments = new ConcurrentHashMap<>();
        BlockingQueue<Long> asked = new LinkedBlockingQueue<>();
        service.deployBy(image -> {
            Promise<Void> deployed = Promise.promise();
            deployments.put(image.version(), deployed);
            asked.add(image.version());
            return deployed.future();
        });
        service.propose(new Command.CreateTopic("b", UUID.randomUUID(), 1, 1, Map.of()));
        service.propose(new Command.CreateTopic("c", UUID.randomUUID(), 1, 1, Map.of()));
        assertThat(asked.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(4);
        assertThat(asked.poll(100, TimeUnit.MILLISECONDS))
                .as("one after the other")
                .isNull();
        assertThat(service.image().version()).isEqualTo(3);
        deployments.get(4L).complete();
        assertThat(next().version()).isEqualTo(4);
        assertThat(asked.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(5);
        deployments.get(5L).complete();
        assertThat(next().version()).isEqualTo(5);
    }

    /** What a shard was given, and whether it answers. */
    private BlockingQueue<ClusterImage> shard(boolean answers) {
        BlockingQueue<ClusterImage> given = new LinkedBlockingQueue<>();
        vertx.eventBus().<ShardMessage.ApplyImage>localConsumer(ShardBus.address(0), message -> {
            given.add(message.body().image());
            if (answers) message.body().done().complete(Map.of());
        });
        return given;
    }

    @Test
    void aShardThatComesBackIsGivenWhatTheOthersHave() throws Exception {
        ShardBus.register(vertx.eventBus());
        HostedShards shards = new HostedShards();
        MetadataService service = service(shards);
        BlockingQueue<ClusterImage> given = shard(true);
        shards.add(0);
        service.bring(0);
        assertThat(given.poll(PATIENCE_SECONDS, TimeUnit.SECONDS).version()).isEqualTo(3);
        shards.remove(0);
        service.bring(0);
        service.propose(new Command.CreateTopic("b", UUID.randomUUID(), 1, 1, Map.of()))
                .await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(given).isEmpty();
    }

    @Test
    void aShardThatIsUndeployedHoldsNothingUp() throws Exception {
        ShardBus.register(vertx.eventBus());
        HostedShards shards = new HostedShards();
        MetadataService service = service(shards);
        BlockingQueue<ClusterImage> given = shard(false);
        shards.add(0);
        Future<?> made = service.propose(new Command.CreateTopic("b", UUID.randomUUID(), 1, 1, Map.of()));
        assertThat(given.poll(PATIENCE_SECONDS, TimeUnit.SECONDS).version()).isEqualTo(4);
        assertThat(made.isComplete()).isFalse();
        shards.remove(0);
        service.gone(0);
        made.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(service.image().version()).isEqualTo(4);
    }
}
