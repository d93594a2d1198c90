package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.log.PartitionMetadataFile;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.record.TopicIdPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What a process that was killed has left of topics that were deleted. */
class ShardDropsTest extends ShardFixture {
    private static final UUID DELETED = new UUID(1, 2);
    private static final UUID UNKNOWN = new UUID(3, 4);

    private static ClusterImage withDeleted() {
        return new ClusterImage(9, "cluster", Map.of(), Collections.emptySortedMap(), Map.of(DELETED, "gone"));
    }

    private Path leave(UUID id, int number) throws IOException {
        Path partition = directory.layout().shard(0).resolve(new TopicIdPartition(id, number).toString());
        files.createDirectories(partition);
        PartitionMetadataFile.write(files, partition, id, "t");
        files.create(partition.resolve("00000000000000000000.log")).close();
        return partition;
    }

    @Test
    void onlyTopicsKnownAsDeletedAreDeleted() throws Exception {
        Path deleted = leave(DELETED, 0);
        Path unknown = leave(UNKNOWN, 0);
        Path half = directory.layout().shard(0).resolve(new TopicIdPartition(UNKNOWN, 7).toString());
        files.createDirectories(half);
        apply(withDeleted());
        assertThat(deleted).doesNotExist();
        assertThat(half).doesNotExist();
        assertThat(unknown.resolve("00000000000000000000.log")).exists();
    }

    @Test
    void whatCannotBeDeletedNowIsDeletedLater() throws Exception {
        Path deleted = leave(DELETED, 0);
        files.outOfFiles = true;
        apply(withDeleted());
        assertThat(deleted).exists();
        assertThat(shortages.failing()).isPositive();
        files.outOfFiles = false;
        Awaitility.await().until(() -> !files.exists(deleted));
        Awaitility.await().until(() -> shortages.failing() == 0);
    }
}
