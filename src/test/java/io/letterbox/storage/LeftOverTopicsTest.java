package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.log.PartitionMetadataFile;
import io.letterbox.metadata.ClusterImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftOverTopicsTest {
    private static final UUID DELETED = new UUID(1, 2);

    @TempDir
    Path temp;

    private final FaultyDisk disk = new FaultyDisk();

    @Test
    void onlyWhatIsKnownToBeDeletedIsDeleted() throws IOException {
        try (DataDirectory directory = DataDirectory.open(temp)) {
            Path topics = directory.layout().topics();
            leave(topics.resolve("gone").resolve("0"), DELETED);
            leave(topics.resolve("lost").resolve("0"), new UUID(3, 4));
            Files.createDirectories(topics.resolve("half").resolve("7"));
            assertThat(leftOvers(directory).delete()).isTrue();
            assertThat(topics.resolve("gone")).doesNotExist();
            assertThat(topics.resolve("half")).doesNotExist();
            assertThat(topics.resolve("lost").resolve("0").resolve("00000000000000000000.log"))
                    .exists();
        }
    }

    @Test
    void whatCannotBeDeletedNowIsLeftToTheNextStart() throws IOException {
        try (DataDirectory directory = DataDirectory.open(temp)) {
            Path topics = directory.layout().topics();
            leave(topics.resolve("gone").resolve("0"), DELETED);
            LeftOverTopics leftOvers = leftOvers(directory);
            disk.outOfFiles = true;
            assertThat(leftOvers.delete()).isFalse();
            disk.outOfFiles = false;
            assertThat(leftOvers.delete()).isTrue();
            assertThat(topics.resolve("gone")).doesNotExist();
        }
    }

    private LeftOverTopics leftOvers(DataDirectory directory) throws IOException {
        ClusterImage image =
                new ClusterImage(9, "cluster", Map.of(), Collections.emptySortedMap(), Map.of(DELETED, "gone"));
        RecoveryCheckpoint recovery = new RecoveryCheckpoint(disk, directory.layout(), new HostedPartitions());
        return new LeftOverTopics(disk, directory.layout().topics(), image, recovery);
    }

    private void leave(Path partition, UUID topicId) throws IOException {
        disk.createDirectories(partition);
        PartitionMetadataFile.write(disk, partition, topicId);
        disk.create(partition.resolve("00000000000000000000.log")).close();
    }
}
