package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.log.sim.SimDisk;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files go when the journal carries a drop, and not because an image lacks a topic. */
class JournaledDropTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final TopicIdPartition ID = new TopicIdPartition(TOPIC, 0);
    private static final TopicPartition NAME = new TopicPartition("t", 0);

    @TempDir
    Path temp;

    private final SimDisk disk = new SimDisk(1);
    private final SimJournal journal = new SimJournal(1);
    private DataDirectory directory;
    private Path files;

    @BeforeEach
    void open() throws IOException {
        directory = DataDirectory.open(temp);
        disk.createDirectories(directory.layout().meta());
        files = directory.layout().shard(0).resolve(ID.toString());
    }

    @AfterEach
    void close() throws IOException {
        directory.close();
    }

    private static ClusterImage with() {
        TreeMap<String, TopicImage> topics = new TreeMap<>();
        PartitionImage here = new PartitionImage(0, 1, 0, List.of(1), List.of(1));
        topics.put("t", new TopicImage("t", TOPIC, List.of(here), new TopicConfig(Map.of())));
        return new ClusterImage(1, "cluster", Map.of(), topics);
    }

    private static ClusterImage without() {
        return new ClusterImage(2, "cluster", Map.of(), Collections.emptySortedMap(), Map.of(TOPIC, "t"));
    }

    @Test
    void theFilesStayUntilTheDropIsSafe() throws IOException {
        SimShard shard = new SimShard(disk, directory, journal);
        shard.open(with());
        assertThat(journal.pending())
                .singleElement()
                .isInstanceOfSatisfying(JournalEntry.Open.class, open -> assertThat(open.partitions())
                        .isEqualTo(Map.of(ID, NAME)));
        journal.complete();
        shard.apply(without(), 0);
        assertThat(shard.get(NAME)).as("out of service at once").isNull();
        assertThat(journal.pending())
                .singleElement()
                .isInstanceOfSatisfying(JournalEntry.Drop.class, drop -> assertThat(drop.partitions())
                        .isEqualTo(Map.of(ID, NAME)));
        shard.apply(without(), 0);
        assertThat(disk.exists(files)).isTrue();
        assertThat(journal.pending()).as("it is asked for once").hasSize(1);
        journal.complete();
        shard.apply(without(), 0);
        assertThat(disk.exists(files)).isFalse();
    }

    @Test
    void aDropThatIsMissingIsAppendedAtTheStart() throws IOException {
        new SimShard(disk, directory, journal).open(with());
        disk.kill();
        SimJournal other = new SimJournal(1);
        SimShard shard = new SimShard(disk, directory, other);
        shard.open(without());
        assertThat(disk.exists(files)).isTrue();
        other.complete();
        shard.apply(without(), 0);
        assertThat(disk.exists(files)).isFalse();
    }
}
