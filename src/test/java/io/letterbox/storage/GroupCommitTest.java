package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.bus.Appended;
import io.letterbox.log.TestLogs;
import io.letterbox.log.sim.SimDisk;
import io.letterbox.log.wal.WalEntry;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups of a shard whose journal takes its time. */
class GroupCommitTest {
    private static final TopicPartition P0 = new TopicPartition("quakes", 0);
    private static final TopicPartition P1 = new TopicPartition("quakes", 1);

    @TempDir
    Path temp;

    private DataDirectory directory;
    private SimJournal journal;
    private SimShard shard;

    @BeforeEach
    void open() throws IOException {
        directory = DataDirectory.open(temp);
        shardWith(3);
    }

    private void shardWith(int capacity) throws IOException {
        SimDisk disk = new SimDisk(1);
        disk.createDirectories(directory.layout().meta());
        journal = new SimJournal(capacity);
        shard = new SimShard(disk, directory, journal);
        PartitionImage here = new PartitionImage(0, 1, 0, List.of(1), List.of(1));
        TopicImage topic = new TopicImage("quakes", new UUID(1, 2), List.of(here, here), new TopicConfig(Map.of()));
        shard.open(new ClusterImage(1, "cluster", Map.of(), new TreeMap<>(Map.of("quakes", topic))));
        // That both are opened.
        journal.complete();
    }

    @AfterEach
    void close() throws IOException {
        directory.close();
    }

    @Test
    void severalGroupsAreUnderWayAndBecomeSafeInTheirOrder() throws IOException {
        Promise<Appended> first = append(P0, "a", "b");
        shard.commit(0);
        Promise<Appended> second = append(P0, "c");
        Promise<Appended> other = append(P1, "x");
        shard.commit(0);
        assertThat(journal.pending()).hasSize(2);
        assertThat(offsets(journal.pending().get(1))).containsExactly("quakes/0 2-3", "quakes/1 0-1");
        assertThat(shard.get(P0).highWatermark()).isZero();

        journal.complete();
        assertThat(first.future().succeeded()).isTrue();
        assertThat(second.future().isComplete()).isFalse();
        assertThat(shard.get(P0).highWatermark()).isEqualTo(2);
        journal.complete();
        assertThat(second.future().succeeded()).isTrue();
        assertThat(other.future().succeeded()).isTrue();
        assertThat(shard.get(P0).highWatermark()).isEqualTo(3);
        assertThat(shard.get(P1).highWatermark()).isEqualTo(1);
    }

    @Test
    void whatTheJournalDoesNotTakeGathersInTheNextGroup() throws IOException {
        shardWith(1);
        append(P0, "a");
        shard.commit(0);
        append(P0, "b");
        shard.commit(0);
        Promise<Appended> last = append(P1, "x");
        assertThat(journal.pending()).hasSize(1);
        journal.complete();
        assertThat(journal.pending()).hasSize(1);
        assertThat(offsets(journal.pending().get(0))).containsExactly("quakes/0 1-2", "quakes/1 0-1");
        journal.complete();
        assertThat(last.future().succeeded()).isTrue();
        assertThat(journal.pending()).isEmpty();
    }

    @Test
    void groupsThatLackedSomethingGoAgainAsOneInTheirOrder() throws IOException {
        append(P0, "a");
        shard.commit(0);
        append(P1, "x");
        shard.commit(0);
        Promise<Appended> last = append(P0, "b");
        journal.lack(new IOException("No space left on device"));
        assertThatThrownBy(() -> shard.commit(0)).hasMessageContaining("No space");
        shard.commit(0);
        assertThat(journal.pending()).hasSize(1);
        assertThat(offsets(journal.pending().get(0))).containsExactly("quakes/0 0-2", "quakes/1 0-1");
        assertThat(last.future().isComplete()).isFalse();
        journal.complete();
        assertThat(last.future().succeeded()).isTrue();
        assertThat(shard.get(P0).highWatermark()).isEqualTo(2);
    }

    @Test
    void aLogBeginsLaterOnceThatIsSafe() throws IOException {
        append(P0, "a", "b");
        shard.commit(0);
        journal.complete();
        append(P0, "c");
        shard.commit(0);
        shard.moveStart(P0, 1);
        shard.moveStart(P0, 2);
        assertThat(journal.pending().get(1))
                .isEqualTo(logStart(journal.pending().get(1), 1));
        journal.complete();
        assertThat(shard.get(P0).log().logStartOffset()).isZero();
        journal.complete();
        assertThat(shard.get(P0).log().logStartOffset()).isEqualTo(1);
        journal.lack(new IOException("No space left on device"));
        assertThat(shard.get(P0).log().logStartOffset()).isEqualTo(1);
    }

    private static JournalEntry logStart(JournalEntry like, long offset) {
        return new JournalEntry.LogStart(like.timeMs(), P0, new UUID(1, 2), offset);
    }

    private Promise<Appended> append(TopicPartition id, String... values) throws IOException {
        return shard.append(id, TestLogs.batch(1, values), values.length, 0);
    }

    private static List<String> offsets(JournalEntry entry) {
        return ((JournalEntry.Group) entry)
                .parts().stream().map(GroupCommitTest::offsets).toList();
    }

    private static String offsets(WalEntry part) {
        return part.partition() + " " + part.baseOffset() + "-" + part.nextOffset();
    }
}
