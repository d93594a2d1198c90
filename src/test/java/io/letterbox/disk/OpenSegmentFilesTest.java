package io.letterbox.disk;

import static io.letterbox.log.TestLogs.batch;
import static io.letterbox.log.TestLogs.open;
import static io.letterbox.log.TestLogs.small;
import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.log.FileRegion;
import io.letterbox.log.LogConfig;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.TestLogs;
import io.letterbox.time.Moment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests more logs than the limit of open files. */
class OpenSegmentFilesTest {
    private static final int LIMIT = 4;
    private static final int LOGS = 20;
    private static final LogConfig CONFIG = small(4_000);

    @TempDir
    Path temp;

    private final FileDisk disk = new FileDisk(LIMIT);
    private final OpenSegmentFiles files = disk.openFiles();
    private final List<PartitionLog> logs = new ArrayList<>();

    private void make() throws IOException {
        logs.clear();
        for (int index = 0; index < LOGS; index++)
            logs.add(open(disk, temp.resolve("p" + index), CONFIG, 0).log());
    }

    private static void append(PartitionLog log, String value) throws IOException {
        log.append(batch(1, value), 0, 1);
    }

    @Test
    void aLogThatNobodyUsesHasNoFileOpen() throws IOException {
        make();
        assertThat(files.open()).isZero();
        append(logs.get(0), "one");
        assertThat(logs.get(0).isOpen()).isTrue();
        assertThat(files.open()).isOne();
        logs.get(0).flush();
        // The first check after a use keeps the file, the second closes it.
        TestLogs.retain(logs.get(0), new Moment(2, 2), 1);
        assertThat(files.open()).isOne();
        TestLogs.retain(logs.get(0), new Moment(2, 2), 1);
        assertThat(files.open()).isZero();
        append(logs.get(0), "two");
        assertThat(TestLogs.values(logs.get(0), 0, 1000)).containsExactly("0=one", "1=two");
    }

    @Test
    void openingAFileClosesIdleOnes() throws IOException {
        make();
        for (int round = 0; round < 3; round++) {
            for (PartitionLog log : logs) {
                append(log, "v" + round);
                log.flush();
                assertThat(files.open()).isLessThanOrEqualTo(LIMIT + 1);
            }
        }
        for (PartitionLog log : logs) {
            assertThat(TestLogs.values(log, 0, 1000)).containsExactly("0=v0", "1=v1", "2=v2");
            assertThat(files.open()).isLessThanOrEqualTo(LIMIT + 1);
        }
    }

    @Test
    void aStartLeavesNoneOpen() throws IOException {
        make();
        for (PartitionLog log : logs) append(log, "v");
        for (PartitionLog log : logs) log.close();
        make();
        assertThat(files.open()).isZero();
        assertThat(TestLogs.values(logs.get(7), 0, 1000)).containsExactly("0=v");
    }

    /** The operating system may drop a write error once no process has the file open. */
    @Test
    void bytesThatWereNotForcedKeepTheirFileOpen() throws IOException {
        make();
        for (int index = 0; index < LOGS; index++) {
            assertThat(files.needForce()).isEqualTo(index >= LIMIT);
            assertThat(files.wantForce()).isEqualTo(index > LIMIT / 2);
            append(logs.get(index), "v");
            assertThat(files.open()).isEqualTo(index + 1);
            assertThat(files.unforced()).isEqualTo(index + 1);
        }
        for (PartitionLog log : logs) TestLogs.retain(log, new Moment(2, 2), 0);
        for (PartitionLog log : logs) TestLogs.retain(log, new Moment(2, 2), 0);
        assertThat(files.open()).isEqualTo(LOGS);
        for (PartitionLog log : logs) log.flush();
        assertThat(files.unforced()).isZero();
        assertThat(files.needForce()).isFalse();
        append(logs.get(0), "w");
        for (PartitionLog log : logs) TestLogs.retain(log, new Moment(2, 2), 0);
        for (PartitionLog log : logs) TestLogs.retain(log, new Moment(2, 2), 0);
        assertThat(files.open()).as("the one that has been written since").isOne();
    }

    @Test
    void aPinnedFileStaysOpen() throws IOException {
        make();
        append(logs.get(0), "pinned");
        logs.get(0).flush();
        FileRegion region = logs.get(0).locate(0, 1000, 1);
        for (int round = 0; round < 3; round++) {
            for (PartitionLog log : logs.subList(1, LOGS)) {
                append(log, "v");
                log.flush();
            }
        }
        assertThat(region.channel().isOpen()).isTrue();
        region.unpin();
        for (PartitionLog log : logs.subList(1, LOGS)) log.read(0, 1000, 1);
        assertThat(region.channel().isOpen()).isFalse();
    }

    @Test
    void nothingIsCountedForLogsThatAreClosed() throws IOException {
        for (int round = 0; round < 3; round++) {
            make();
            for (PartitionLog log : logs) append(log, "v");
            logs.get(0).abandon();
            for (PartitionLog log : logs.subList(1, LOGS)) log.close();
            assertThat(files.open()).isZero();
            assertThat(files.unforced()).isZero();
        }
    }
}
