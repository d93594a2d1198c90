package io.letterbox.log.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.log.LogRead;
import io.letterbox.log.PartitionLog;
import io.letterbox.record.RecordCursor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;

/** The possible contents of a log after a crash: all flushed records, and a prefix of the others. */
public final class LogModel {
    /** All records that may be in the log, by offset. */
    public final TreeMap<Long, String> records = new TreeMap<>();
    /** Offsets that an interrupted compaction may have dropped. */
    public final Set<Long> doubtful = new HashSet<>();

    public long flushedUpTo;
    public long endOffset;
    /** The bounds of the log start offset: a crash may have come before or after a change. */
    public long startAtLeast;

    public long startAtMost;

    /** Compares the model with the whole log, and then adopts the log's content where a crash allows several. */
    public void mustMatch(PartitionLog log, int maxBytes) throws IOException {
        long start = log.logStartOffset();
        long end = log.logEndOffset();
        assertThat(start).isBetween(startAtLeast, startAtMost);
        assertThat(end).isBetween(flushedUpTo, endOffset);
        assertThat(log.durableOffset()).isBetween(flushedUpTo, end);
        startAtLeast = startAtMost = start;
        records.headMap(start).clear();
        records.tailMap(end).clear();
        TreeMap<Long, String> found = contents(log, start, end, maxBytes);
        for (long offset : doubtful) {
            if (!found.containsKey(offset)) records.remove(offset);
        }
        doubtful.clear();
        assertThat(found).isEqualTo(records);
        endOffset = end;
    }

    /** All records from one offset up to another. */
    public static TreeMap<Long, String> contents(PartitionLog log, long start, long end, int maxBytes)
            throws IOException {
        TreeMap<Long, String> found = new TreeMap<>();
        long offset = start;
        while (offset < end) {
            LogRead read = log.read(offset, maxBytes, end);
            RecordCursor cursor = new RecordCursor(read.batches(), offset);
            while (cursor.next()) {
                assertThat(cursor.offset()).isGreaterThanOrEqualTo(offset);
                String twice = found.put(cursor.offset(), new String(cursor.value(), StandardCharsets.UTF_8));
                assertThat(twice).isNull();
            }
            assertThat(read.nextOffset()).isGreaterThan(offset);
            offset = read.nextOffset();
        }
        return found;
    }
}
