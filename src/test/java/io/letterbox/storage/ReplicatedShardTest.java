package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.Isolation;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.error.OutOfOrderSequenceException;
import io.letterbox.log.CorruptLogException;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.ShardImage;
import io.letterbox.storage.replica.FollowerProgress;
import io.letterbox.storage.replica.LogPosition;
import io.letterbox.storage.replica.Proposal;
import io.letterbox.storage.replica.ReplicatedLog;
import io.letterbox.storage.replica.ShardReplica;
import io.vertx.core.VerticleBase;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A shard whose entries a replicated log carries, with its threads and its messages. */
class ReplicatedShardTest extends ShardFixture {
    private OneReplica log;
    private StorageVerticle shard;

    /** A log of one replica: what is proposed is committed, except while it is held. */
    /** Why the replica cannot go on. */
    private volatile Throwable ended;

    private static final class OneReplica implements ReplicatedLog {
        private ShardReplica replica;
        private long term;
        private long index;
        private volatile LogPosition checkpoint = LogPosition.START;
        private volatile Throwable broken;
        private volatile boolean holds;

        /** Of other replicas. */
        private volatile List<FollowerProgress> followers = List.of();

        synchronized void lead() {
            term++;
            replica.skipped(new LogPosition(term, index++));
            replica.leads(term);
        }

        @Override
        public synchronized void propose(ByteBuffer entry, Proposal proposal) {
            if (holds) return;
            replica.apply(new LogPosition(term, index++), entry, proposal, () -> {}, why -> broken = why);
        }

        @Override
        public void checkpointed(LogPosition position) {
            checkpoint = position;
        }

        @Override
        public int maxEntryBytes() {
            return 1 << 20;
        }

        @Override
        public int capacity() {
            return 4;
        }

        @Override
        public void stepDown(String why) {}

        @Override
        public synchronized long forcedIndex() {
            return index - 1;
        }

        @Override
        public List<FollowerProgress> followers() {
            return followers;
        }
    }

    @Override
    StorageVerticle verticle(StorageServices services) throws IOException {
        log = new OneReplica();
        shard = StorageVerticle.replicated(0, services, log, why -> ended = why);
        log.replica = shard.replica();
        log.index = log.replica.restored().index() + 1;
        log.term = log.replica.restored().term();
        return shard;
    }

    private ClusterImage image() {
        return image(List.of(1), Map.of());
    }

    private ClusterImage image(List<Integer> nodes, Map<String, String> config) {
        TreeMap<String, io.letterbox.metadata.TopicImage> topics =
                new TreeMap<>(Map.of("quakes", topic(topicId, config)));
        List<ShardImage> shards = List.of(new ShardImage(0, nodes));
        return new ClusterImage(1, "cluster", Map.of(), shards, topics, Map.of(), Collections.emptySortedMap());
    }

    private void lead() throws Exception {
        apply(image());
        log.lead();
        Awaitility.await().until(() -> hosted.get(P0) != null);
    }

    /** One of three replicas, of a topic that demands all of them. */
    private void leadThree() throws Exception {
        apply(image(List.of(1, 2, 3), Map.of("min.insync.replicas", "3")));
        others(0, 0);
        log.lead();
        Awaitility.await().until(() -> hosted.get(P0) != null);
    }

    /** For how long the other two have been silent; who answers has everything. */
    private void others(long silentMs2, long silentMs3) {
        log.followers = List.of(
                new FollowerProgress(2, silentMs2 == 0 ? Long.MAX_VALUE : 0, silentMs2),
                new FollowerProgress(3, silentMs3 == 0 ? Long.MAX_VALUE : 0, silentMs3));
    }

    @Test
    void anAcknowledgementWaitsForAsManyReplicasAsTheTopicDemands() throws Exception {
        leadThree();
        assertThat(publish("one").baseOffset()).isZero();
        others(0, 1);
        io.vertx.core.Future<?> waiting = send("two");
        Awaitility.await().until(() -> hosted.get(P0).highWatermark() == 2);
        assertThat(all()).as("two of three have it").containsExactly("one", "two");
        assertThat(waiting.isComplete()).isFalse();
        others(0, 0);
        await(waiting);
    }

    @Test
    void tooFewReplicasInSyncAreSaidBeforeAndAfterTheAppend() throws Exception {
        leadThree();
        publish("one");
        others(0, 1);
        io.vertx.core.Future<?> waiting = send("two");
        Awaitility.await().until(() -> hosted.get(P0).highWatermark() == 2);
        long laterMs = InSyncReplicas.LAG_TIME_MAX_MS + 1000;
        others(0, laterMs);
        system.elapsedStepMs = laterMs;
        Awaitility.await().until(waiting::isComplete);
        assertThat(waiting.cause())
                .hasMessageContaining("quakes demands min.insync.replicas=3, and in sync are only 2 (nodes 1, 2)")
                .hasMessageContaining("The records are stored")
                .extracting(failure -> ((ApiException) failure).code())
                .isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
        assertThat(shard.inSync()).containsExactly(1, 2);
        assertThat(refusal("three").code()).isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);
        assertThat(all()).containsExactly("one", "two");
        others(0, 0);
        Awaitility.await().until(() -> shard.inSync().size() == 3);
        assertThat(publish("three").baseOffset()).isEqualTo(2);
    }

    @Test
    void moreThanThereAreReplicasIsAlwaysTooMany() throws Exception {
        apply(image(List.of(1), Map.of("min.insync.replicas", "2")));
        log.lead();
        Awaitility.await().until(() -> hosted.get(P0) != null);
        assertThat(refusal("one"))
                .hasMessageContaining("min.insync.replicas=2, which is more than there are: 1")
                .extracting(ApiException::code)
                .isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);
    }

    private List<String> all() throws Exception {
        return values(await(reader.read(P0, 0, 1 << 20, Isolation.UNCOMMITTED)));
    }

    @Test
    void aLeaderStoresWhatTheLogCommitsAndAFollowerRefuses() throws Exception {
        lead();
        assertThat(publish("one").baseOffset()).isZero();
        log.replica.leadsNoMore();
        assertThat(refusal("two").code()).isEqualTo(ErrorCode.NOT_LEADER);
        assertThat(all()).containsExactly("one");
        log.lead();
        Awaitility.await().ignoreExceptionsInstanceOf(ApiException.class).until(() -> publish("three") != null);
        assertThat(all()).containsExactly("one", "three");
        assertThat(log.broken).isNull();
    }

    @Test
    void aBatchThatNoEntryCouldHoldIsRefused() throws Exception {
        lead();
        assertThat(refusal("x".repeat((1 << 20) - 200)))
                .hasMessageContaining("larger than replicas can be sent")
                .extracting(ApiException::code)
                .isEqualTo(ErrorCode.RECORD_TOO_LARGE);
        assertThat(publish("one").baseOffset()).isZero();
    }

    @Test
    void whatWaitsWhenLeadershipEndsIsRefusedAndGone() throws Exception {
        lead();
        publish("one");
        log.holds = true;
        io.vertx.core.Future<?> waiting = send("lost");
        Awaitility.await().until(() -> hosted.get(P0).log().logEndOffset() == 2);
        assertThat(waiting.isComplete()).isFalse();
        log.replica.leadsNoMore();
        Awaitility.await().until(waiting::isComplete);
        assertThat(((ApiException) waiting.cause()).code()).isEqualTo(ErrorCode.NOT_LEADER);
        // Whoever waits is refused first.
        Awaitility.await().until(() -> hosted.get(P0).log().logEndOffset() == 1);
    }

    private void leadAgain() {
        log.lead();
        Awaitility.await().ignoreExceptionsInstanceOf(ApiException.class).until(() -> publish("leads") != null);
    }

    private void assertThatTheFirstComesFirst() throws Exception {
        ApiException early = refusal(numbered(1, "two"));
        assertThat(early.code()).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE);
        assertThat(early.facts()).containsEntry(OutOfOrderSequenceException.EXPECTED_SEQUENCE, 0);
        assertThat(await(numbered(0, "one")).baseOffset()).isEqualTo(1);
        assertThat(await(numbered(1, "two")).baseOffset()).isEqualTo(2);
        assertThat(all()).containsExactly("leads", "one", "two");
    }

    @Test
    void whatIsInFlightBehindARefusedBatchDoesNotTakeItsPlace() throws Exception {
        lead();
        log.replica.leadsNoMore();
        assertThat(refusal(numbered(0, "one")).code()).isEqualTo(ErrorCode.NOT_LEADER);
        leadAgain();
        assertThatTheFirstComesFirst();
    }

    @Test
    void whatIsInFlightBehindABatchThatIsCutDoesNotTakeItsPlace() throws Exception {
        lead();
        log.holds = true;
        io.vertx.core.Future<?> first = numbered(0, "one");
        Awaitility.await().until(() -> hosted.get(P0).log().logEndOffset() == 1);
        log.replica.leadsNoMore();
        assertThat(refusal(first).code()).isEqualTo(ErrorCode.NOT_LEADER);
        log.holds = false;
        leadAgain();
        assertThatTheFirstComesFirst();
    }

    @Test
    void aProducerThatIsNotKnownMayBeginAnywhere() throws Exception {
        lead();
        assertThat(await(numbered(334, "later")).baseOffset()).isZero();
    }

    @Test
    void aStartBeginsWhereTheCheckpointStands() throws Exception {
        lead();
        publish("one");
        Awaitility.await().until(() -> log.checkpoint.index() >= 2);
        restart(false);
        assertThat(log.replica.restored().index()).isGreaterThanOrEqualTo(2);
        lead();
        assertThat(all()).containsExactly("one");
        assertThat(publish("two").baseOffset()).isEqualTo(1);
        assertThat(log.broken).isNull();
    }

    @Test
    void damageThatAReaderFoundEndsTheReplicaAndNotTheNode() throws Exception {
        lead();
        publish("one");
        hosted.get(P0).quarantine("a bit has flipped");
        Awaitility.await().until(() -> ended != null);
        assertThat(ended).isInstanceOf(CorruptLogException.class).hasMessageContaining("a bit has flipped");
        assertThat(refusal("two").code()).as("others may take it").isEqualTo(ErrorCode.NOT_LEADER);
        assertThat(failures).isEmpty();
    }

    @Test
    void aShardThatIsTakenOutOfServiceRefusesWhatStillComes() throws Exception {
        lead();
        publish("one");
        await(shard.retire());
        assertThat(hosted.get(P0)).isNull();
        assertThat(refusal("two").code()).isEqualTo(ErrorCode.NOT_LEADER);
        apply(image());
        CountDownLatch ran = new CountDownLatch(1);
        await(vertx.undeploy(deployment));
        shard.onThread(ran::countDown);
        assertThat(ran.await(30, TimeUnit.SECONDS))
                .as("its thread is still watched")
                .isTrue();
        assertThat(failures).isEmpty();
        // The fixture undeploys what it has deployed.
        deployment = await(vertx.deployVerticle(new VerticleBase() {}));
    }
}
