package io.letterbox.log.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.disk.ForceFailedException;
import io.letterbox.log.CorruptLogException;
import io.letterbox.log.LastStop;
import io.letterbox.log.LogConfig;
import io.letterbox.log.LogRecovery;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.Segment;
import io.letterbox.log.TestLogs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Tests single faults of the disk, each with its expected outcome. */
class FaultSimTest {
    private static final Path DIRECTORY = Path.of("/data/topics/t/0");
    private static final LogConfig CONFIG = TestLogs.keeping(TestLogs.small(1500), -1, -1);
    private static final int RECORDS = 60;
    /**
     * The leader epoch: the only bytes that no checksum covers and no other check verifies. Records do not depend on
     * it.
     */
    private static final int EPOCH_FROM = 12;

    private static final int EPOCH_END = 16;

    @Test
    void aFailedForceEndsTheLogAndLosesNothingAcknowledged() throws Exception {
        Seeds.forEach(FaultSimTest.class, seed -> {
            Random random = new Random(seed);
            SimDisk disk = new SimDisk(seed);
            PartitionLog log = TestLogs.open(disk, DIRECTORY, CONFIG, 0).log();
            disk.failForce(1 + random.nextInt(40));
            long flushed = 0;
            while (!log.isPoisoned()) {
                try {
                    log.append(TestLogs.batch(1, "value " + log.logEndOffset()), 0, 0);
                    if (random.nextInt(3) > 0) continue;
                    log.flush();
                    flushed = log.logEndOffset();
                } catch (ForceFailedException failed) {
                    assertThat(log.isPoisoned()).isTrue();
                }
            }
            assertThat(log.durableOffset()).isEqualTo(flushed);
            assertThatThrownBy(() -> log.append(TestLogs.batch(1, "more"), 0, 0))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(log::flush).isInstanceOf(IOException.class);
            // Records can still be read.
            assertThat(TestLogs.values(log, 0, 500)).hasSize((int) log.logEndOffset());
            log.close();
            disk.crash();
            long from = random.nextBoolean() ? 0 : flushed;
            PartitionLog again = TestLogs.open(disk, DIRECTORY, CONFIG, from).log();
            assertThat(again.logEndOffset()).isGreaterThanOrEqualTo(flushed);
            assertPlain(again);
        });
    }

    @Test
    void aFullDiskRefusesTheBatchAndKeepsTheLogWhole() throws Exception {
        Seeds.forEach(FaultSimTest.class, seed -> {
            Random random = new Random(seed);
            SimDisk disk = new SimDisk(seed);
            PartitionLog log = TestLogs.open(disk, DIRECTORY, CONFIG, 0).log();
            disk.capacity(200 + random.nextInt(8000));
            for (int attempt = 0, refused = 0; refused < 5; attempt++) {
                long end = log.logEndOffset();
                try {
                    log.append(TestLogs.batch(1, "value " + end, "value " + (end + 1)), 0, 0);
                } catch (IOException full) {
                    refused++;
                    assertThat(log.logEndOffset()).isEqualTo(end);
                }
                assertThat(attempt).isLessThan(1000);
            }
            assertThat(log.isPoisoned()).isFalse();
            assertPlain(log);
            disk.capacity(Long.MAX_VALUE);
            long end = log.logEndOffset();
            log.append(TestLogs.batch(1, "value " + end), 0, 0);
            log.flush();
            assertPlain(log);
            disk.crash();
            PartitionLog again = TestLogs.open(disk, DIRECTORY, CONFIG, 0).log();
            assertThat(again.logEndOffset()).isEqualTo(end + 1);
            assertPlain(again);
        });
    }

    @Test
    void aFlippedBitBelowTheRecoveryPointIsNeverServedAndNeverTruncated() throws Exception {
        Seeds.forEach(FaultSimTest.class, seed -> {
            Random random = new Random(seed);
            SimDisk disk = filled(seed);
            PartitionLog log = TestLogs.open(disk, DIRECTORY, CONFIG, RECORDS).log();
            List<Segment> segments = log.segments();
            log.close();
            disk.kill();
            Flip flip = Flip.anywhere(disk, segments, random);
            Map<Path, ByteBuffer> before = logs(disk, segments);
            LogRecovery.RecoveryResult outcome = LogRecovery.open(
                    disk, DIRECTORY, CONFIG, RECORDS, random.nextBoolean() ? LastStop.CLEAN : LastStop.UNCLEAN);
            assertThat(logs(disk, segments)).isEqualTo(before);
            if (outcome instanceof LogRecovery.Quarantined quarantined) {
                assertThat(quarantined.reason()).contains(".log at byte");
                return;
            }
            PartitionLog opened = ((LogRecovery.Recovered) outcome).log();
            assertThat(opened.logEndOffset()).isEqualTo(RECORDS);
            if (flip.inEpoch) assertPlain(opened);
            else assertThatThrownBy(() -> assertPlain(opened)).isInstanceOf(CorruptLogException.class);
            assertThat(logs(disk, segments)).isEqualTo(before);
        });
    }

    @Test
    void aFlippedBitPastTheRecoveryPointCutsTheLogThere() throws Exception {
        Seeds.forEach(FaultSimTest.class, seed -> {
            Random random = new Random(seed);
            SimDisk disk = filled(seed);
            PartitionLog log = TestLogs.open(disk, DIRECTORY, CONFIG, RECORDS).log();
            List<Segment> segments = log.segments();
            log.close();
            disk.kill();
            Flip flip = Flip.anywhere(disk, segments, random);
            long recoveryPoint = random.nextInt((int) flip.offset + 1);
            // After a clean stop, the same bit flip is damage.
            if (!flip.inEpoch) {
                assertThat(LogRecovery.open(disk, DIRECTORY, CONFIG, recoveryPoint, LastStop.CLEAN))
                        .isInstanceOf(LogRecovery.Quarantined.class);
            }
            PartitionLog opened =
                    TestLogs.open(disk, DIRECTORY, CONFIG, recoveryPoint).log();
            assertThat(opened.logEndOffset()).isEqualTo(flip.inEpoch ? RECORDS : flip.offset);
            assertPlain(opened);
            opened.append(TestLogs.batch(1, "value " + opened.logEndOffset()), 0, 0);
            assertPlain(opened);
        });
    }

    @Test
    void aMissingTailBelowTheRecoveryPointIsDamage() throws Exception {
        SimDisk disk = filled(1);
        LogRecovery.RecoveryResult outcome = LogRecovery.open(disk, DIRECTORY, CONFIG, RECORDS + 1, LastStop.UNCLEAN);
        assertThat(outcome)
                .isInstanceOfSatisfying(LogRecovery.Quarantined.class, quarantined -> assertThat(quarantined.reason())
                        .contains("ends at offset " + RECORDS));
        outcome = LogRecovery.open(disk, Path.of("/data/topics/t/1"), CONFIG, 1, LastStop.UNCLEAN);
        assertThat(outcome)
                .isInstanceOfSatisfying(LogRecovery.Quarantined.class, quarantined -> assertThat(quarantined.reason())
                        .contains("no segments"));
    }

    /** A durable log with one record in each batch. */
    private static SimDisk filled(long seed) throws IOException {
        SimDisk disk = new SimDisk(seed);
        PartitionLog log = TestLogs.open(disk, DIRECTORY, CONFIG, 0).log();
        for (int number = 0; number < RECORDS; number++) log.append(TestLogs.batch(1, "value " + number), 0, 0);
        log.close();
        disk.crash();
        return disk;
    }

    private static Map<Path, ByteBuffer> logs(SimDisk disk, List<Segment> segments) {
        Map<Path, ByteBuffer> logs = new TreeMap<>();
        for (Segment segment : segments) logs.put(segment.logPath(), ByteBuffer.wrap(disk.content(segment.logPath())));
        return logs;
    }

    private static void assertPlain(PartitionLog log) throws IOException {
        List<String> values = TestLogs.values(log, 0, 700);
        assertThat(values).hasSize((int) log.logEndOffset());
        for (int offset = 0; offset < values.size(); offset++) {
            assertThat(values.get(offset)).isEqualTo(offset + "=value " + offset);
        }
    }

    /** A flipped bit, by the offset of its batch (of one record). */
    private record Flip(long offset, boolean inEpoch) {
        static Flip anywhere(SimDisk disk, List<Segment> segments, Random random) {
            Segment segment = segments.get(random.nextInt(segments.size()));
            int position = random.nextInt((int) segment.sizeBytes());
            ByteBuffer bytes = ByteBuffer.wrap(disk.content(segment.logPath()));
            int start = 0;
            while (start + bytes.getInt(start + 8) + 12 <= position) start += bytes.getInt(start + 8) + 12;
            disk.flip(segment.logPath(), position, random.nextInt(8));
            int within = position - start;
            return new Flip(bytes.getLong(start), within >= EPOCH_FROM && within < EPOCH_END);
        }
    }
}
