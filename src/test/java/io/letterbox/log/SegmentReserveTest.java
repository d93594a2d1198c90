package io.letterbox.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.record.BatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentReserveTest {
    @TempDir
    Path temp;

    private final Disk disk = new FileDisk();

    @Test
    void reservesForManySmallForcesAndGivesTheRestBackAtTheEnd() throws IOException {
        PartitionLog log = open(0);
        fill(log, 200, 1000, 1);
        assertThat(Files.size(file())).isGreaterThan(log.sizeBytes());
        log.close();
        assertThat(Files.size(file())).isEqualTo(log.sizeBytes());
    }

    @Test
    void reservesNothingForFewForces() throws IOException {
        PartitionLog log = open(0);
        fill(log, 2000, 1000, 1000);
        assertThat(Files.size(file())).isEqualTo(log.sizeBytes());
        log.close();
    }

    @Test
    void reservesNothingForALittle() throws IOException {
        PartitionLog log = open(0);
        fill(log, 30, 1000, 1);
        assertThat(Files.size(file())).isEqualTo(log.sizeBytes());
        log.close();
    }

    @Test
    void givesTheRestBackWhenASegmentIsClosed() throws IOException {
        LogConfig small = TestLogs.small(200_000);
        PartitionLog log = ((LogRecovery.Recovered) LogRecovery.open(disk, temp, small, 0, false)).log();
        fill(log, 400, 1000, 1);
        List<Segment> segments = log.segments();
        assertThat(segments).hasSizeGreaterThan(2);
        for (Segment closed : segments.subList(0, segments.size() - 1)) {
            assertThat(Files.size(closed.logPath())).isEqualTo(closed.sizeBytes());
        }
        log.close();
    }

    @Test
    void cutsTheReserveOfAKilledProcessOffAndCallsNothingTorn() throws IOException {
        PartitionLog killed = open(0);
        fill(killed, 200, 1000, 1);
        long size = killed.sizeBytes();
        LogRecovery.Recovered recovered =
                (LogRecovery.Recovered) LogRecovery.open(disk, temp, LogConfig.defaults(), killed.checkpoint(), false);
        assertThat(recovered.truncatedBytes()).isZero();
        assertThat(recovered.log().logEndOffset()).isEqualTo(200);
        assertThat(Files.size(file())).isEqualTo(size);
        recovered.log().close();
        killed.close();
    }

    private PartitionLog open(long recoveryPoint) throws IOException {
        return ((LogRecovery.Recovered) LogRecovery.open(disk, temp, LogConfig.defaults(), recoveryPoint, false)).log();
    }

    private static void fill(PartitionLog log, int batches, int bytes, int batchesPerForce) throws IOException {
        for (int i = 1; i <= batches; i++) {
            BatchBuilder builder = new BatchBuilder(bytes + 100);
            builder.append(1000, null, new byte[bytes], List.of());
            ByteBuffer batch = builder.build();
            log.append(batch, 0, 1000);
            if (i % batchesPerForce == 0) log.flush();
        }
    }

    private Path file() {
        return temp.resolve("00000000000000000000.log");
    }
}
