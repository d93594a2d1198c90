package io.letterbox.storage.coordinator;

import io.letterbox.coordinator.Coordinator;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.log.LogRead;
import io.letterbox.log.PartitionLog;
import io.letterbox.record.BatchCursor;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.RecordCursor;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Applies the records of a partition to its core, from the first to the last. Owned by the shard's thread. */
final class Replay {
    /** How many bytes one step reads. */
    private static final int STEP_BYTES = 1 << 20;

    private final PartitionLog log;
    private final Coordinator core;
    private long offset;
    private long records;

    Replay(PartitionLog log, Coordinator core) {
        this.log = log;
        this.core = core;
        this.offset = log.logStartOffset();
    }

    /** How many records were applied so far. */
    long records() {
        return records;
    }

    /** True if the end has been reached. The shell applies records that are appended from then on. */
    boolean isDone() {
        return offset >= log.logEndOffset();
    }

    void step() throws IOException {
        LogRead read = log.read(Math.max(offset, log.logStartOffset()), STEP_BYTES, log.logEndOffset());
        // The offset advances even over a gap that compaction left at the end of the read batches.
        if (read.nextOffset() <= offset) throw new IOException("nothing could be read at offset " + offset);
        BatchCursor batches = RecordBatch.cursor(read.batches());
        while (batches.next()) apply(batches.batch(), read.batches());
        offset = read.nextOffset();
    }

    private void apply(RecordBatch batch, ByteBuffer all) {
        if (batch.isControl()) {
            TransactionOutcome decision = TransactionOutcome.of(batch);
            if (decision != null) core.applyMarker(decision.producerId(), decision.producerEpoch(), decision.commit());
            return;
        }
        ByteBuffer one = all.duplicate().position(batch.position());
        one.limit(batch.position() + batch.sizeInBytes());
        try (RecordCursor cursor = new RecordCursor(one, offset)) {
            while (cursor.next()) {
                CoordinatorRecord record = new CoordinatorRecord(cursor.key(), cursor.value());
                if (batch.isTransactional()) {
                    core.applyTransactional(batch.producerId(), batch.producerEpoch(), record);
                } else {
                    core.apply(record);
                }
                records++;
            }
        }
    }
}
