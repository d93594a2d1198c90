package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.Appended;
import io.letterbox.log.RecoveryPoints;
import io.letterbox.log.TestLogs;
import io.letterbox.log.sim.SimDisk;
import io.letterbox.record.TopicIdPartition;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardCheckpointTest {
    private static final TopicIdPartition KEY = new TopicIdPartition(new UUID(1, 2), 0);

    @TempDir
    Path temp;

    /** Forces of the file are none of the shard's business, and still less those that other shards wait for. */
    @Test
    void aShardGoesOnWhileRecoveryPointsAreWritten() throws Exception {
        try (DataDirectory directory = DataDirectory.open(temp)) {
            SimDisk disk = new SimDisk(1);
            disk.createDirectories(directory.layout().meta());
            Path points = directory.layout().recoveryPoints();
            SimShard shard = new SimShard(disk, directory, 1 << 16);
            shard.open(ShardFixture.image(List.of(ShardFixture.topic(KEY.topicId(), Map.of()))));
            append(shard, "a");
            shard.beginCheckpoint();
            // The forces, and what the shard makes of them.
            shard.step();
            assertThat(disk.exists(points)).isFalse();
            assertThat(append(shard, "b").future().succeeded()).isTrue();
            assertThat(shard.get(ShardFixture.P0).recoveryPoint()).isEqualTo(1);
            shard.step();
            assertThat(RecoveryPoints.read(disk, points, name -> null)).containsExactly(Map.entry(KEY, 1L));
            // The next checkpoint begins when this one is over, and no earlier.
            shard.beginCheckpoint();
            shard.step();
            shard.step();
            assertThat(RecoveryPoints.read(disk, points, name -> null)).containsExactly(Map.entry(KEY, 2L));
        }
    }

    private static Promise<Appended> append(SimShard shard, String value) throws Exception {
        Promise<Appended> done = shard.append(ShardFixture.P0, TestLogs.batch(1, value), 1, 1);
        shard.commit(1);
        return done;
    }
}
