package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.Appended;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.producers.ProducerState;
import io.letterbox.log.sim.Seeds;
import io.letterbox.log.sim.SimCrash;
import io.letterbox.log.sim.SimDisk;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.ReplicaId;
import io.letterbox.metadata.ShardImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import io.letterbox.record.TransactionMarker;
import io.letterbox.time.Clock;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three replicas of a shard, with the real code and the real logs on simulated disks, under a log that does what Raft
 * promises and no more. Leadership moves, nodes learn of it late, crash before any write, and start again from their
 * checkpoints; topics are made and deleted; clients repeat what was not acknowledged. After every event the replicas
 * are what the committed entries say.
 */
class ReplicaSimTest {
    private static final int STEPS = 900;
    private static final int PRODUCERS = 3;
    private static final UUID FIRST = new UUID(1, 2);

    @TempDir
    Path temp;

    @Test
    void replicasAgreeOnWhatIsCommittedAndNothingElseOutlivesALeader() throws Exception {
        Counts all = new Counts();
        try (DataDirectory directory = DataDirectory.open(temp)) {
            Seeds.forEach(ReplicaSimTest.class, seed -> new Run(seed, directory, all).run());
        }
        if (Long.getLong("letterbox.simSeed") != null) return;
        // Or nothing would have been tried.
        assertThat(List.of(
                        all.acknowledged,
                        all.cut,
                        all.restarts,
                        all.checkpoints,
                        all.repeated,
                        all.drops,
                        all.tooFew,
                        all.tooFewAfter,
                        all.copied))
                .allMatch(count -> count > 0, all.toString());
    }

    private static final class Counts {
        private long acknowledged;
        private long cut;
        private long restarts;
        private long checkpoints;
        private long repeated;
        private long drops;

        /** Refused because too few were in sync, before and after they were appended; and acknowledged by all. */
        private long tooFew;

        private long tooFewAfter;
        private long copied;

        @Override
        public String toString() {
            return "acknowledged " + acknowledged + ", cut " + cut + ", restarts " + restarts + ", checkpoints "
                    + checkpoints + ", repeated " + repeated + ", drops " + drops + ", too few in sync " + tooFew
                    + ", after "
                    + tooFewAfter + ", copied to all " + copied;
        }
    }

    /** A batch that somebody wants to be stored. */
    private record Sent(TopicIdPartition key, byte[] batch, int records, SimReplica by, Promise<Appended> done) {}

    /** A node: its disk, and the process that lives on it. */
    private static final class Node {
        private final SimDisk disk;
        private SimReplicatedLog.Member member;
        private SimReplica process;
        private final Map<TopicIdPartition, Long> highWatermarks = new HashMap<>();
        private long endOffsets;

        /** The version of the image that it has. */
        private int known;

        /** When it may start again. */
        private long downUntilMs;

        Node(SimDisk disk) {
            this.disk = disk;
        }
    }

    private static final class Run {
        private final Random random;
        private final DataDirectory directory;
        private final Counts counts;
        private final SimReplicatedLog log;
        private final ReplicaTruth truth = new ReplicaTruth();
        private final List<Node> nodes = new ArrayList<>();
        private final List<ClusterImage> images = new ArrayList<>();
        private final Map<UUID, String> deleted = new HashMap<>();
        private final int maxEntryBytes;

        /** By partition and producer, the next number. */
        private final Map<List<Object>, Integer> sequences = new HashMap<>();

        /** Deletes records and never stops, or the other way round. */
        private final boolean deletes;

        /** Whose code runs. */
        private Node acting;

        private List<Sent> waiting = new ArrayList<>();

        /** By partition and producer, what is to be sent until it is acknowledged. */
        private final Map<List<Object>, byte[]> unanswered = new HashMap<>();

        private UUID second = new UUID(3, 1);
        private long nowMs = 1_000_000;
        private int written;

        /** Of all nodes. */
        private final Clock clock = new Clock() {
            @Override
            public long elapsedMs() {
                return nowMs;
            }

            @Override
            public long wallMs() {
                return nowMs;
            }
        };

        Run(long seed, DataDirectory directory, Counts counts) throws IOException {
            this.random = new Random(seed);
            this.directory = directory;
            this.counts = counts;
            this.log = new SimReplicatedLog(random, () -> nowMs);
            this.maxEntryBytes = random.nextInt(3) == 0 ? 7000 + JournalEntryCodec.OVERHEAD_BYTES : 1 << 20;
            this.deletes = random.nextInt(3) == 0;
            images.add(image());
            for (int number = 0; number < 3; number++) {
                Node node = new Node(new SimDisk(seed ^ 0x5eed + number));
                node.disk.createDirectories(directory.layout().meta());
                nodes.add(node);
                start(node);
            }
        }

        void run() throws IOException {
            for (int step = 0; step < STEPS; step++) {
                nowMs += random.nextInt(300);
                acting = nodes.get(random.nextInt(nodes.size()));
                try {
                    step();
                } catch (SimCrash stop) {
                    crash();
                }
                if (acting.process != null && acting.process.whyBroken() != null) {
                    assertThat(acting.process.whyBroken()).hasRootCauseInstanceOf(SimCrash.class);
                    crash();
                }
                check(step % 8 == 0);
                acknowledge();
            }
            settle();
        }

        // ---- what happens

        private void step() throws IOException {
            int what = random.nextInt(1000);
            if (acting.process == null) {
                if (what < 300 && nowMs >= acting.downUntilMs) restart();
                return;
            }
            if (what < 250) append();
            else if (what < 500) acting.process.step();
            else if (what < 650) acting.member.deliver();
            else if (what < 800) commit();
            else if (what < 830) acting.process.beginCheckpoint();
            else if (what < 860) learn();
            else if (what < 870) log.elect(acting.member);
            else if (what < 876) stopSoon();
            else if (what < 880) stop();
            else if (what < 884) remake();
            else if (what < 900) deleteBefore();
            else if (what < 940) repeat();
            else if (what < 955) log.force(nodes.indexOf(acting), false);
            else if (what < 975) lookAtReplicas();
            else for (int more = random.nextInt(6); more > 0; more--) acting.process.step();
        }

        /** Whoever believes that it leads acts: perhaps an old one. If there is none, anybody, who refuses. */
        private void leaderActs() {
            List<Node> leaders = new ArrayList<>();
            for (Node node : nodes) if (node.process != null && node.process.isLeader()) leaders.add(node);
            if (!leaders.isEmpty()) acting = leaders.get(random.nextInt(leaders.size()));
        }

        private void lookAtReplicas() {
            leaderActs();
            acting.process.look();
        }

        private void commit() throws IOException {
            SimReplicatedLog.Item item = log.commit();
            if (item != null) truth.committed(item);
        }

        private void learn() {
            int known = images.size() - random.nextInt(2);
            if (known > acting.known) acting.process.onImage(images.get(known - 1));
            acting.known = Math.max(known, acting.known);
        }

        private void stopSoon() {
            if (!deletes) acting.disk.stopBefore(1 + random.nextInt(60));
        }

        private void stop() {
            if (!deletes) crash();
        }

        private void crash() {
            if (random.nextInt(3) > 0) acting.disk.crash();
            else acting.disk.kill();
            acting.member.crash();
            acting.process = null;
            acting.downUntilMs = nowMs + (random.nextInt(3) == 0 ? 2 * InSyncReplicas.LAG_TIME_MAX_MS : 0);
        }

        private void restart() throws IOException {
            counts.restarts++;
            if (random.nextInt(3) == 0) stopSoon();
            start(acting);
        }

        private void start(Node node) throws IOException {
            long purgedTo = node.member == null ? -1 : node.member.purgedTo();
            int number = nodes.indexOf(node);
            node.member = log.new Member(number, maxEntryBytes, purgedTo);
            node.highWatermarks.clear();
            node.endOffsets = 0;
            node.process = new SimReplica(number + 1, node.disk, directory, node.member, clock);
            node.member.begin(node.process.replica());
            if (log.leader() == null) log.elect(node.member);
            node.known = Math.max(1, images.size() - random.nextInt(2));
            node.process.onImage(images.get(node.known - 1));
        }

        // ---- the metadata: one topic for ever, and one that is deleted and made again

        private ClusterImage image() {
            PartitionImage here = new PartitionImage(0, 1, 0, List.of(1), List.of(1));
            Map<String, String> settings = Map.of("segment.bytes", "16384", "index.interval.bytes", "200");
            TopicConfig config = new TopicConfig(settings);
            Map<String, String> demanding = new HashMap<>(settings);
            demanding.put("min.insync.replicas", "3");
            TreeMap<String, TopicImage> topics = new TreeMap<>();
            topics.put("t", new TopicImage("t", FIRST, List.of(here, here), config));
            topics.put("u", new TopicImage("u", second, List.of(here), new TopicConfig(demanding)));
            List<ReplicaId> replicas = List.of(1, 2, 3).stream()
                    .map(node -> new ReplicaId(node, new UUID(9, node)))
                    .toList();
            List<ShardImage> shards = List.of(new ShardImage(0, replicas, ReplicaTruth.EPOCH_BASE));
            return new ClusterImage(
                    images.size() + 1,
                    "cluster",
                    Map.of(),
                    shards,
                    topics,
                    Map.copyOf(deleted),
                    Collections.emptySortedMap());
        }

        private void remake() {
            counts.drops++;
            deleted.put(second, "u");
            second = new UUID(3, images.size() + 1);
            images.add(image());
        }

        // ---- clients: producer 0 numbers its batches, the others have transactions as well, -1 does neither

        private void append() throws IOException {
            leaderActs();
            TopicPartition id =
                    random.nextInt(4) == 0 ? new TopicPartition("u", 0) : new TopicPartition("t", random.nextInt(2));
            HostedPartition held = acting.process.table().get(id);
            if (held == null) return;
            int who = random.nextInt(PRODUCERS + 1) - 1;
            List<Object> sender = List.of(held.key(), who);
            if (unanswered.containsKey(sender)) return;
            ProducerState state = who < 0 ? null : held.log().producers().get(who);
            boolean open = state != null && state.transactionStart() >= 0;
            if (open && random.nextInt(3) == 0) {
                TransactionMarker marker =
                        new TransactionMarker(random.nextBoolean(), Math.max(0, state.coordinatorEpoch()));
                send(held.key(), id, bytes(marker.batch(who, state.epoch(), nowMs)));
                return;
            }
            byte[] batch = batch(who, sequences.getOrDefault(sender, 0));
            if (who >= 0) unanswered.put(sender, batch);
            send(held.key(), id, batch);
        }

        private void send(TopicIdPartition key, TopicPartition id, byte[] batch) throws IOException {
            RecordBatch view = RecordBatch.of(ByteBuffer.wrap(batch.clone()));
            int records = (int) (view.lastOffset() - view.baseOffset()) + 1;
            Promise<Appended> done = acting.process.append(id, ByteBuffer.wrap(batch.clone()), records, nowMs);
            waiting.add(new Sent(key, batch, records, acting.process, done));
        }

        /** Sends something again that was not acknowledged, perhaps while it is still on its way. */
        private void repeat() throws IOException {
            if (unanswered.isEmpty()) return;
            leaderActs();
            List<List<Object>> all = new ArrayList<>(unanswered.keySet());
            all.sort((a, b) -> a.toString().compareTo(b.toString()));
            List<Object> sender = all.get(random.nextInt(all.size()));
            TopicIdPartition key = (TopicIdPartition) sender.get(0);
            TopicPartition id = new TopicPartition(key.topicId().equals(FIRST) ? "t" : "u", key.partition());
            HostedPartition held = acting.process.table().get(id);
            if (held == null || !held.key().equals(key)) {
                if (deleted.containsKey(key.topicId())) unanswered.remove(sender);
                return;
            }
            counts.repeated++;
            send(key, id, unanswered.get(sender));
        }

        private byte[] batch(int who, int sequence) {
            BatchBuilder builder = new BatchBuilder(100);
            for (int count = random.nextInt(3); count >= 0; count--) {
                String value = "v" + written++ + "x".repeat(random.nextInt(8) == 0 ? 1000 : random.nextInt(60));
                byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
                builder.append(nowMs, bytes, bytes, List.of());
            }
            if (who >= 0) builder.producer(who, (short) 0, sequence);
            if (who > 0) builder.flags(RecordBatch.TRANSACTIONAL);
            return bytes(builder.build());
        }

        private static byte[] bytes(ByteBuffer batch) {
            byte[] bytes = new byte[batch.remaining()];
            batch.duplicate().get(bytes);
            return bytes;
        }

        /** Takes the answers, of which each that says "stored" has to be true. */
        private void acknowledge() {
            List<Sent> still = new ArrayList<>();
            for (Sent sent : waiting) {
                if (!sent.done().future().isComplete()) {
                    still.add(sent);
                    continue;
                }
                if (!sent.done().future().succeeded()) {
                    onRefused(sent);
                    continue;
                }
                counts.acknowledged++;
                long base = sent.done().future().result().baseOffset();
                truth.mustHold(sent.key(), base, sent.batch());
                // Of a topic that has been deleted nobody knows any more what it demanded.
                UUID topic = sent.key().topicId();
                if (!topic.equals(FIRST) && !deleted.containsKey(topic)) {
                    counts.copied++;
                    assertThat(truth.indexOf(sent.key(), base)).isLessThanOrEqualTo(log.forcedByAll());
                }
                RecordBatch batch = RecordBatch.of(ByteBuffer.wrap(sent.batch()));
                List<Object> sender = List.of(sent.key(), (int) batch.producerId());
                if (unanswered.remove(sender, sent.batch())) sequences.merge(sender, sent.records(), Integer::sum);
            }
            waiting = still;
        }

        private void onRefused(Sent sent) {
            if (!(sent.done().future().cause() instanceof ApiException refusal)) return;
            if (refusal.code() == ErrorCode.NOT_ENOUGH_REPLICAS) counts.tooFew++;
            if (refusal.code() != ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND) return;
            counts.tooFewAfter++;
            assertThat(truth.holds(sent.key(), sent.batch())).as("stored").isTrue();
        }

        private void deleteBefore() throws IOException {
            leaderActs();
            HostedPartition held = acting.process.table().get(new TopicPartition("t", random.nextInt(2)));
            if (held == null || !deletes) return;
            long start = held.log().logStartOffset();
            int span = (int) (held.stableOffset() - start);
            if (span > 0) acting.process.moveStart(held.id(), start + random.nextInt(span + 1));
        }

        // ---- what has to be so

        private void check(boolean whole) throws IOException {
            if (acting.process == null) return;
            long end = 0;
            for (HostedPartition held : acting.process.table().all()) {
                if (held.id().topic().equals("t")) end += held.log().logEndOffset();
                Long before = acting.highWatermarks.put(held.key(), held.highWatermark());
                if (before != null) assertThat(held.highWatermark()).isGreaterThanOrEqualTo(before);
            }
            if (end < acting.endOffsets) counts.cut++;
            acting.endOffsets = end;
            truth.mustMatch(acting.process, whole);
        }

        /** When nothing happens any more, all replicas have everything. */
        private void settle() throws IOException {
            for (Node node : nodes) {
                acting = node;
                node.disk.stopBefore(Integer.MAX_VALUE);
                // What was forced while the machine stopped may have failed, which nobody has looked at yet.
                if (node.process != null && !deletes) crash();
                if (node.process == null) start(node);
                node.process.onImage(images.get(images.size() - 1));
                counts.checkpoints += node.member.purgedTo() < 0 ? 0 : 1;
            }
            for (int round = 0; round < 5000 && !isQuiet(); round++) {
                if (log.leader() == null) log.elect(nodes.get(0).member);
                commit();
                for (Node node : nodes) {
                    node.member.deliver();
                    while (!node.process.isIdle()) node.process.step();
                    assertThat(node.process.whyBroken()).isNull();
                }
            }
            assertThat(isQuiet()).isTrue();
            for (Node node : nodes) {
                log.force(nodes.indexOf(node), true);
                node.process.look();
            }
            nodes.forEach(node -> node.process.look());
            acknowledge();
            for (Node node : nodes) {
                truth.mustMatch(node.process, true);
                assertThat(waiting).as("somebody waits").noneMatch(sent -> sent.by() == node.process);
            }
        }

        private boolean isQuiet() {
            return log.leader() != null
                    && log.isCommitted()
                    && nodes.stream().allMatch(node -> node.process.applied() == log.lastCommitted())
                    && nodes.stream().allMatch(node -> node.process.isIdle());
        }
    }
}
