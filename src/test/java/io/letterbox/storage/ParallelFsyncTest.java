package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.disk.Disk;
import io.letterbox.disk.FileDisk;
import io.letterbox.log.Flush;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.TestLogs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParallelFsyncTest {
    private static final int LOGS = 5;

    @TempDir
    Path temp;

    private final FaultyDisk faulty = new FaultyDisk();
    private final ExecutorService threads = Executors.newFixedThreadPool(3);
    private final List<PartitionLog> logs = new ArrayList<>();
    private final AtomicInteger failed = new AtomicInteger();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void makesEveryLogDurable() throws Exception {
        for (int number = 0; number < LOGS; number++) append(new FileDisk());
        for (int round = 1; round <= 20; round++) {
            new ParallelFsync(threads, failed::incrementAndGet).force(flushes());
            for (PartitionLog log : logs) {
                assertThat(log.durableOffset()).isEqualTo(round);
                log.append(TestLogs.batch(round, "more"), 0, round);
            }
        }
    }

    @Test
    void needsNoFreeThread() throws Exception {
        for (int number = 0; number < LOGS; number++) append(new FileDisk());
        new ParallelFsync(neverRun -> {}, failed::incrementAndGet).force(flushes());
        assertThat(logs).allMatch(log -> log.durableOffset() == 1);
    }

    @Test
    void aLogThatFailsIsNamedAndTheOthersAreDurableAllTheSame() throws Exception {
        appendToThreeWithAFaultyOne();
        assertThatThrownBy(() -> new ParallelFsync(threads, failed::incrementAndGet).force(flushes()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Input/output error");
        assertThat(logs).extracting(PartitionLog::isPoisoned).containsExactly(false, true, false);
        assertThat(logs).extracting(PartitionLog::durableOffset).containsExactly(1L, 0L, 1L);
        assertThat(failed).hasValue(1);
    }

    @Test
    void inTheBackgroundTheFirstThatFailsEndsItAndIsTold() throws Exception {
        appendToThreeWithAFaultyOne();
        CompletableFuture<Void> forced =
                new ParallelFsync(threads, failed::incrementAndGet).forceInBackground(flushes());
        assertThat(forced).failsWithin(Duration.ofSeconds(30));
        assertThat(failed).hasValue(1);
        assertThat(logs).extracting(PartitionLog::durableOffset).containsExactly(1L, 0L, 0L);
    }

    private void appendToThreeWithAFaultyOne() throws IOException {
        append(new FileDisk());
        append(faulty);
        append(new FileDisk());
        faulty.forceFails = true;
    }

    private List<Flush> flushes() {
        return logs.stream().map(PartitionLog::startFlush).toList();
    }

    private void append(Disk disk) throws IOException {
        Path directory = temp.resolve("log-" + logs.size());
        disk.createDirectories(directory);
        PartitionLog log =
                TestLogs.open(disk, directory, TestLogs.small(1 << 20), 0).log();
        log.append(TestLogs.batch(0, "a"), 0, 0);
        logs.add(log);
    }
}
