package io.letterbox.record;

import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * Removes records from a batch and keeps the others unchanged: their offsets, timestamps, keys and values, and the
 * range of offsets that the batch covers. Reusable, for one thread.
 */
public final class BatchFilter {
    /** Decides for each record whether it stays. */
    @FunctionalInterface
    public interface Choice {
        /**
         * @param keyOffset the index of the key's first byte in {@code array}
         * @param keyLength the key's length, -1 for a null key
         * @param tombstone true if the value is null
         */
        boolean keeps(long offset, byte[] array, int keyOffset, int keyLength, boolean tombstone);
    }

    /** The value for no delete horizon: tombstones that are found for the first time get none yet. */
    public static final long NO_HORIZON = -1;

    /** How much longer a record can become when its batch gets a delete horizon. */
    public static final int HORIZON_GROWTH_BYTES = 15;

    private final RecordParser parser = new RecordParser();
    private final BitSet kept = new BitSet();

    /** The length, attributes and timestamp of a record. */
    private final byte[] head = new byte[Varint.MAX_INT_BYTES + 1 + Varint.MAX_LONG_BYTES];

    private long maxTimestampMs;
    private boolean keptTombstone;

    /**
     * Filters one batch.
     *
     * @param batch a valid batch of records; a compressed batch is compressed again with the same codec
     * @param deleteHorizonMs the time at which new tombstones may be dropped: written into the batch as its base
     *     timestamp (KIP-534) if a tombstone stays and the batch has no delete horizon yet; or {@link #NO_HORIZON}
     * @return the batch's own bytes if nothing changes, a new batch, or null if no record stays
     * @throws io.letterbox.error.ApiException CORRUPT_RECORDS or RECORD_TOO_LARGE if the records cannot be read
     */
    public ByteBuffer filter(RecordBatch batch, Choice choice, long deleteHorizonMs) {
        try {
            return filtered(batch, choice, deleteHorizonMs);
        } finally {
            parser.close();
        }
    }

    /**
     * The same records in a batch with a delete horizon.
     *
     * @param batch a valid batch without a delete horizon
     */
    public ByteBuffer withHorizon(RecordBatch batch, long deleteHorizonMs) {
        try {
            choose(batch, (offset, array, keyOffset, keyLength, tombstone) -> true);
            return copy(batch, deleteHorizonMs, true);
        } finally {
            parser.close();
        }
    }

    /**
     * The batch without its records: a header with its producer, sequence numbers and offsets.
     *
     * @param bytes the batch's bytes
     * @return the same bytes if the batch has no records already
     */
    public static ByteBuffer emptied(RecordBatch batch, ByteBuffer bytes) {
        if (batch.recordCount() == 0) return bytes;
        ByteBuffer header = ByteBuffer.allocate(RecordBatch.HEADER_BYTES);
        byte[] array = header.array();
        System.arraycopy(batch.array(), batch.start(), array, 0, array.length);
        int attributes = batch.attributes() & ~(RecordBatch.DELETE_HORIZON | BatchWriter.CODEC_BITS);
        RecordBatch.INT.set(array, RecordBatch.LENGTH_AT, array.length - RecordBatch.LENGTH_FROM);
        RecordBatch.SHORT.set(array, RecordBatch.ATTRIBUTES_AT, (short) attributes);
        RecordBatch.LONG.set(array, RecordBatch.BASE_TIMESTAMP_AT, -1L);
        RecordBatch.INT.set(array, RecordBatch.COUNT_AT, 0);
        RecordBatch.INT.set(array, RecordBatch.CRC_AT, RecordBatch.of(header).checksum());
        return header;
    }

    private ByteBuffer filtered(RecordBatch batch, Choice choice, long deleteHorizonMs) {
        choose(batch, choice);
        if (kept.isEmpty()) return null;
        boolean newHorizon = keptTombstone && !batch.hasDeleteHorizon() && deleteHorizonMs != NO_HORIZON;
        if (kept.cardinality() == batch.recordCount() && !newHorizon) {
            return ByteBuffer.wrap(batch.array(), batch.start(), batch.sizeInBytes());
        }
        return copy(batch, newHorizon ? deleteHorizonMs : batch.baseTimestamp(), newHorizon);
    }

    private void choose(RecordBatch batch, Choice choice) {
        kept.clear();
        keptTombstone = false;
        maxTimestampMs = Long.MIN_VALUE;
        parser.start(batch);
        for (int index = 0; index < batch.recordCount(); index++) {
            if (!parser.next()) throw parser.corrupt();
            boolean tombstone = parser.valueLength < 0;
            long offset = batch.baseOffset() + parser.offsetDelta;
            if (!choice.keeps(offset, parser.array, parser.keyOffset, parser.keyLength, tombstone)) continue;
            kept.set(index);
            keptTombstone |= tombstone;
            maxTimestampMs = Math.max(maxTimestampMs, batch.baseTimestamp() + parser.timestampDelta);
        }
    }

    private ByteBuffer copy(RecordBatch batch, long baseTimestampMs, boolean newHorizon) {
        Codec codec = Codec.of(batch.compression());
        parser.start(batch);
        try (BatchWriter writer = new BatchWriter(batch, codec, Codec.DEFAULT_LEVEL, Integer.MAX_VALUE)) {
            if (newHorizon) writer.flag(RecordBatch.DELETE_HORIZON);
            writer.timestamps(baseTimestampMs, batch.isLogAppendTime() ? batch.maxTimestamp() : maxTimestampMs);
            long shift = batch.baseTimestamp() - baseTimestampMs;
            for (int index = 0; index < batch.recordCount(); index++) {
                if (!parser.next()) throw parser.corrupt();
                if (!kept.get(index)) continue;
                if (newHorizon) copyShifted(writer, shift);
                else writer.record(parser.array, parser.recordAt, parser.position() - parser.recordAt);
            }
            return writer.finish();
        }
    }

    /** Copies the record that the parser has just read; its timestamp gets another base. */
    private void copyShifted(BatchWriter writer, long shift) {
        int rest = parser.position() - parser.offsetDeltaAt;
        long timestamp = Varint.zigzag(parser.timestampDelta + shift);
        int at = Varint.put(head, 0, Varint.zigzag(1 + Varint.sizeOf(timestamp) + rest));
        head[at++] = 0;
        at = Varint.put(head, at, timestamp);
        writer.record(head, at, parser.array, parser.offsetDeltaAt, rest);
    }
}
