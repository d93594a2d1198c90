package io.letterbox.log.producers;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The snapshot file of a partition's producers, in Kafka's format, version 1. The file's name has the offset at which
 * the log ended when it was taken.
 *
 * <pre>
 *  0         2          6         10
 *  ┌─────────┬──────────┬─────────┬───────────────────┐   The CRC-32C covers everything behind it.
 *  │ version │ CRC-32C  │ count   │ rows ...          │   Numbers are big-endian.
 *  │ = 1     │ uint32   │ int32   │                   │
 *  └─────────┴──────────┴─────────┴───────────────────┘
 *  a row:
 *  0          8       10         14         22           26          34            38                  46
 *  ┌──────────┬───────┬──────────┬──────────┬────────────┬───────────┬─────────────┬────────────────────┐
 *  │ producer │ epoch │ last     │ last     │ last minus │ timestamp │ coordinator │ first offset of    │
 *  │ id int64 │ int16 │ sequence │ offset   │ first off- │ int64     │ epoch int32 │ the open trans-    │
 *  │          │       │ int32    │ int64    │ set, int32 │           │ or -1       │ action, or -1      │
 *  └──────────┴───────┴──────────┴──────────┴────────────┴───────────┴─────────────┴────────────────────┘
 * </pre>
 *
 * Kafka writes one row per producer, with its last batch (offset -1 if it has none). Here every remembered batch has a
 * row, oldest first, so that a repetition of any of them is still known after a restart; a reader that expects one row
 * per producer takes the last one.
 */
public final class ProducerSnapshot {
    private static final short VERSION = 1;
    private static final int CRC_AT = 2;
    private static final int COUNT_AT = 6;
    private static final int HEADER_BYTES = 10;
    private static final int ROW_BYTES = 46;

    private ProducerSnapshot() {}

    /** One row: a producer and one of its batches, or null if it has none. */
    record Row(
            long producerId,
            short epoch,
            ProducerBatch batch,
            int coordinatorEpoch,
            long timestampMs,
            long transactionStart) {}

    /** The file's content. */
    public static ByteBuffer encode(ProducerStateTable states) {
        int rows = 0;
        List<ProducerState> all = states.all();
        for (ProducerState state : all) rows += Math.max(1, state.batchCount());
        ByteBuffer bytes = ByteBuffer.allocate(Math.addExact(HEADER_BYTES, Math.multiplyExact(rows, ROW_BYTES)));
        bytes.putShort(VERSION).putInt(0).putInt(rows);
        for (ProducerState state : all) {
            List<ProducerBatch> batches = state.batches();
            if (batches.isEmpty()) row(bytes, state, null, true);
            for (int index = 0; index < batches.size(); index++) {
                row(bytes, state, batches.get(index), index == batches.size() - 1);
            }
        }
        bytes.flip();
        return bytes.putInt(CRC_AT, checksum(bytes));
    }

    private static void row(ByteBuffer bytes, ProducerState state, ProducerBatch batch, boolean last) {
        bytes.putLong(state.id())
                .putShort(state.epoch())
                .putInt(batch == null ? -1 : batch.lastSequence())
                .putLong(batch == null ? -1 : batch.lastOffset())
                .putInt(batch == null ? 0 : (int) (batch.lastOffset() - batch.baseOffset()))
                .putLong(last ? state.lastTimestampMs() : batch.timestampMs())
                .putInt(state.coordinatorEpoch())
                .putLong(state.transactionStart());
    }

    /**
     * Decodes a file.
     *
     * @return null if the file is damaged or of another format: then the states have to be rebuilt from the log
     */
    public static ProducerStateTable decode(ByteBuffer bytes, ProducerLimits limits) {
        if (bytes.remaining() < HEADER_BYTES || bytes.getShort(0) != VERSION) return null;
        if (bytes.getInt(CRC_AT) != checksum(bytes)) return null;
        int rows = bytes.getInt(COUNT_AT);
        if (rows < 0 || (long) rows * ROW_BYTES != bytes.limit() - HEADER_BYTES) return null;
        ProducerStateTable states = new ProducerStateTable(limits);
        for (int at = HEADER_BYTES; at < bytes.limit(); at += ROW_BYTES) {
            bytes.position(at);
            long id = bytes.getLong();
            short epoch = bytes.getShort();
            int lastSequence = bytes.getInt();
            long lastOffset = bytes.getLong();
            int delta = bytes.getInt();
            long timestampMs = bytes.getLong();
            ProducerBatch batch = lastOffset < 0 ? null : batch(lastSequence, lastOffset, delta, timestampMs);
            states.restore(new Row(id, epoch, batch, bytes.getInt(), timestampMs, bytes.getLong()));
        }
        return states;
    }

    private static ProducerBatch batch(int lastSequence, long lastOffset, int delta, long timestampMs) {
        int baseSequence = lastSequence < 0 ? lastSequence : lastSequence - delta & Integer.MAX_VALUE;
        return new ProducerBatch(baseSequence, lastSequence, lastOffset - delta, lastOffset, timestampMs);
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(COUNT_AT));
        return (int) crc.getValue();
    }
}
