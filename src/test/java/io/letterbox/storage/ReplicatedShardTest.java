package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.Isolation;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.ShardImage;
import io.letterbox.storage.replica.FollowerProgress;
import io.letterbox.storage.replica.LogPosition;
import io.letterbox.storage.replica.Proposal;
import io.letterbox.storage.replica.ReplicatedLog;
import io.letterbox.storage.replica.ShardReplica;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A shard whose entries a replicated log carries, with its threads and its messages. */
class ReplicatedShardTest extends ShardFixture {
    private OneReplica log;
    private StorageVerticle shard;

    /** A log of one replica: what is proposed is committed, except while it is held. */
    private static final class OneReplica implements ReplicatedLog {
        private ShardReplica replica;
        private long term;
        private long index;
        private volatile LogPosition checkpoint = LogPosition.START;
        private volatile Throwable broken;
        private volatile boolean holds;

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
        public List<FollowerProgress> followers() {
            return List.of();
        }
    }

    @Override
    StorageVerticle verticle(StorageServices services) throws IOException {
        log = new OneReplica();
        shard = StorageVerticle.replicated(0, services, log);
        log.replica = shard.replica();
        log.index = log.replica.restored().index() + 1;
        log.term = log.replica.restored().term();
        return shard;
    }

    private ClusterImage image() {
        TreeMap<String, io.letterbox.metadata.TopicImage> topics =
                new TreeMap<>(Map.of("quakes", topic(topicId, Map.of())));
        List<ShardImage> shards = List.of(new ShardImage(0, List.of(1)));
        return new ClusterImage(1, "cluster", Map.of(), shards, topics, Map.of(), Collections.emptySortedMap());
    }

    private void lead() throws Exception {
        apply(image());
        log.lead();
        Awaitility.await().until(() -> hosted.get(P0) != null);
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
        assertThat(hosted.get(P0).log().logEndOffset()).isEqualTo(1);
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
}
