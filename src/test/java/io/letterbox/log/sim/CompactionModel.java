package io.letterbox.log.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.disk.Disk;
import io.letterbox.log.CompactedLog;
import io.letterbox.record.Codec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Runs random operations on a compacted log and compares its readable records with all that were ever appended. */
final class CompactionModel {
    private static final int KEYS = 9;
    private static final long DELETE_RETENTION_MS = 400;

    private record Appended(String key, String value, long timestampMs) {
        String text() {
            return key + "=" + value;
        }
    }

    final CompactedLog log;
    private final Random random;
    private final List<Appended> appended = new ArrayList<>();

    /** Appends that were not acknowledged before the crash: each is there as a whole or not at all. */
    private final List<Appended> unacknowledged = new ArrayList<>();

    CompactionModel(Disk disk, Path directory, Random random) throws IOException {
        this.random = random;
        int segmentBytes = 200 + random.nextInt(2_000);
        log = new CompactedLog(disk, directory, CompactedLog.config(0.0, 0, DELETE_RETENTION_MS, segmentBytes));
        // Room for 12 keys, or for more than there are.
        log.mapBytes(random.nextBoolean() ? 1 : 1 << 16);
    }

    void step() throws IOException {
        int dice = random.nextInt(100);
        if (dice < 60) append();
        else if (dice < 75) log.roll();
        else if (dice < 90) log.compact();
        else log.nowMs += random.nextInt(300);
    }

    private void append() throws IOException {
        String[] records = new String[1 + random.nextInt(5)];
        for (int i = 0; i < records.length; i++) {
            // More keys than the smallest map holds; a few of them are frequent.
            String key = random.nextInt(20) == 0 ? "" : "k" + random.nextInt(random.nextBoolean() ? KEYS : 3 * KEYS);
            boolean tombstone = random.nextInt(4) == 0 && !key.isEmpty();
            Appended record = new Appended(key, tombstone ? "-" : "v" + appended.size() + "." + i, log.nowMs);
            unacknowledged.add(record);
            records[i] = record.text();
        }
        log.codec = Codec.of(random.nextInt(10) < 6 ? 0 : random.nextInt(5));
        log.append(records);
        appended.addAll(unacknowledged);
        unacknowledged.clear();
    }

    /** Opens the log after the machine stopped. */
    void recover() throws IOException {
        log.recover(random.nextBoolean() ? appended.size() : 0);
        if (log.log().logEndOffset() == appended.size() + unacknowledged.size()) appended.addAll(unacknowledged);
        unacknowledged.clear();
    }

    /** Compacts until only the active segment is dirty, and checks that no superfluous records are left. */
    void compactAll() throws IOException {
        log.roll();
        int runs = 0;
        while (log.compact()) assertThat(++runs).isLessThan(1_000);
        check();
        Set<String> seen = new HashSet<>();
        for (String record : log.records()) {
            String key = record.substring(record.indexOf(' ') + 1, record.indexOf('='));
            if (!key.isEmpty())
                assertThat(seen.add(key)).as("only one record of " + key).isTrue();
        }
    }

    /** Checks the invariants. */
    void check() throws IOException {
        assertThat(log.log().logEndOffset()).isEqualTo(appended.size());
        Map<Long, String> there = new HashMap<>();
        long before = -1;
        for (String record : log.records()) {
            int space = record.indexOf(' ');
            long offset = Long.parseLong(record.substring(0, space));
            assertThat(offset).isGreaterThan(before);
            before = offset;
            Appended original = appended.get((int) offset);
            assertThat(record.substring(space + 1)).isEqualTo(original.text());
            there.put(offset, original.key);
        }
        Map<String, Long> last = new HashMap<>();
        for (int offset = 0; offset < appended.size(); offset++) {
            Appended record = appended.get(offset);
            if (record.key.isEmpty()) assertThat(there).containsKey((long) offset);
            else last.put(record.key, (long) offset);
        }
        last.forEach((key, offset) -> checkLast(key, offset, there));
    }

    private void checkLast(String key, long offset, Map<Long, String> there) {
        if (there.containsKey(offset)) return;
        Appended record = appended.get((int) offset);
        assertThat(record.value)
                .as("the last record of " + key + ", offset " + offset + ", is missing")
                .isEqualTo("-");
        assertThat(there.values()).as("a deleted key came back").doesNotContain(key);
        assertThat(log.nowMs - record.timestampMs).isGreaterThanOrEqualTo(DELETE_RETENTION_MS);
    }
}
