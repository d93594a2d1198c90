package io.letterbox.log;

import static io.letterbox.log.TestLogs.batch;
import static io.letterbox.log.TestLogs.keeping;
import static io.letterbox.log.TestLogs.open;
import static io.letterbox.log.TestLogs.small;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.disk.FileDisk;
import io.letterbox.error.ApiException;
import io.letterbox.time.Moment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests file regions: they hold the batches that a read returns, and are pinned. */
class FileRegionTest {
    private static final int SEGMENT_BYTES = 4_000;

    @TempDir
    Path temp;

    private final FileDisk disk = new FileDisk();
    private PartitionLog log;

    @BeforeEach
    void create() throws IOException {
        disk.createDirectories(temp.resolve("p"));
        log = open(disk, temp.resolve("p"), small(SEGMENT_BYTES), 0).log();
    }

    @AfterEach
    void close() throws IOException {
        log.close();
    }

    /** Appends batches of 1 to 3 records, with values of up to this many bytes. */
    private void fill(Random random, int batches, int valueBytes) throws IOException {
        for (int i = 0; i < batches; i++) {
            String[] values = new String[1 + random.nextInt(3)];
            for (int v = 0; v < values.length; v++) values[v] = "x".repeat(random.nextInt(valueBytes));
            log.append(batch(1_000L + i, values), 0, 1_000L + i);
        }
        log.flush();
    }

    private static ByteBuffer bytes(FileRegion region) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(region.sizeBytes());
        for (int at = 0; bytes.hasRemaining(); ) at += region.channel().read(bytes, region.position() + at);
        return bytes.flip();
    }

    private void assertSameAsRead(long offset, int maxBytes, long upTo) throws IOException {
        FileRegion region = log.locate(offset, maxBytes, upTo);
        LogRead read = log.read(offset, maxBytes, upTo);
        String what = "offset " + offset + ", " + maxBytes + " bytes, up to " + upTo;
        if (region.isEmpty()) {
            assertThat(read.batches().hasRemaining()).as(what).isFalse();
            assertThat(region.nextOffset()).as(what).isEqualTo(read.nextOffset());
            return;
        }
        try {
            assertThat(bytes(region)).as(what).isEqualTo(read.batches());
            // Compaction can leave a gap behind the last batch; reading may go on at either end of it.
            assertThat(region.nextOffset()).as(what).isGreaterThanOrEqualTo(read.nextOffset());
            assertThat(log.read(region.nextOffset(), 1, log.logEndOffset()).batches())
                    .as(what)
                    .isEqualTo(
                            log.read(read.nextOffset(), 1, log.logEndOffset()).batches());
        } finally {
            region.unpin();
        }
    }

    @Test
    void holdsWhatAReadReturns() throws IOException {
        Random random = new Random(7);
        fill(random, 300, 200);
        assertThat(log.segmentCount()).isGreaterThan(5);
        long end = log.logEndOffset();
        for (int i = 0; i < 3_000; i++) {
            long offset = random.nextLong(end + 1);
            long upTo = offset + random.nextLong(end + 1 - offset);
            assertSameAsRead(offset, random.nextInt(6_000), upTo);
        }
        assertSameAsRead(end - 1, 1, end);
        assertSameAsRead(0, Integer.MAX_VALUE, end);
    }

    @Test
    void holdsWhatAReadReturnsAfterCompactionLeftGaps() throws IOException {
        log.close();
        try (CompactedLog compacted =
                new CompactedLog(disk, temp.resolve("c"), CompactedLog.config(0.01, 0, 0, 2_000))) {
            Random random = new Random(3);
            for (int i = 0; i < 400; i++) compacted.append("k" + random.nextInt(5) + "=" + "v".repeat(50));
            compacted.roll();
            compacted.append("last=1");
            assertThat(compacted.compact()).isTrue();
            log = compacted.log();
            long end = log.logEndOffset();
            assertThat(log.read(0, 1, end).batches().getLong(0))
                    .as("the first batch left")
                    .isGreaterThan(50);
            for (int i = 0; i < 500; i++) {
                long offset = random.nextLong(end + 1);
                long upTo = offset + random.nextLong(end + 1 - offset);
                assertSameAsRead(offset, random.nextInt(2_000), upTo);
            }
        }
        log = open(disk, temp.resolve("p"), small(SEGMENT_BYTES), 0).log();
    }

    /** The index only shortens the search: if it is missing, wrong or of another file, the headers decide. */
    @Test
    void doesWithoutASoundIndex() throws IOException {
        fill(new Random(1), 200, 200);
        long end = log.logEndOffset();
        List<Path> indexes;
        try (Stream<Path> files = Files.list(log.directory())) {
            indexes = files.filter(file -> file.toString().endsWith(".index"))
                    .sorted()
                    .toList();
        }
        Files.delete(indexes.get(0));
        byte[] wrong = Files.readAllBytes(indexes.get(1));
        for (int at = 7; at < wrong.length; at += OffsetIndex.ENTRY_BYTES) wrong[at] ^= 1;
        Files.write(indexes.get(1), wrong);
        for (long offset = 0; offset < end; offset++) assertSameAsRead(offset, 1_500, end);
    }

    @Test
    void staysReadableWhenItsSegmentIsDeletedAndClosed() throws IOException {
        fill(new Random(5), 100, 200);
        ByteBuffer before = log.read(0, 1_000, log.logEndOffset()).batches();
        FileRegion region = log.locate(0, 1_000, log.logEndOffset());
        FileRegion another = log.locate(0, 1_000, log.logEndOffset());
        log.configure(keeping(small(SEGMENT_BYTES), -1, 0));
        assertThat(TestLogs.retain(log, new Moment(2_000, 2_000), log.logEndOffset()))
                .contains(0L);
        assertThat(Files.exists(temp.resolve("p/00000000000000000000.log"))).isFalse();
        assertThat(bytes(region)).isEqualTo(before);
        another.unpin();
        assertThat(bytes(region)).isEqualTo(before);
        log.close();
        assertThat(bytes(region)).isEqualTo(before);
        assertThat(region.channel().isOpen()).isTrue();
        region.unpin();
        assertThat(region.channel().isOpen()).as("the last one closes the file").isFalse();
        assertThatThrownBy(() -> log.locate(0, 1_000, 1)).isInstanceOf(ApiException.class);
    }

    @Test
    void aPinKeepsAnIdleFileOpenOnlyAsLongAsItIsHeld() throws IOException {
        fill(new Random(5), 100, 200);
        FileRegion region = log.locate(0, 1_000, log.logEndOffset());
        lookTwice();
        assertThat(region.channel().isOpen()).isTrue();
        FileRegion shared = log.locate(0, 1_000, log.logEndOffset());
        assertThat(shared.channel()).isSameAs(region.channel());
        region.unpin();
        lookTwice();
        assertThat(shared.channel().isOpen()).isTrue();
        shared.unpin();
        assertThat(shared.channel().isOpen()).as("the segment has it still").isTrue();
        lookTwice();
        assertThat(shared.channel().isOpen()).isFalse();
        FileRegion reopened = log.locate(0, 1_000, log.logEndOffset());
        assertThat(reopened.channel().isOpen()).isTrue();
        reopened.unpin();
    }

    /** Runs the check for idle files twice: the first keeps files that were used before, the second closes them. */
    private void lookTwice() throws IOException {
        TestLogs.retain(log, new Moment(2_000, 2_000), log.logEndOffset());
        TestLogs.retain(log, new Moment(2_000, 2_000), log.logEndOffset());
    }

    @Test
    void nothingIsPinnedWhereThereIsNothing() throws IOException {
        fill(new Random(5), 3, 20);
        FileRegion none = log.locate(log.logEndOffset(), 1_000, log.logEndOffset());
        assertThat(none.isEmpty()).isTrue();
        none.unpin();
        FileRegion notYet = log.locate(0, 1_000, 0);
        assertThat(notYet.isEmpty()).isTrue();
        assertThat(notYet.nextOffset()).isZero();
    }
}
