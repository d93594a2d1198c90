package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.LogFile;
import io.letterbox.log.PartitionMetadataFile;
import io.letterbox.log.RecoveryPoints;
import io.letterbox.log.sim.SimCrash;
import io.letterbox.log.sim.SimDisk;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.ShardImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicIdPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A data directory of an earlier version, taken over on a disk that stops anywhere. */
class LayoutMigrationTest {
    private static final DataLayout LAYOUT = new DataLayout(Path.of("/data"));
    private static final String LOG = "00000000000000000000.log";
    private static final UUID A = new UUID(1, 1);
    private static final UUID AGAIN = new UUID(2, 2);
    private static final UUID BEFORE_AGAIN = new UUID(3, 3);
    private static final UUID GONE = new UUID(4, 4);
    private static final UUID LOST = new UUID(5, 5);

    private static PartitionImage in(int shard) {
        return new PartitionImage(shard, 1, 0, List.of(1), List.of(1));
    }

    private static ClusterImage image() {
        TreeMap<String, TopicImage> topics = new TreeMap<>();
        TopicConfig config = new TopicConfig(Map.of());
        topics.put("a", new TopicImage("a", A, List.of(in(0), in(1), in(0)), config));
        topics.put("again", new TopicImage("again", AGAIN, List.of(in(1)), config));
        List<ShardImage> shards = List.of(new ShardImage(0, List.of(1)), new ShardImage(1, List.of(1)));
        return new ClusterImage(
                9,
                "cluster",
                Map.of(),
                shards,
                topics,
                Map.of(GONE, "gone", BEFORE_AGAIN, "again"),
                Collections.emptySortedMap());
    }

    /** The third partition of a has no marker, and the log of another incarnation is where again will be. */
    private static SimDisk written(long seed) throws IOException {
        SimDisk disk = new SimDisk(seed);
        disk.createDirectories(LAYOUT.meta());
        leave(disk, "a/0", A);
        leave(disk, "a/1", A);
        leave(disk, "a/2", null);
        leave(disk, "again/0", BEFORE_AGAIN);
        leave(disk, "gone/0", GONE);
        leave(disk, "lost/0", LOST);
        String points = "0\n5\na 0 5\na 1 6\nagain 0 7\ngone 0 8\nlost 0 9\n";
        disk.replace(LAYOUT.recoveryPoints(), points.getBytes(StandardCharsets.UTF_8));
        return disk;
    }

    private static void leave(SimDisk disk, String name, UUID topicId) throws IOException {
        Path directory = LAYOUT.topics().resolve(name);
        disk.createDirectories(directory);
        if (topicId != null) {
            String marker = "version: 0\ntopic_id: " + topicId + "\n";
            disk.replace(directory.resolve(PartitionMetadataFile.NAME), marker.getBytes(StandardCharsets.UTF_8));
        }
        try (LogFile log = disk.create(directory.resolve(LOG))) {
            log.write(ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8)), 0);
            log.force();
        }
        disk.forceDirectory(directory);
    }

    private static void start(SimDisk disk) throws IOException {
        LayoutMigration takeover = new LayoutMigration(disk, LAYOUT, image());
        RecoveryCheckpoint recovery =
                new RecoveryCheckpoint(disk, LAYOUT, new HostedPartitions(), takeover::incarnation);
        if (!takeover.isDue()) return;
        recovery.write();
        takeover.run(new ParallelFsync(Runnable::run, () -> {}));
    }

    @Test
    void whereverItStopsTheNextStartGoesOn() throws IOException {
        boolean stopped = true;
        for (int stop = 1; stopped; stop++) {
            for (boolean power : new boolean[] {true, false}) {
                SimDisk disk = written(stop);
                disk.stopBefore(stop);
                stopped = false;
                try {
                    start(disk);
                } catch (SimCrash crash) {
                    stopped = true;
                }
                if (power) disk.crash();
                else disk.kill();
                // Logs are opened behind it, so nothing may move again.
                if (!stopped) mustBeInShards(disk);
                start(disk);
                mustBeTakenOver(disk);
            }
            assertThat(stop).isLessThan(1000);
        }
    }

    private static void mustBeInShards(SimDisk disk) throws IOException {
        for (int p = 0; p < 3; p++) {
            TopicIdPartition id = new TopicIdPartition(A, p);
            Path directory = LAYOUT.shard(p % 2).resolve(id.toString());
            assertThat(disk.exists(directory.resolve(LOG))).as("%s", id).isTrue();
            assertThat(new String(disk.content(directory.resolve(LOG)), StandardCharsets.UTF_8))
                    .isEqualTo("a/" + p);
            assertThat(PartitionMetadataFile.topic(disk, directory)).isEqualTo(p < 2 ? "a" : null);
            assertThat(PartitionMetadataFile.topicId(disk, directory)).isEqualTo(p < 2 ? A : null);
        }
    }

    private static void mustBeTakenOver(SimDisk disk) throws IOException {
        mustBeInShards(disk);
        assertThat(disk.list(LAYOUT.shard(0))).hasSize(2);
        assertThat(disk.list(LAYOUT.shard(1))).as("nothing of again").hasSize(1);
        assertThat(disk.list(LAYOUT.topics()))
                .as("nobody says that it was deleted")
                .containsExactly("lost");
        assertThat(disk.exists(LAYOUT.topics().resolve("lost/0").resolve(LOG))).isTrue();
        assertThat(RecoveryPoints.read(disk, LAYOUT.recoveryPoints(), name -> null))
                .isEqualTo(Map.of(new TopicIdPartition(A, 0), 5L, new TopicIdPartition(A, 1), 6L));
    }

    @Test
    void aShortageEndsTheStartAndTheNextOneGoesOn() throws IOException {
        SimDisk disk = written(1);
        disk.capacity(disk.usedBytes());
        assertThatThrownBy(() -> start(disk)).isInstanceOf(IOException.class);
        disk.capacity(Long.MAX_VALUE);
        start(disk);
        mustBeTakenOver(disk);
    }

    @Test
    void nothingOfTheEarlierLayoutIsLeftWhereAllIsKnown() throws IOException {
        SimDisk disk = written(1);
        PartitionDirectories.destroy(disk, LAYOUT.topics().resolve("lost/0"));
        start(disk);
        assertThat(disk.exists(LAYOUT.topics())).isFalse();
    }
}
