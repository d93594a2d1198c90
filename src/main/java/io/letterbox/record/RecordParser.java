package io.letterbox.record;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Parses the records of a batch, one after the other, without allocating and without reading beyond the batch. Records
 * of a compressed batch are decompressed on the way; the bytes of one are valid until the next is read.
 *
 * <pre>
 *  ┌────────┬────────────┬───────────┬────────┬────────┬─────┬────────┬───────┬────────┬─────────────────────────────┐
 *  │ length │ attributes │ timestamp │ offset │ key    │ key │ value  │ value │ header │ per header:                 │
 *  │ varint │ int8, 0    │ Δ varlong │ Δ vint │ length │ ... │ length │  ...  │ count  │ key length, key, value      │
 *  │        │            │           │        │ or -1  │     │ or -1  │       │ varint │ length or -1, value         │
 *  └────────┴────────────┴───────────┴────────┴────────┴─────┴────────┴───────┴────────┴─────────────────────────────┘
 *           └──────────────────────────── as many bytes as the length says ─────────────────────────────────────────┘
 * </pre>
 *
 * Variable-length numbers are zigzag-coded, seven bits a byte, lowest first.
 */
final class RecordParser {
    /** The array that holds keys, values and headers. */
    byte[] array;

    /** The index of the record's first byte, where its length begins. */
    int recordAt;

    long timestampDelta;
    int offsetDelta;
    int offsetDeltaAt;
    int keyOffset;
    int keyLength;
    int valueOffset;
    int valueLength;
    int headerCount;

    private final Decompressor.DecompressionLimit limit;
    private Decompressor decompressor;
    private boolean decompressing;
    private int at;
    private int batchEnd;
    private int recordEnd;
    private int headersAt;
    private String defect;

    /** For batches of the log. */
    RecordParser() {
        this(Decompressor.DecompressionLimit.STORED);
    }

    RecordParser(Decompressor.DecompressionLimit limit) {
        this.limit = limit;
    }

    /**
     * Begins with the first record of a batch whose header has been checked.
     *
     * @throws ApiException UNSUPPORTED_COMPRESSION, CODEC_MISSING, or CORRUPT_RECORDS if the codec rejects the first
     *     bytes
     */
    void start(RecordBatch batch) {
        close();
        defect = null;
        decompressing = batch.compressed();
        if (decompressing) {
            if (decompressor == null) decompressor = new Decompressor(limit);
            decompressor.open(batch);
            at = 0;
            return;
        }
        array = batch.array();
        at = batch.start() + RecordBatch.HEADER_BYTES;
        batchEnd = batch.start() + batch.sizeInBytes();
    }

    /** True if no byte of the batch is left. */
    boolean atEnd() {
        return decompressing ? decompressor.endsAt(at) : at == batchEnd;
    }

    /** The index after the record's last byte. */
    int position() {
        return at;
    }

    /** The number of bytes decompressed so far; 0 for an uncompressed batch. */
    long inflatedBytes() {
        return decompressing ? decompressor.inflatedBytes() : 0;
    }

    /** Releases the codec's resources; the record that was parsed last can still be read. */
    void close() {
        if (decompressing) decompressor.close();
    }

    /** The reason why {@link #next} returned false, as a sentence. */
    String defect() {
        return defect;
    }

    /**
     * Parses the next record; false if it is malformed.
     *
     * @throws ApiException CORRUPT_RECORDS or RECORD_TOO_LARGE if it cannot be decompressed
     */
    boolean next() {
        if (decompressing) load();
        recordAt = at;
        recordEnd = batchEnd;
        int length = varint();
        if (length < 0 || length > batchEnd - at) return fail("A record's length points beyond the batch.");
        recordEnd = at + length;
        if (at == recordEnd) return fail("A record breaks off.");
        at++;
        timestampDelta = varlong();
        offsetDeltaAt = at;
        offsetDelta = varint();
        keyLength = blob();
        keyOffset = at - Math.max(keyLength, 0);
        valueLength = blob();
        valueOffset = at - Math.max(valueLength, 0);
        headerCount = varint();
        headersAt = at;
        // A header has at least two bytes, so an absurd count is refused here and does not cause a long loop.
        if (headerCount < 0 || headerCount > (recordEnd - at) / 2)
            return fail("A record's header count is impossible.");
        for (int index = 0; index < headerCount; index++) {
            if (blob() < 0) return fail("A record's header has no key.");
            blob();
        }
        if (at != recordEnd) return fail("A record's length is not that of its parts.");
        return defect == null;
    }

    /** The headers of the record that {@link #next} has parsed, in order. */
    List<RecordHeader> headers() {
        if (headerCount == 0) return List.of();
        List<RecordHeader> headers = new ArrayList<>(headerCount);
        int back = at;
        at = headersAt;
        for (int index = 0; index < headerCount; index++) {
            int keyBytes = blob();
            String key = new String(array, at - keyBytes, keyBytes, StandardCharsets.UTF_8);
            int valueBytes = blob();
            headers.add(new RecordHeader(key, copy(at - Math.max(valueBytes, 0), valueBytes)));
        }
        at = back;
        return headers;
    }

    /** A copy of some bytes of the batch; null if the length is -1. */
    byte[] copy(int offset, int length) {
        if (length < 0) return null;
        byte[] bytes = new byte[length];
        System.arraycopy(array, offset, bytes, 0, length);
        return bytes;
    }

    /** An exception with the {@link #defect}. */
    ApiException corrupt() {
        return new ApiException(ErrorCode.CORRUPT_RECORDS, defect);
    }

    private void load() {
        at = decompressor.load(at);
        array = decompressor.array();
        batchEnd = decompressor.end();
    }

    /** Reads a length and skips that many bytes; -1 for null. */
    private int blob() {
        int length = varint();
        if (length < -1 || length > recordEnd - at) {
            fail("A length within a record points beyond the record.");
            return -1;
        }
        at += Math.max(length, 0);
        return length;
    }

    private int varint() {
        long bits = raw(Varint.MAX_INT_BYTES);
        if (bits >>> 32 != 0) fail("A number within a record has too many bits.");
        return Varint.unzigzag((int) bits);
    }

    private long varlong() {
        return Varint.unzigzag(raw(Varint.MAX_LONG_BYTES));
    }

    private long raw(int maxBytes) {
        // The fast path: most numbers have one byte, such as deltas, lengths of keys, counts of headers.
        if (at < recordEnd && array[at] >= 0) return array[at++];
        return longRaw(maxBytes);
    }

    private long longRaw(int maxBytes) {
        // Two bytes are what most of the rest have, such as lengths of values and offset deltas.
        if (at + 1 < recordEnd && array[at] < 0 && array[at + 1] >= 0) return array[at++] & 0x7f | array[at++] << 7;
        int length = Varint.length(array, at, recordEnd, maxBytes);
        if (length <= 0) {
            boolean brokenOff = length == Varint.BROKEN_OFF;
            fail(brokenOff ? "A record breaks off within a number." : "A number within a record has too many bytes.");
            at = brokenOff ? recordEnd : at + maxBytes;
            return 0;
        }
        long bits = Varint.get(array, at, length);
        at += length;
        return bits;
    }

    /** Keeps the first defect, because the others follow from it. */
    private boolean fail(String what) {
        if (defect == null) defect = what;
        return false;
    }
}
