package io.letterbox.log;

import static io.letterbox.log.TestLogs.open;
import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.disk.Disk;
import io.letterbox.disk.FileDisk;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.compaction.CompactionPlan;
import io.letterbox.log.compaction.Compactor;
import io.letterbox.log.producers.ProducerLimits;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.BatchCursor;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.RecordCursor;
import io.letterbox.time.Moment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Threads read, into memory and from pinned file regions, while the owner appends, deletes, compacts, truncates above
 * what may be read, and closes idle files. Every batch that is read must be whole, in order and what was written: each
 * value begins with its record's own offset.
 */
class ReadStressTest {
    private static final int READERS = 4;
    private static final int ROUNDS = Integer.getInteger("letterbox.stressRounds", 300);

    /** So low that readers and owner close each other's files. */
    private static final int OPEN_FILES = 2;

    @TempDir
    Path temp;

    // The owner writes, the readers read.
    private volatile long highWatermark;
    private volatile boolean done;

    private static LogConfig config(boolean compact) {
        LogConfig usual = LogConfig.defaults();
        return new LogConfig(
                3_000,
                Long.MAX_VALUE,
                -1,
                compact ? -1 : 20_000,
                150,
                compact,
                !compact,
                0,
                Long.MAX_VALUE,
                0,
                0.01,
                ProducerLimits.defaults());
    }

    @Test
    void readersOfADeletedAndTruncatedLogSeeWhatWasWritten() throws Exception {
        stress(false);
    }

    @Test
    void readersOfACompactedLogSeeWhatWasWritten() throws Exception {
        stress(true);
    }

    private void stress(boolean compact) throws Exception {
        FileDisk disk = new FileDisk(OPEN_FILES);
        Path directory = temp.resolve("p");
        disk.createDirectories(directory);
        PartitionLog log = open(disk, directory, config(compact), 0).log();
        ExecutorService threads = Executors.newFixedThreadPool(READERS);
        List<Future<Long>> readers = new ArrayList<>();
        try {
            for (int reader = 0; reader < READERS; reader++) {
                Reader next = new Reader(log, reader);
                readers.add(threads.submit(next));
            }
            new Owner(disk, log, compact).run();
        } finally {
            done = true;
            threads.shutdown();
        }
        for (Future<Long> reader : readers) {
            assertThat(reader.get()).as("batches that a reader has seen").isGreaterThan(100);
        }
        log.close();
        assertThat(disk.openFiles().open()).as("files that nobody will close").isZero();
        assertThat(disk.openFiles().unforced()).isZero();
    }

    /** The operations of the shard on its log. */
    private final class Owner {
        private final PartitionLog log;
        private final Compactor compactor;
        private final boolean compact;
        private final Random random = new Random(42);

        Owner(Disk disk, PartitionLog log, boolean compact) {
            this.log = log;
            this.compact = compact;
            this.compactor = new Compactor(disk, log, 1 << 16);
        }

        void run() throws IOException {
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = random.nextInt(8); i >= 0; i--) append();
                if (random.nextInt(4) == 0) {
                    // Records above the high watermark may be truncated and replaced by others.
                    long above = log.logEndOffset() - highWatermark;
                    log.truncateTo(highWatermark + (above == 0 ? 0 : random.nextLong(above)));
                    append();
                }
                log.flush();
                highWatermark = log.logEndOffset() - (random.nextBoolean() ? 0 : lastBatch());
                if (compact) compact();
                if (random.nextInt(3) == 0) TestLogs.retain(log, new Moment(round, round), highWatermark);
                if (!compact && random.nextInt(20) == 0) {
                    log.deleteRecordsBefore(Math.max(log.logStartOffset(), highWatermark - 30));
                }
            }
        }

        private int lastRecords;

        private long lastBatch() {
            return Math.min(lastRecords, log.logEndOffset() - highWatermark);
        }

        private void append() throws IOException {
            BatchBuilder batch = new BatchBuilder(64);
            lastRecords = 1 + random.nextInt(3);
            for (int record = 0; record < lastRecords; record++) {
                String value = log.logEndOffset() + record + ":" + "v".repeat(random.nextInt(120));
                byte[] key = ("k" + random.nextInt(10)).getBytes(StandardCharsets.UTF_8);
                batch.append(1, key, value.getBytes(StandardCharsets.UTF_8), List.of());
            }
            log.append(batch.build(), 0, 1);
        }

        private void compact() throws IOException {
            CompactionPlan plan = compactor.plan(1, Math.min(highWatermark, log.durableOffset()));
            if (plan != null) compactor.install(compactor.clean(plan, () -> false));
        }
    }

    /** Reads from the beginning to the end, again and again; half of the time from files. */
    private final class Reader implements Callable<Long> {
        private final PartitionLog log;
        private final Random random;
        private long seen;

        Reader(PartitionLog log, int seed) {
            this.log = log;
            this.random = new Random(seed);
        }

        @Override
        public Long call() throws IOException {
            long offset = 0;
            while (!done || seen <= 100) {
                long upTo = highWatermark;
                int maxBytes = random.nextInt(5_000);
                try {
                    long next = random.nextBoolean() ? read(offset, maxBytes, upTo) : send(offset, maxBytes, upTo);
                    offset = next >= upTo || random.nextInt(50) == 0 ? log.logStartOffset() : next;
                } catch (ApiException gone) {
                    assertThat(gone.code()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
                    offset = log.logStartOffset();
                }
            }
            return seen;
        }

        private long read(long offset, int maxBytes, long upTo) throws IOException {
            LogRead read = log.read(offset, maxBytes, upTo);
            check(read.batches(), offset, upTo, read.nextOffset());
            return read.nextOffset();
        }

        private long send(long offset, int maxBytes, long upTo) throws IOException {
            FileRegion region = log.locate(offset, maxBytes, upTo);
            if (region.isEmpty()) return region.nextOffset();
            try {
                ByteBuffer bytes = ByteBuffer.allocate(region.sizeBytes());
                // Reads in pieces, as a socket does.
                while (bytes.hasRemaining()) {
                    ByteBuffer piece = bytes.slice(bytes.position(), Math.min(1_000, bytes.remaining()));
                    int read = region.channel().read(piece, region.position() + bytes.position());
                    assertThat(read).isPositive();
                    bytes.position(bytes.position() + read);
                    Thread.yield();
                }
                check(bytes.flip(), offset, upTo, region.nextOffset());
            } finally {
                region.unpin();
            }
            return region.nextOffset();
        }

        private void check(ByteBuffer bytes, long offset, long upTo, long nextOffset) {
            BatchCursor batches = RecordBatch.cursor(bytes.duplicate());
            long last = -1;
            while (batches.next()) {
                RecordBatch batch = batches.batch();
                assertThat(batch.defect()).isNull();
                assertThat(batch.baseOffset()).isGreaterThan(last);
                assertThat(batch.lastOffset()).isGreaterThanOrEqualTo(offset).isLessThan(upTo);
                last = batch.lastOffset();
                seen++;
            }
            if (last >= 0) assertThat(nextOffset).isGreaterThan(last);
            try (RecordCursor records = new RecordCursor(bytes, 0)) {
                while (records.next()) {
                    String value = new String(records.value(), StandardCharsets.UTF_8);
                    assertThat(value).startsWith(records.offset() + ":");
                }
            }
        }
    }
}
