package io.letterbox.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.disk.Disk;
import io.letterbox.disk.FileDisk;
import io.letterbox.disk.LogFile;
import io.letterbox.log.producers.AbortedTxn;
import io.letterbox.log.producers.ProducerLimits;
import io.letterbox.memory.StatePart;
import io.letterbox.record.AbortedTransaction;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TransactionMarker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The aborted transactions of logs, in memory and in their files. */
class TransactionIndexTest {
    private static final long BASE = 1000;
    private static final int LIMIT_BYTES = 100_000;
    private static final int LOGS = 3;
    private static final int ABORTED = 1500;

    @TempDir
    Path temp;

    private final Disk disk = new FileDisk();
    private final Random random = new Random(31);

    @Test
    void aFileAnswersAsMemoryDoes() throws IOException {
        for (int count : List.of(1, 63, 64, 65, 129, 700)) {
            TransactionIndex memory = index(count);
            long end = memory.greatestLastOffset() + 1;
            Path path = write(memory);
            for (int look = 0; look < 300; look++) {
                long from = BASE - 5 + random.nextInt((int) (end - BASE) + 10);
                long upTo = from + 1 + random.nextInt(80);
                List<AbortedTransaction> expected = new ArrayList<>();
                boolean last = memory.collect(from, upTo, expected);
                List<AbortedTransaction> found = new ArrayList<>();
                assertThat(look(path, end, from, upTo, found)).isEqualTo(last);
                assertThat(found).isEqualTo(expected);
            }
        }
    }

    @Test
    void whatIsNoEntryIsDamage() throws IOException {
        TransactionIndex memory = index(200);
        long end = memory.greatestLastOffset() + 1;
        Path path = write(memory);
        try (LogFile file = disk.open(path)) {
            file.write(ByteBuffer.wrap(new byte[] {1}), 150 * TransactionIndex.ENTRY_BYTES);
        }
        assertThatThrownBy(() -> look(path, end, BASE, end, new ArrayList<>()))
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining("at byte " + 150 * TransactionIndex.ENTRY_BYTES);
        assertThatThrownBy(() -> look(path, end - 1, end - 1, end, new ArrayList<>()))
                .as("a marker that the segment cannot have")
                .isInstanceOf(CorruptLogException.class);
        try (LogFile file = disk.open(path)) {
            file.truncate(199 * TransactionIndex.ENTRY_BYTES + 5);
        }
        assertThatThrownBy(() -> look(path, end, BASE, BASE + 1, new ArrayList<>()))
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining("at byte " + 199 * TransactionIndex.ENTRY_BYTES);
    }

    @Test
    void allLogsTogetherKeepABoundedNumberInMemory() throws IOException {
        StatePart memory = new StatePart("aborted", "-Xmx", LIMIT_BYTES);
        List<PartitionLog> logs = new ArrayList<>();
        for (int number = 0; number < LOGS; number++) logs.add(open(number, memory));
        for (int transaction = 0; transaction < ABORTED; transaction++) {
            for (PartitionLog log : logs) abort(log, transaction);
            assertThat(memory.usedBytes()).isLessThan(LIMIT_BYTES + LIMIT_BYTES / 2);
        }
        for (PartitionLog log : logs) {
            assertThat(log.segmentCount()).isGreaterThan(1);
            assertAllKnown(log);
            log.close();
        }
        assertThat(memory.usedBytes()).isZero();
        for (int number = 0; number < LOGS; number++) {
            PartitionLog again = open(number, memory);
            assertAllKnown(again);
            again.close();
        }
    }

    @Test
    void aLogGoesOnInItsSegmentWhileThereIsRoom() throws IOException {
        PartitionLog log = open(0, StatePart.unlimited());
        for (int transaction = 0; transaction < ABORTED; transaction++) abort(log, transaction);
        assertThat(log.segmentCount()).isEqualTo(1);
        assertAllKnown(log);
        assertThat(log.aborted().inMemoryBetween(0, log.logEndOffset())).hasSize(ABORTED);
        log.close();
    }

    private static void assertAllKnown(PartitionLog log) throws IOException {
        List<AbortedTransaction> expected = new ArrayList<>();
        for (int number = 0; number < ABORTED; number++) expected.add(new AbortedTransaction(number % 7, 2L * number));
        assertThat(log.aborted().between(0, log.logEndOffset())).isEqualTo(expected);
        assertThat(log.aborted().between(2000, 2002)).containsExactly(new AbortedTransaction(1000 % 7, 2000));
    }

    private PartitionLog open(int number, StatePart memory) throws IOException {
        LogConfig usual = LogConfig.defaults();
        ProducerLimits limits = ProducerLimits.defaults();
        LogConfig config = new LogConfig(
                usual.segmentBytes(),
                usual.segmentMs(),
                -1,
                -1,
                usual.indexIntervalBytes(),
                usual.compact(),
                usual.delete(),
                usual.minCompactionLagMs(),
                usual.maxCompactionLagMs(),
                usual.deleteRetentionMs(),
                usual.minCleanableDirtyRatio(),
                new ProducerLimits(
                        limits.expirationMs(), limits.maxProducers(), limits.memory(), memory, limits.salt()));
        return TestLogs.open(disk, temp.resolve("topics").resolve("t").resolve("" + number), config, 0)
                .log();
    }

    /** A transaction of one record, and its marker. */
    private static void abort(PartitionLog log, int number) throws IOException {
        BatchBuilder builder = new BatchBuilder(64);
        builder.append(1, null, new byte[10], List.of());
        builder.producer(number % 7, (short) 0, number / 7);
        builder.flags(RecordBatch.TRANSACTIONAL);
        log.append(builder.build(), 0, 0);
        log.append(new TransactionMarker(false, 0).batch(number % 7, (short) 0, 1), 0, 0);
    }

    private TransactionIndex index(int count) {
        TransactionIndex index = new TransactionIndex();
        long last = BASE;
        long stable = 0;
        for (int number = 0; number < count; number++) {
            last += 1 + random.nextInt(5);
            stable = Math.max(stable, last + 1 - random.nextInt(10));
            index.add(new AbortedTxn(random.nextInt(5), last - 1 - random.nextInt(20), last, stable));
        }
        return index;
    }

    private Path write(TransactionIndex index) throws IOException {
        Path path = SegmentFiles.abortedIndex(temp, BASE);
        new IndexFile(disk, path).write(index.encode(0));
        return path;
    }

    private boolean look(Path path, long end, long from, long upTo, List<AbortedTransaction> into) throws IOException {
        try (LogFile file = disk.open(path)) {
            return new TransactionIndexReader(file, path, BASE, end).collect(from, upTo, into);
        }
    }
}
