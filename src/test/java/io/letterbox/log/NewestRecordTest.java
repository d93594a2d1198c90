package io.letterbox.log;

import static io.letterbox.log.TestLogs.batch;
import static io.letterbox.log.TestLogs.open;
import static io.letterbox.log.TestLogs.small;
import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.disk.FileDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests searches by timestamp against a list of all timestamps. */
class NewestRecordTest {
    @TempDir
    Path temp;

    private final FileDisk disk = new FileDisk();

    private static TimedRecord newest(List<Long> timestamps, long from, long upTo) {
        TimedRecord newest = null;
        for (long offset = from; offset < upTo; offset++) {
            long timestampMs = timestamps.get((int) offset);
            if (newest == null || timestampMs > newest.timestampMs()) newest = new TimedRecord(offset, timestampMs, 3);
        }
        return newest;
    }

    private static TimedRecord firstSince(List<Long> timestamps, long timestampMs, long from, long upTo) {
        for (long offset = from; offset < upTo; offset++) {
            long found = timestamps.get((int) offset);
            if (found >= timestampMs) return new TimedRecord(offset, found, 3);
        }
        return null;
    }

    @Test
    void isExactWhateverTheOrderOfTimesAndWhereverReadingEnds() throws IOException {
        for (int seed = 0; seed < 12; seed++) {
            Random random = new Random(seed);
            Path directory = temp.resolve("p" + seed);
            disk.createDirectories(directory);
            List<Long> timestamps = new ArrayList<>();
            try (PartitionLog log = open(disk, directory, small(2_000), 0).log()) {
                for (int i = 0; i < 300; i++) {
                    // Timestamps grow in some logs and jump in others, with many duplicates.
                    long timestampMs = seed % 3 == 0 ? i : 1_000 + random.nextInt(seed % 3 == 1 ? 30 : 3_000);
                    log.append(batch(timestampMs, "a".repeat(random.nextInt(40))), 3, 0);
                    timestamps.add(timestampMs);
                }
                log.flush();
                if (seed % 2 == 1) log.deleteRecordsBefore(random.nextInt(150));
                long start = log.logStartOffset();
                for (long upTo = start; upTo <= 300; upTo += 1 + random.nextInt(9)) {
                    assertThat(log.newest(upTo))
                            .as("seed %s, up to %s", seed, upTo)
                            .isEqualTo(newest(timestamps, start, upTo));
                    long wanted = random.nextInt(4_000);
                    assertThat(log.firstSince(wanted, upTo))
                            .as("seed %s, since %s, up to %s", seed, wanted, upTo)
                            .isEqualTo(firstSince(timestamps, wanted, start, upTo));
                }
            }
        }
    }

    @Test
    void anEmptyLogHasNone() throws IOException {
        disk.createDirectories(temp.resolve("p"));
        try (PartitionLog log = open(disk, temp.resolve("p"), small(2_000), 0).log()) {
            assertThat(log.newest(0)).isNull();
            assertThat(log.firstSince(0, 0)).isNull();
        }
    }

    @Test
    void epochsEndWhereKafkaSaysThatTheyDo() throws IOException {
        disk.createDirectories(temp.resolve("p"));
        try (PartitionLog log = open(disk, temp.resolve("p"), small(2_000), 0).log()) {
            for (int epoch : new int[] {2, 2, 5, 5, 5}) log.append(batch(1, "a"), epoch, 0);
            LeaderEpochCache epochs = log.epochs();
            assertThat(epochs.end(1, 7, 5)).as("older than all").isEqualTo(new LeaderEpochCache.EpochEntry(1, 0));
            assertThat(epochs.end(2, 7, 5)).isEqualTo(new LeaderEpochCache.EpochEntry(2, 2));
            assertThat(epochs.end(4, 7, 5)).as("between two").isEqualTo(new LeaderEpochCache.EpochEntry(2, 2));
            assertThat(epochs.end(5, 7, 5)).isEqualTo(new LeaderEpochCache.EpochEntry(5, 5));
            assertThat(epochs.end(6, 7, 5)).as("wrote nothing").isEqualTo(new LeaderEpochCache.EpochEntry(5, 5));
            assertThat(epochs.end(7, 7, 5)).as("has not written yet").isEqualTo(new LeaderEpochCache.EpochEntry(7, 5));
            assertThat(epochs.end(8, 7, 5)).as("of the future").isNull();
            assertThat(List.of(epochs.epochAt(0), epochs.epochAt(1), epochs.epochAt(2), epochs.epochAt(9)))
                    .containsExactly(2, 2, 5, 5);
        }
        disk.createDirectories(temp.resolve("empty"));
        try (PartitionLog log =
                open(disk, temp.resolve("empty"), small(2_000), 0).log()) {
            assertThat(log.epochs().end(0, 0, 0)).isEqualTo(new LeaderEpochCache.EpochEntry(0, 0));
            assertThat(log.epochs().epochAt(0)).as("not known").isEqualTo(-1);
        }
    }
}
