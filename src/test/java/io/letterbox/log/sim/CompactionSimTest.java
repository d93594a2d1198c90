package io.letterbox.log.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.log.CompactedLog;
import io.letterbox.log.compaction.CompactionResult;
import io.letterbox.log.inspect.LogInspector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The real compaction on the simulated disk, compared with a model after every step and every crash. */
class CompactionSimTest {
    private static final Path DIRECTORY = Path.of("/data/topics/t/0");
    private static final int STEPS = 60;
    private static final int CRASHES = 4;

    @Test
    void theLastRecordOfEveryKeyIsAlwaysThere() throws Exception {
        Seeds.forEach(CompactionSimTest.class, seed -> {
            CompactionModel model = new CompactionModel(new SimDisk(seed), DIRECTORY, new Random(seed));
            for (int i = 0; i < STEPS; i++) {
                model.step();
                if (i % 5 == 0) model.check();
            }
            model.compactAll();
            model.log.reopen();
            model.check();
        });
    }

    @Test
    void aCrashAnywhereLosesNothingAndBringsNothingBack() throws Exception {
        Seeds.forEach(CompactionSimTest.class, seed -> {
            Random random = new Random(seed);
            SimDisk disk = new SimDisk(seed);
            CompactionModel model = new CompactionModel(disk, DIRECTORY, random);
            for (int crash = 0; crash < CRASHES; crash++) {
                workUntilItStops(disk, model, random);
                restart(disk, model, random);
                model.check();
                assertThat(findings(disk)).isEmpty();
            }
            model.compactAll();
        });
    }

    /** Four segments become one; the machine stops before every single operation of that, with every kind of loss. */
    @Test
    void aCrashInTheMiddleOfTheSwapLeavesTheOldOrTheNew() throws Exception {
        Seeds.forEach(CompactionSimTest.class, seed -> {
            boolean stopped = true;
            for (int operation = 1; stopped; operation++) stopped = swapStoppedBefore(operation, seed);
        });
    }

    /** Returns false if the swap was over before. */
    private static boolean swapStoppedBefore(int operation, long seed) throws Exception {
        SimDisk disk = new SimDisk(seed);
        CompactedLog log = new CompactedLog(disk, DIRECTORY, CompactedLog.config(0.0, 0, 1_000));
        for (int segment = 0; segment < 4; segment++) {
            log.append("a=" + segment, "b" + segment + "=1");
            log.roll();
        }
        List<String> before = log.records();
        CompactionResult compaction = log.compactor().clean(log.compactor().plan(log.nowMs, 8), () -> false);
        disk.stopBefore(operation);
        boolean stopped = false;
        try {
            log.compactor().install(compaction);
        } catch (SimCrash stop) {
            stopped = true;
        }
        disk.crash();
        log.recover(8);
        assertThat(findings(disk)).as("operation " + operation).isEmpty();
        List<String> compacted = List.of("1 b0=1", "3 b1=1", "5 b2=1", "6 a=3", "7 b3=1");
        if (stopped) assertThat(log.records()).as("operation " + operation).isIn(before, compacted);
        else assertThat(log.records()).isEqualTo(compacted);
        log.append("c=1");
        assertThat(log.records()).last().isEqualTo("8 c=1");
        log.compact();
        assertThat(log.records()).startsWith(compacted.toArray(String[]::new)).hasSize(6);
        return stopped;
    }

    private static void workUntilItStops(SimDisk disk, CompactionModel model, Random random) throws Exception {
        disk.stopBefore(1 + random.nextInt(300));
        try {
            while (true) model.step();
        } catch (SimCrash stop) {
            // The simulated crash.
        }
    }

    /** Recovers; a crash during the recovery begins it again. */
    private static void restart(SimDisk disk, CompactionModel model, Random random) throws Exception {
        int attempts = random.nextInt(3);
        for (int attempt = 0; attempt <= attempts; attempt++) {
            if (random.nextInt(4) == 0) disk.kill();
            else disk.crash();
            if (attempt < attempts) disk.stopBefore(1 + random.nextInt(8));
            try {
                model.recover();
            } catch (SimCrash stop) {
                assertThat(attempt).isLessThan(attempts);
            }
        }
    }

    /** The inspector's findings; after recovery there must be none. */
    private static List<LogInspector.Finding> findings(SimDisk disk) throws Exception {
        List<LogInspector.Finding> findings = new ArrayList<>();
        new LogInspector(disk).verify(DIRECTORY, new LogInspector.Listener() {
            @Override
            public void finding(LogInspector.Finding finding) {
                if (finding.severity() == LogInspector.Severity.DAMAGE
                        || finding.what().contains("Compaction")) findings.add(finding);
            }
        });
        return findings;
    }
}
