package io.letterbox.cluster.forwarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.letterbox.access.Principal;
import io.letterbox.audit.Actor;
import io.letterbox.bus.ActiveProducer;
import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.bus.FakePartitions;
import io.letterbox.bus.Metadata;
import io.letterbox.bus.OnLoop;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Partitions;
import io.letterbox.bus.TopicUse;
import io.letterbox.cluster.Peers;
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
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClusterPartitionsTest {
    private static final int PATIENCE_SECONDS = 30;
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final UUID TOPIC = new UUID(1, 1);

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final FakePeers net = new FakePeers();
    private final Image metadata = new Image();
    private final Node one = new Node(1);
    private final Node two = new Node(2);
    private final Node three = new Node(3);

    /** What all nodes know. */
    private static final class Image implements Metadata {
        private final List<Consumer<ClusterImage>> listeners = new CopyOnWriteArrayList<>();
        private volatile ClusterImage image = led(2, 1);

        private static ClusterImage led(int leader, int epoch) {
            PartitionImage partition = new PartitionImage(0, leader, epoch, List.of(1, 2, 3), List.of(1, 2, 3));
            TopicImage topic = new TopicImage("t", TOPIC, List.of(partition, partition), new TopicConfig(Map.of()));
            return new ClusterImage(1, "test", Map.of(), new TreeMap<>(Map.of("t", topic)));
        }

        void add(String name, UUID id, int partitions) {
            PartitionImage partition = image.topics().get("t").partitions().get(0);
            TopicImage added =
                    new TopicImage(name, id, Collections.nCopies(partitions, partition), new TopicConfig(Map.of()));
            Map<String, TopicImage> topics = new HashMap<>(image.topics());
            topics.put(name, added);
            image = new ClusterImage(2, "test", Map.of(), new TreeMap<>(topics));
        }

        void elect(int leader, int epoch) {
            image = led(leader, epoch);
            listeners.forEach(listener -> listener.accept(image));
        }

        @Override
        public ClusterImage image() {
            return image;
        }

        @Override
        public Future<Reply> propose(Command command, Actor by) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void onChange(Consumer<ClusterImage> listener) {
            listeners.add(listener);
        }
    }

    /** One node, whose shards take what they get while they lead. */
    private final class Node extends FakePartitions {
        private final List<Append> taken = new CopyOnWriteArrayList<>();
        private final int id;
        private final Peers peers;
        private final ClusterPartitions partitions;
        private volatile boolean leads;
        private volatile ApiException refusal;
        private volatile Future<Void> proof = Future.succeededFuture();
        private final Map<TopicPartition, UUID> open = new ConcurrentHashMap<>();

        Node(int id) {
            this.id = id;
            this.peers = net.of(id);
            this.leads = id == 2;
            this.partitions = new ClusterPartitions(
                    vertx, metadata, this, peers, () -> Future.succeededFuture(70L + id), shard -> proof);
        }

        @Override
        public Future<Appended> append(Append append) {
            if (!leads) {
                append.done().fail(new ApiException(ErrorCode.NOT_LEADER, "Not here."));
            } else if (refusal != null) {
                append.done().fail(refusal);
            } else {
                taken.add(append);
                append.done().complete(new Appended(taken.size() - 1, -1, 0, false));
            }
            return append.done().future();
        }

        @Override
        public Future<Long> deleteRecords(TopicPartition partition, long beforeOffset, Actor by) {
            return leads
                    ? Future.succeededFuture(beforeOffset)
                    : Future.failedFuture(new ApiException(ErrorCode.NOT_LEADER, "Not here."));
        }

        @Override
        public Future<Map<Integer, Integer>> findProducer(String topic, int partitions, long producerId) {
            return Future.succeededFuture(Map.of(0, leads ? 7 : 1));
        }

        @Override
        public Future<List<ActiveProducer>> describeProducers(TopicPartition partition) {
            return Future.succeededFuture(List.of());
        }

        @Override
        public Future<Map<TopicPartition, PartitionStatus>> statuses(Map<TopicPartition, UUID> incarnations) {
            Map<TopicPartition, PartitionStatus> found = new HashMap<>();
            incarnations.forEach((partition, topic) -> {
                if (topic.equals(open.get(partition)))
                    found.put(partition, new PartitionStatus(0, id, id, id, 0, 1, null, false));
            });
            return Future.succeededFuture(found);
        }

        @Override
        @SuppressWarnings("unchecked")
        public <R> Future<R> ask(TopicPartition partition, CoordinatorCommand<R> command, Principal principal) {
            return leads
                    ? Future.succeededFuture((R) (Integer) 3)
                    : Future.failedFuture(new ApiException(ErrorCode.NOT_COORDINATOR, "Not here."));
        }

        RecordBatch batch(int index) {
            return RecordBatch.of(taken.get(index).batch());
        }
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private <R> R get(Future<R> future) throws Exception {
        return future.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private Future<Appended> publish(Node door) throws Exception {
        return OnLoop.call(loop, () -> {
            BatchBuilder builder = new BatchBuilder(64);
            builder.append(1, null, new byte[] {1}, List.of());
            Promise<Appended> done = ((io.vertx.core.internal.ContextInternal) loop).promise();
            return door.partitions.append(new Append(PARTITION, builder.build(), 1, null, done));
        });
    }

    @Test
    void appendsGoToTheLeaderUnderNumbersOfTheDoor() throws Exception {
        List<Future<Appended>> sent = new ArrayList<>();
        for (int i = 0; i < 20; i++) sent.add(publish(one));
        for (int i = 0; i < 20; i++) assertThat(get(sent.get(i)).baseOffset()).isEqualTo(i);
        for (int i = 0; i < 20; i++) {
            assertThat(two.batch(i).producerId()).isEqualTo(71);
            assertThat(two.batch(i).baseSequence()).isEqualTo(i);
            assertThat(two.batch(i).isValid()).isTrue();
        }
    }

    @Test
    void theLeadersOwnDoorNumbersTooAndAsksNobody() throws Exception {
        assertThat(get(publish(two)).baseOffset()).isZero();
        assertThat(two.batch(0).producerId()).isEqualTo(72);
        assertThat(net.asked()).isZero();
    }

    @Test
    void threadsWithoutAContextPublishToo() throws Exception {
        BatchBuilder builder = new BatchBuilder(64);
        builder.append(1, null, new byte[] {1}, List.of());
        Promise<Appended> done = Promise.promise();
        one.partitions.append(new Append(PARTITION, builder.build(), 1, null, done));
        assertThat(get(done.future()).baseOffset()).isZero();
    }

    @Test
    void whatIsLedElsewhereIsKnown() {
        assertThat(one.partitions.isLedElsewhere(PARTITION)).isTrue();
        assertThat(two.partitions.isLedElsewhere(PARTITION)).isFalse();
        assertThat(one.partitions.isLedElsewhere(new TopicPartition("t", 9))).isFalse();
        assertThat(two.partitions.isNear(PARTITION)).isTrue();
        assertThat(one.partitions.isNear(PARTITION)).isFalse();
    }

    @Test
    void aLostAnswerIsAskedForUnderTheSameNumber() throws Exception {
        net.loseAnswers(2);
        get(publish(one));
        assertThat(two.taken).hasSize(3);
        for (int i = 0; i < 3; i++) assertThat(two.batch(i).baseSequence()).isZero();
    }

    @Test
    void whoIsAskedWronglySaysWhoLeads() throws Exception {
        // The second node knows of an election that the first has not heard of.
        Image behind = new Image();
        ClusterPartitions door = new ClusterPartitions(
                vertx, behind, one, one.peers, () -> Future.succeededFuture(9L), shard -> one.proof);
        two.leads = false;
        three.leads = true;
        metadata.elect(3, 2);
        Promise<Appended> done = Promise.promise();
        BatchBuilder builder = new BatchBuilder(64);
        builder.append(1, null, new byte[] {1}, List.of());
        OnLoop.call(loop, () -> door.append(new Append(PARTITION, builder.build(), 1, null, done)));
        get(done.future());
        assertThat(three.taken).hasSize(1);
        assertThat(get(door.deleteRecords(PARTITION, 5, Actor.SERVER))).isEqualTo(5);
    }

    @Test
    void aBatchWaitsForTheNextLeader() throws Exception {
        net.leave(2);
        Future<Appended> sent = publish(one);
        Future<Long> deleted = OnLoop.call(loop, () -> one.partitions.deleteRecords(PARTITION, 5, Actor.SERVER));
        three.leads = true;
        metadata.elect(3, 2);
        assertThat(get(sent).baseOffset()).isZero();
        assertThat(get(deleted)).isEqualTo(5);
        assertThat(two.taken).isEmpty();
    }

    @Test
    void nobodyWaitsForALeaderThatIsNoneAnyMore() throws Exception {
        net.deafen(2);
        Future<Appended> sent = publish(one);
        GroupCommand.CountGroups count = new GroupCommand.CountGroups();
        Future<Integer> asked = OnLoop.call(loop, () -> one.partitions.ask(PARTITION, count, Principal.SERVER));
        await().until(() -> net.asked() == 2);
        two.leads = false;
        three.leads = true;
        metadata.elect(3, 2);
        assertThat(get(sent).baseOffset()).isZero();
        assertThat(three.batch(0).baseSequence()).isZero();
        assertThatThrownBy(() -> get(asked))
                .as("the former leader may have heard it")
                .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE));
    }

    @Test
    void aFinalRefusalIsPassedOn() throws Exception {
        two.refusal = new ApiException(ErrorCode.DISK_FULL, "Full.", Map.of("limit", 5));
        assertThatThrownBy(() -> get(publish(one)))
                .isInstanceOfSatisfying(ApiException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.DISK_FULL))
                .hasMessage("Full.");
        two.refusal = null;
        get(publish(one));
        assertThat(two.batch(0).producerEpoch())
                .as("a number is not given twice in an epoch")
                .isEqualTo((short) 1);
    }

    @Test
    void aTopicThatDoesNotExistIsNotWaitedFor() {
        assertThatThrownBy(() -> get(OnLoop.call(
                        loop, () -> one.partitions.deleteRecords(new TopicPartition("none", 0), 5, Actor.SERVER))))
                .isInstanceOf(ApiException.class);
    }

    @Test
    void coordinatorsAreAskedWhereTheyAre() throws Exception {
        var count = new GroupCommand.CountGroups();
        assertThat(get(one.partitions.ask(PARTITION, count, Principal.SERVER))).isEqualTo(3);
        assertThat(get(two.partitions.ask(PARTITION, count, Principal.SERVER))).isEqualTo(3);
        assertThat(net.asked()).isEqualTo(1);
        assertThatThrownBy(() -> get(one.partitions.local().ask(PARTITION, count, Principal.SERVER)))
                .as("what this node does not coordinate")
                .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.NOT_COORDINATOR));
    }

    @Test
    void aQuestionThatMayHaveBeenHeardIsNotRepeated() {
        net.loseAnswers(1);
        assertThatThrownBy(() -> get(one.partitions.ask(PARTITION, new GroupCommand.CountGroups(), Principal.SERVER)))
                .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE));
        assertThat(net.asked()).isEqualTo(1);
    }

    @Test
    void aProducerIsLookedForWhereItsPartitionsAreLed() throws Exception {
        Partitions door = one.partitions;
        assertThat(get(door.findProducer("t", 2, 5))).isEqualTo(Map.of(0, 7));
        net.leave(2);
        assertThat(get(door.findProducer("t", 2, 5)))
                .isEqualTo(Map.of(0, Partitions.UNREADABLE, 1, Partitions.UNREADABLE));
    }

    @Test
    void theLeaderSaysWhatAPartitionHas() throws Exception {
        one.open.put(PARTITION, TOPIC);
        two.open.put(PARTITION, TOPIC);
        Map<TopicPartition, UUID> asked = Map.of(PARTITION, TOPIC, new TopicPartition("none", 0), TOPIC);
        for (Node door : List.of(one, two, three)) {
            Map<TopicPartition, PartitionStatus> found = get(door.partitions.statuses(asked));
            assertThat(found).containsOnlyKeys(PARTITION);
            assertThat(found.get(PARTITION).highWatermark()).isEqualTo(2);
        }
        assertThat(get(one.partitions.statuses(Map.of(PARTITION, new UUID(1, 2)))))
                .as("of another topic of that name")
                .isEmpty();
        net.leave(2);
        assertThat(get(one.partitions.statuses(asked))).isEmpty();
    }

    @Test
    void whoCannotProveThatItLeadsSaysNothing() throws Exception {
        two.open.put(PARTITION, TOPIC);
        two.proof = Future.failedFuture("cut off");
        for (Node door : List.of(one, two)) {
            assertThat(get(door.partitions.statuses(Map.of(PARTITION, TOPIC)))).isEmpty();
            assertThat(get(door.partitions.findProducer("t", 1, 5))).isEqualTo(Map.of(0, Partitions.UNREADABLE));
            assertThatThrownBy(() -> get(door.partitions.describeProducers(PARTITION)))
                    .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                            .isEqualTo(ErrorCode.NOT_LEADER));
        }
        two.proof = Future.succeededFuture();
        assertThat(get(one.partitions.describeProducers(PARTITION))).isEmpty();
    }

    @Test
    void manyPartitionsAreAskedForInParts() throws Exception {
        UUID id = UUID.randomUUID();
        Map<TopicPartition, UUID> many = new HashMap<>();
        for (int number = 0; number <= LeaderStatuses.MAX_ASKED; number++)
            many.put(new TopicPartition("many", number), id);
        metadata.add("many", id, many.size());
        two.open.putAll(many);
        assertThat(get(one.partitions.statuses(many))).hasSameSizeAs(many);
        assertThat(net.asked()).isEqualTo(2);
    }

    @Test
    void aTopicIsMadeWhenItsLeaderAndTheReplicaHereHaveOpenedIt() throws Exception {
        Map<TopicPartition, UUID> both = Map.of(PARTITION, TOPIC, new TopicPartition("t", 1), TOPIC);
        TopicUse use = one.partitions.topicUse();
        assertThat(get(use.made("t", 0))).isFalse();
        one.open.putAll(both);
        assertThat(get(use.made("t", 0))).as("the leader has not").isFalse();
        two.open.put(PARTITION, TOPIC);
        assertThat(get(use.made("t", 0))).as("the leader has opened one of two").isFalse();
        Future<Boolean> made = use.made("t", TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        two.open.putAll(both);
        assertThat(get(made)).isTrue();
        metadata.elect(-1, 2);
        assertThat(get(use.made("t", 0))).as("nobody leads").isFalse();
        assertThat(get(use.made("deleted meanwhile", 0))).isTrue();
    }

    @Test
    void aTopicIsGoneWhenNobodyHasItAnyMore() throws Exception {
        TopicUse use = one.partitions.topicUse();
        TopicImage topic = metadata.image().topics().get("t");
        for (Node node : List.of(one, two, three)) {
            node.open.put(PARTITION, TOPIC);
            assertThat(get(use.deleted(topic, 0))).isFalse();
            node.open.clear();
        }
        assertThat(get(use.deleted(topic, 0))).isTrue();
        two.open.put(PARTITION, TOPIC);
        net.leave(2);
        assertThat(get(use.deleted(topic, 0)))
                .as("who is away is not waited for")
                .isTrue();
    }
}
