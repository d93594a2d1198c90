package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.FetchBudget;
import io.letterbox.bus.FetchedData;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.ReadRequest;
import io.letterbox.disk.FileDisk;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.TestLogs;
import io.letterbox.record.TopicPartition;
import io.letterbox.replication.Leader;
import io.letterbox.time.Clock;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests which reads are copied and which are file regions, and how much of the budget they use. */
class PartitionReadsTest {
    private static final TopicPartition P0 = new TopicPartition("quakes", 0);
    private static final int LARGE = PartitionReads.COPIED_BYTES;

    @TempDir
    Path temp;

    private final Vertx vertx = Vertx.vertx();
    private final UUID topicId = new UUID(1, 2);
    private final HostedPartitions hosted = new HostedPartitions();
    private final TailCache cache = new TailCache(1 << 20);
    private LogAccess access;
    private HostedPartition held;
    private PartitionLog log;

    @BeforeEach
    void open() throws IOException {
        FileDisk disk = new FileDisk();
        disk.createDirectories(temp.resolve("p"));
        log = TestLogs.open(disk, temp.resolve("p"), TestLogs.small(1 << 20), 0).log();
        held = new HostedPartition(0, P0, topicId, log, new Leader(0, 1, 1), 0);
        hosted.put(held);
        access = new LogAccess(
                vertx, hosted, vertx.createSharedWorkerExecutor("readers", 1), new Shortages(Clock.system()));
    }

    @AfterEach
    void close() throws Exception {
        log.close();
        vertx.close().await(30, TimeUnit.SECONDS);
    }

    private void append(int valueBytes, boolean cached) throws IOException {
        ByteBuffer batch = TestLogs.batch(1, "v".repeat(valueBytes));
        ByteBuffer stored = batch.duplicate();
        long offset = log.logEndOffset();
        log.append(batch, 0, 1);
        if (cached) cache.add(held.tail(), offset, offset + 1, stored);
        held.advance(log.logEndOffset(), new Acknowledgements());
    }

    private ReadRequest ask(long offset) {
        return new ReadRequest(P0, topicId, offset, 1 << 20);
    }

    private List<FetchedData> locate(FetchBudget budget, ReadRequest... asks) throws Exception {
        return access.locate(List.of(asks), budget, Isolation.COMMITTED).await(30, TimeUnit.SECONDS);
    }

    @Test
    void fewBytesAreCopiedAndManySent() throws Exception {
        for (int i = 0; i < 3; i++) append(100, true);
        FetchedData few = access.fetchCached(ask(1), new FetchBudget(1 << 20), Isolation.UNCOMMITTED);
        assertThat(few.batches().remaining()).isEqualTo(few.sizeBytes()).isPositive();
        assertThat(few.file()).isNull();
        assertThat(few.nextOffset()).isEqualTo(3);
        append(LARGE, true);
        assertThat(access.fetchCached(ask(1), new FetchBudget(1 << 20), Isolation.UNCOMMITTED))
                .isNull();
        FetchBudget budget = new FetchBudget(1 << 20);
        FetchedData many = locate(budget, ask(1)).get(0);
        assertThat(many.batches()).isNull();
        assertThat(many.sizeBytes()).isEqualTo(many.file().sizeBytes()).isGreaterThan(LARGE);
        assertThat(many.nextOffset()).isEqualTo(4);
        assertThat(budget.grant(1 << 20)).isEqualTo((1 << 20) - many.sizeBytes());
        many.release();
    }

    @Test
    void whatIsNotCachedIsSentHoweverLittleItIs() throws Exception {
        append(10, false);
        append(10, true);
        assertThat(access.fetchCached(ask(0), new FetchBudget(100), Isolation.UNCOMMITTED))
                .isNull();
        FetchedData found = locate(new FetchBudget(1 << 20), ask(0)).get(0);
        assertThat(found.file()).isNotNull();
        assertThat(found.nextOffset()).isEqualTo(2);
        found.release();
    }

    @Test
    void theBudgetEndsWhatIsReturnedAndNothingStaysPinned() throws Exception {
        append(1_000, false);
        append(1_000, false);
        List<FetchedData> found = locate(new FetchBudget(1_200), ask(0), ask(1), ask(1));
        assertThat(found.get(0).nextOffset()).isEqualTo(1);
        assertThat(found.get(1).sizeBytes()).isZero();
        assertThat(found.get(2).sizeBytes()).isZero();
        assertThat(found.get(2).status().highWatermark()).isEqualTo(2);
        found.get(0).release();
        log.close();
        assertThat(found.get(0).file().channel().isOpen()).isFalse();
    }

    @Test
    void refusalsAreSaidOneByOne() throws Exception {
        append(10, false);
        List<FetchedData> found = locate(
                new FetchBudget(1 << 20),
                new ReadRequest(P0, new UUID(9, 9), 0, 100),
                ask(5),
                new ReadRequest(new TopicPartition("quakes", 1), null, 0, 100),
                new ReadRequest(P0, null, 0, 100));
        assertThat(found.subList(0, 3))
                .extracting(one -> one.refusal().code())
                .containsExactly(
                        ErrorCode.INCONSISTENT_TOPIC_ID, ErrorCode.OFFSET_OUT_OF_RANGE, ErrorCode.UNKNOWN_PARTITION);
        assertThat(found.get(3).sizeBytes()).isPositive();
        found.get(3).release();
        held.quarantine("for a test");
        assertThat(access.fetchCached(ask(0), new FetchBudget(10), Isolation.UNCOMMITTED)
                        .refusal()
                        .code())
                .isEqualTo(ErrorCode.PARTITION_QUARANTINED);
    }

    @Test
    void bytesAreCountedBatchByBatch() throws Exception {
        for (int i = 0; i < 4; i++) append(100, i > 0);
        int one = access.cachedBytes(P0, 3, 4, 1 << 20);
        assertThat(one).isGreaterThan(100);
        assertThat(access.cachedBytes(P0, 1, 4, 1 << 20)).isEqualTo(3 * one);
        assertThat(access.cachedBytes(P0, 1, 3, 1 << 20)).isEqualTo(2 * one);
        assertThat(access.cachedBytes(P0, 1, 4, 1)).isEqualTo(one);
        assertThat(access.cachedBytes(P0, 4, 4, 1)).isZero();
        assertThat(access.cachedBytes(P0, 0, 4, 1 << 20)).isEqualTo(-1);
    }
}
