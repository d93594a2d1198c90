package io.letterbox.log.compaction;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.error.ApiException;
import io.letterbox.log.BatchScan;
import io.letterbox.log.CorruptLogException;
import io.letterbox.log.Segment;
import io.letterbox.record.BatchFilter;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.RecordCursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * Carries out one {@link CompactionPlan}: maps every key in the dirty part to its last offset, then copies all segments
 * without the records that a later one supersedes. Used once, on one background thread.
 *
 * <p>A tombstone stays until its delete horizon, which is set when compaction meets it for the first time. That run
 * also drops all older records of its key, so that none of them reappears when the tombstone is dropped. A record
 * without a key stays, because no other record supersedes it. A compressed batch is compressed again, with the same
 * codec.
 *
 * <p>Records of aborted transactions are dropped; markers of transactions without remaining batches are dropped like
 * tombstones. The header of each producer's last batch stays, so that its sequence numbers are known after every start.
 */
final class CompactionRun {
    /** Earlier compaction may have left gaps between offsets anywhere. */
    private static final long GAPS_EVERYWHERE = Long.MAX_VALUE;

    private final Disk disk;
    private final CompactionPlan plan;
    private final BooleanSupplier stopped;
    private final OffsetMap latest;
    private final BatchFilter filter = new BatchFilter();
    private CleanedTransactions transactions;
    private long mapEnd;
    private long recordsRead;
    private long recordsDropped;

    CompactionRun(Disk disk, CompactionPlan plan, int mapBytes, BooleanSupplier stopped) {
        this.disk = disk;
        this.plan = plan;
        this.stopped = stopped;
        this.latest = new OffsetMap(mapBytes);
    }

    /**
     * @throws CorruptLogException if a batch is damaged: quarantine the partition
     * @throws CancellationException if it was stopped
     */
    CompactionResult run() throws IOException {
        mapEnd = mapKeys();
        transactions = transactionsFrom(plan.segments().get(0));
        List<CleanedSegment> cleaned = new ArrayList<>();
        try {
            for (List<Segment> group : groups()) {
                CleanedSegment segment = clean(group);
                if (segment != null) cleaned.add(segment);
            }
        } catch (IOException | RuntimeException failed) {
            for (CleanedSegment segment : cleaned) segment.delete(disk);
            throw failed;
        }
        return new CompactionResult(cleaned, mapEnd, mapEnd == plan.end(), recordsRead, recordsDropped);
    }

    /** Maps every dirty key to its last offset. Returns the offset up to which there was room in the map. */
    private long mapKeys() throws IOException {
        CleanedTransactions dirty = null;
        for (Segment segment : plan.segments()) {
            if (segment.nextOffset() <= plan.dirtyFrom()) continue;
            if (dirty == null) dirty = transactionsFrom(segment);
            BatchScan scan = scan(segment);
            while (next(scan, segment)) {
                boolean aborted = dirty.isAborted(scan.batch());
                if (aborted || scan.batch().isControl() || scan.batch().nextOffset() <= plan.dirtyFrom()) continue;
                long full = mapKeys(scan, segment);
                if (full >= 0) return full;
            }
        }
        return plan.end();
    }

    private CleanedTransactions transactionsFrom(Segment first) throws IOException {
        return new CleanedTransactions(plan.aborted().between(first.baseOffset(), plan.end()));
    }

    /** Maps the keys of a batch. Returns the offset of the first record for whose key there was no room, or -1. */
    private long mapKeys(BatchScan scan, Segment segment) throws CorruptLogException {
        try (RecordCursor record = new RecordCursor(scan.bytes(), plan.dirtyFrom())) {
            while (record.next()) {
                if (record.keyLength() < 0) continue;
                if (!latest.put(record.array(), record.keyOffset(), record.keyLength(), record.offset())) {
                    return record.offset();
                }
            }
            return -1;
        } catch (ApiException unreadable) {
            if (!RecordCursor.isDamage(unreadable)) throw unreadable;
            throw damaged(segment, scan.position(), unreadable.getMessage());
        }
    }

    /**
     * Groups of neighbouring segments that fit into one, so that segments that compaction made small become few files
     * again.
     */
    private List<List<Segment>> groups() {
        List<List<Segment>> groups = new ArrayList<>();
        List<Segment> group = new ArrayList<>();
        long sizeBytes = 0;
        for (Segment segment : plan.segments()) {
            if (segment.baseOffset() >= mapEnd) break;
            boolean fits = !group.isEmpty()
                    && sizeBytes + segment.sizeBytes() <= plan.config().segmentBytes()
                    && segment.nextOffset() - group.get(0).baseOffset() <= Integer.MAX_VALUE;
            if (!fits) {
                group = new ArrayList<>();
                groups.add(group);
                sizeBytes = 0;
            }
            group.add(segment);
            sizeBytes += segment.sizeBytes();
        }
        return groups;
    }

    /** Copies the remaining records of a group; null if all of them remain. */
    private CleanedSegment clean(List<Segment> group) throws IOException {
        CleanedSegment cleaned = new CleanedSegment(List.copyOf(group), plan.directory());
        long left = group.stream().mapToLong(Segment::sizeBytes).sum();
        boolean changed = group.size() > 1;
        boolean done = false;
        try (CleanedFile file = new CleanedFile(disk, cleaned, plan.config().indexIntervalBytes())) {
            for (Segment segment : group) {
                BatchScan scan = scan(segment);
                while (next(scan, segment)) {
                    ByteBuffer before = scan.bytes();
                    left -= before.remaining();
                    ByteBuffer after = filtered(scan.batch(), before, file.sizeBytes() + left);
                    changed |= after == null || after.array() != before.array();
                    if (after == null) continue;
                    requireRoom(segment, file.sizeBytes() + after.remaining());
                    file.append(after);
                }
            }
            if (changed) file.finish();
            done = changed;
        } finally {
            if (!done) cleaned.delete(disk);
        }
        return done ? cleaned : null;
    }

    /**
     * Checks the size of a copy: positions in a segment have 31 bits, and a batch that its producer compressed at a
     * higher level grows.
     */
    private static void requireRoom(Segment segment, long sizeBytes) throws IOException {
        if (sizeBytes <= Integer.MAX_VALUE) return;
        throw new IOException(
                "What stays of " + DataLayout.displayName(segment.logPath()) + " is larger than a segment can be.");
    }

    private ByteBuffer filtered(RecordBatch batch, ByteBuffer bytes, long otherBytes) {
        recordsRead += batch.recordCount();
        boolean aborted = transactions.isAborted(batch);
        boolean horizonPassed = batch.hasDeleteHorizon() && batch.baseTimestamp() <= plan.wallMs();
        if (batch.isControl()) return control(batch, bytes, horizonPassed, otherBytes);
        ByteBuffer after = aborted ? null : records(batch, horizonPassed, otherBytes);
        if (after == null && plan.lastBatches().keep(batch)) after = BatchFilter.emptied(batch, bytes);
        recordsDropped +=
                batch.recordCount() - (after == null ? 0 : RecordBatch.of(after).recordCount());
        return after;
    }

    /** Handles a marker, which stays while its transaction has a batch, and until its delete horizon after that. */
    private ByteBuffer control(RecordBatch batch, ByteBuffer bytes, boolean horizonPassed, long otherBytes) {
        if (!transactions.endsEmptyTransaction(batch) || plan.lastBatches().keep(batch)) return bytes;
        if (horizonPassed) {
            recordsDropped += batch.recordCount();
            return null;
        }
        long horizonMs = deleteHorizonMs(batch, otherBytes);
        boolean first = !batch.hasDeleteHorizon() && horizonMs != BatchFilter.NO_HORIZON;
        return first ? filter.withHorizon(batch, horizonMs) : bytes;
    }

    private ByteBuffer records(RecordBatch batch, boolean horizonPassed, long otherBytes) {
        return filter.filter(
                batch,
                (offset, array, keyOffset, keyLength, tombstone) -> {
                    if (offset >= mapEnd || keyLength < 0) return true;
                    if (tombstone && horizonPassed) return false;
                    return latest.get(array, keyOffset, keyLength) <= offset;
                },
                deleteHorizonMs(batch, otherBytes));
    }

    /**
     * The delete horizon of tombstones that this run meets. A batch that the map does not cover gets none, because
     * older records of its keys may still exist; nor does a batch that could make the segment larger than a position
     * can express.
     */
    private long deleteHorizonMs(RecordBatch batch, long otherBytes) {
        long worstBytes =
                otherBytes + batch.sizeInBytes() + (long) batch.recordCount() * BatchFilter.HORIZON_GROWTH_BYTES;
        if (batch.nextOffset() > mapEnd || worstBytes > Integer.MAX_VALUE) return BatchFilter.NO_HORIZON;
        long horizon = plan.wallMs() + plan.config().deleteRetentionMs();
        return horizon < 0 ? Long.MAX_VALUE : horizon;
    }

    private static BatchScan scan(Segment segment) {
        return new BatchScan(segment::read, 0, segment.sizeBytes(), segment.baseOffset(), GAPS_EVERYWHERE);
    }

    private boolean next(BatchScan scan, Segment segment) throws IOException {
        if (stopped.getAsBoolean()) throw new CancellationException("Compaction was stopped.");
        if (scan.next()) return true;
        if (scan.defect() == null) return false;
        throw damaged(segment, scan.position(), scan.defect());
    }

    private static CorruptLogException damaged(Segment segment, long position, String defect) {
        return new CorruptLogException("The segment " + DataLayout.displayName(segment.logPath())
                + " is damaged at byte " + position + ", found by compaction: " + defect);
    }
}
