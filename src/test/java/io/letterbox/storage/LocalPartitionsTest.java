package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.access.Principal;
import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.GroupView;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three shards whose messages a test answers. */
class LocalPartitionsTest {
    private static final TopicPartition A0 = new TopicPartition("a", 0);
    private static final TopicPartition A1 = new TopicPartition("a", 1);
    private static final TopicPartition B0 = new TopicPartition("b", 0);
    private static final TopicPartition NOWHERE = new TopicPartition("c", 0);

    private final Vertx vertx = Vertx.vertx();
    private final HostedPartitions hosted = new HostedPartitions();
    private final LocalPartitions partitions = new LocalPartitions(vertx, hosted, HostedShards.first(3));
    private final List<BlockingQueue<Object>> shards =
            List.of(new LinkedBlockingQueue<>(), new LinkedBlockingQueue<>(), new LinkedBlockingQueue<>());

    @BeforeEach
    void start() {
        ShardBus.register(vertx.eventBus());
        for (int shard = 0; shard < shards.size(); shard++) {
            BlockingQueue<Object> messages = shards.get(shard);
            vertx.eventBus().localConsumer(ShardBus.address(shard), message -> messages.add(message.body()));
        }
        host(2, A0);
        host(1, A1);
        host(2, B0);
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(30, TimeUnit.SECONDS);
    }

    private void host(int shard, TopicPartition id) {
        hosted.put(HostedPartition.offline(shard, id, UUID.randomUUID(), "a test", 0));
    }

    private static Append append(TopicPartition id) {
        return new Append(id, ByteBuffer.allocate(1), 1, null, Promise.promise());
    }

    private <T> T at(int shard, Class<T> type) throws Exception {
        return type.cast(shards.get(shard).poll(30, TimeUnit.SECONDS));
    }

    @Test
    void anAppendGoesToTheShardThatHostsItsPartition() throws Exception {
        Append first = append(A0);
        Future<Appended> answer = partitions.append(first);
        assertThat(at(2, Append.class)).isSameAs(first);
        Appended appended = new Appended(7, -1, 0, false);
        first.done().complete(appended);
        assertThat(answer.await(30, TimeUnit.SECONDS)).isEqualTo(appended);
    }

    @Test
    void whatIsGatheredIsOneMessagePerShardInItsOrder() throws Exception {
        List<Append> all = List.of(append(B0), append(A1), append(A0), append(B0));
        partitions.appendAll(all);
        assertThat(at(2, ShardMessage.Appends.class).appends()).containsExactly(all.get(0), all.get(2), all.get(3));
        assertThat(at(1, ShardMessage.Appends.class).appends()).containsExactly(all.get(1));
        partitions.appendAll(List.of());
        partitions.append(append(NOWHERE));
        assertThat(at(0, Append.class).partition()).as("refused there").isEqualTo(NOWHERE);
        assertThat(shards).allMatch(BlockingQueue::isEmpty);
    }

    /** The shard that opens the partition meanwhile is another one than that which refuses the batch. */
    @Test
    void whatIsSentToAPartitionThatIsNotOpenIsTakenNoteOf() {
        partitions.append(new Append(NOWHERE, numbered(0), 1, null, Promise.promise()));
        partitions.append(new Append(A0, numbered(0), 1, null, Promise.promise()));
        RecordBatch later = RecordBatch.of(numbered(1));
        assertThat(hosted.refused().missingBefore(NOWHERE, later)).isZero();
        assertThat(hosted.refused().missingBefore(A0, later)).isEqualTo(RecordBatch.NO_SEQUENCE);
    }

    private static ByteBuffer numbered(int sequence) {
        BatchBuilder builder = new BatchBuilder(128).producer(7, (short) 0, sequence);
        builder.append(0, null, new byte[1], List.of());
        return builder.build();
    }

    @Test
    void everyShardIsAskedForAProducerAndOneAnswerIsGiven() throws Exception {
        Future<Map<Integer, Integer>> found = partitions.findProducer("a", 2, 9);
        for (int shard = 0; shard < shards.size(); shard++) {
            ShardMessage.FindProducer ask = at(shard, ShardMessage.FindProducer.class);
            assertThat(ask.producerId()).isEqualTo(9);
            ask.done().complete(shard == 0 ? Map.of() : Map.of(shard, shard * 10));
        }
        assertThat(found.await(30, TimeUnit.SECONDS)).isEqualTo(Map.of(1, 10, 2, 20));
    }

    @Test
    void aCommandComesToItsCoordinatorInTheNameOfItsClient() throws Exception {
        Principal alice = new Principal(Principal.USER, "alice");
        Future<GroupView> answer = partitions.ask(A1, new GroupCommand.ViewGroup("g"), alice);
        ShardMessage.Ask ask = at(1, ShardMessage.Ask.class);
        assertThat(ask.request().command()).isEqualTo(new GroupCommand.ViewGroup("g"));
        assertThat(ask.request().principal()).isEqualTo(alice);
        ask.request().reply().succeed(null);
        assertThat(answer.await(30, TimeUnit.SECONDS)).isNull();
    }

    @Test
    void aNodeOfAClusterHasShardsOnceTheyAreGivenToIt() throws Exception {
        HostedShards given = new HostedShards();
        LocalPartitions local = new LocalPartitions(vertx, hosted, given);
        Append early = append(NOWHERE);
        local.appendAll(List.of(early));
        for (Future<?> refused : List.of(
                early.done().future(),
                local.append(append(NOWHERE)),
                local.deleteRecords(NOWHERE, 1, null),
                local.ask(NOWHERE, new GroupCommand.ViewGroup("g"), null))) {
            assertThat(refused.cause()).isInstanceOfSatisfying(ApiException.class, why -> assertThat(why.code())
                    .isEqualTo(ErrorCode.UNKNOWN_PARTITION));
        }
        assertThat(local.findProducer("a", 2, 9).await(10, TimeUnit.SECONDS)).isEmpty();

        given.add(2);
        local.append(append(NOWHERE));
        assertThat(at(2, Append.class).partition()).isEqualTo(NOWHERE);
        given.add(1);
        Append one = append(A1);
        Append two = append(B0);
        local.appendAll(List.of(one, two));
        assertThat(at(1, ShardMessage.Appends.class).appends()).containsExactly(one);
        assertThat(at(2, ShardMessage.Appends.class).appends()).containsExactly(two);
    }
}
