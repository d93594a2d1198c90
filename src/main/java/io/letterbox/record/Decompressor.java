package io.letterbox.record;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.BufferSupplier;

/**
 * Decompresses the records of a batch into an array, one whole record after the other, as they are read. The
 * decompressed size is limited, so that a few bytes cannot fill the memory. For one thread; used for one batch after
 * the other, and closed after each.
 */
final class Decompressor {
    /**
     * The limits for decompressed bytes. For batches from clients they depend on the batch's own size. For stored
     * batches they do not: another codec, or compaction, may have made the batch smaller, but not its decompressed
     * size.
     */
    enum DecompressionLimit {
        /** For batches that clients send. */
        TAKEN {
            @Override
            long batchBytes(int compressedBytes) {
                return Math.min(STORED.batchBytes(0), Math.max(32L << 20, 64L * compressedBytes));
            }

            @Override
            long recordBytes(int compressedBytes) {
                return Math.min(STORED.recordBytes(0), Math.max(16L << 20, 32L * compressedBytes));
            }
        },

        /** For batches of the log. */
        STORED {
            @Override
            long batchBytes(int compressedBytes) {
                return 1L << 30;
            }

            @Override
            long recordBytes(int compressedBytes) {
                return 256L << 20;
            }
        };

        abstract long batchBytes(int compressedBytes);

        abstract long recordBytes(int compressedBytes);
    }

    private static final int FIRST_BYTES = 16 << 10;

    /** The largest array that is kept for the next batch; one that grew for a giant record is dropped. */
    private static final int KEPT_BYTES = 1 << 20;

    private final DecompressionLimit limit;
    private final BufferSupplier buffers = BufferSupplier.create();
    private byte[] array = new byte[FIRST_BYTES];
    private int end;
    private InputStream stream;
    private long maxBatchBytes;
    private long maxRecordBytes;
    private long inflatedBytes;

    Decompressor(DecompressionLimit limit) {
        this.limit = limit;
    }

    /**
     * Begins with a batch whose header has been checked.
     *
     * @throws ApiException UNSUPPORTED_COMPRESSION, CODEC_MISSING, or CORRUPT_RECORDS if the codec rejects the first
     *     bytes
     */
    void open(RecordBatch batch) {
        close();
        Codec codec = Codec.of(batch.compression());
        if (codec == null) {
            throw new ApiException(
                    ErrorCode.UNSUPPORTED_COMPRESSION,
                    "The batch names the compression " + batch.compression() + ", which does not exist.");
        }
        int size = batch.sizeInBytes() - RecordBatch.HEADER_BYTES;
        maxBatchBytes = limit.batchBytes(size);
        maxRecordBytes = limit.recordBytes(size);
        inflatedBytes = 0;
        end = 0;
        if (array.length > KEPT_BYTES) array = new byte[FIRST_BYTES];
        int from = batch.start() + RecordBatch.HEADER_BYTES;
        if (codec == Codec.SNAPPY) SnappyFrames.check(batch.array(), from, from + size);
        try {
            stream = codec.open(ByteBuffer.wrap(batch.array(), from, size).slice(), buffers);
        } catch (ApiException missing) {
            throw missing;
        } catch (RuntimeException notOfThisCodec) {
            throw refusal(notOfThisCodec);
        }
    }

    /** The array with the records; {@link #load} may replace it. */
    byte[] array() {
        return array;
    }

    /** The index after the last decompressed byte. */
    int end() {
        return end;
    }

    /**
     * Loads the next record into the array as a whole, or as much of it as there is.
     *
     * @param at the index of the record's first byte; everything before it may be dropped
     * @return the new index of the record's first byte
     * @throws ApiException CORRUPT_RECORDS or RECORD_TOO_LARGE
     */
    int load(int at) {
        int from = at;
        while (true) {
            long missing = missing(from);
            if (missing <= 0) return from;
            if (array.length - end < missing) {
                makeRoom(from, missing);
                from = 0;
            }
            if (!fill()) return from;
        }
    }

    /** True if there is no byte from an index on, neither in the array nor in the stream. */
    boolean endsAt(int at) {
        if (at < end) return false;
        end = 0;
        return !fill();
    }

    /** The number of bytes decompressed from the batch so far. */
    long inflatedBytes() {
        return inflatedBytes;
    }

    /** Releases the codec's resources; the array stays unchanged until the next batch. */
    void close() {
        if (stream == null) return;
        InputStream closing = stream;
        stream = null;
        try {
            closing.close();
        } catch (IOException nothingIsLost) {
            // All requested records have been read.
        }
    }

    /** How many bytes of the record at an index are known to be missing in the array. */
    private long missing(int from) {
        int size = Varint.length(array, from, end, Varint.MAX_INT_BYTES);
        if (size == Varint.BROKEN_OFF) return 1;
        // The parser refuses a length that does not end, or is negative, so nothing more is loaded for it.
        if (size == Varint.OVERLONG) return 0;
        int length = Varint.unzigzag((int) Varint.get(array, from, size));
        if (length > maxRecordBytes) throw tooLarge("A record", length, maxRecordBytes);
        return length < 0 ? 0 : (long) length + size - (end - from);
    }

    /**
     * Moves the remaining bytes to the front. The array is doubled only if it is half full, so a record that merely
     * claims a large size allocates nothing.
     */
    private void makeRoom(int from, long missing) {
        int kept = end - from;
        byte[] old = array;
        if (kept + missing > array.length && kept > array.length / 2) {
            array = new byte[(int) Math.min(Math.max(2L * array.length, FIRST_BYTES), Integer.MAX_VALUE - 64)];
        }
        System.arraycopy(old, from, array, 0, kept);
        end = kept;
    }

    private boolean fill() {
        try {
            int count = stream.read(array, end, array.length - end);
            if (count <= 0) return false;
            end += count;
            inflatedBytes += count;
        } catch (IOException | RuntimeException damaged) {
            throw refusal(damaged);
        }
        if (inflatedBytes > maxBatchBytes) throw tooLarge("A batch", inflatedBytes, maxBatchBytes);
        return true;
    }

    private static ApiException tooLarge(String what, long bytes, long limit) {
        return new ApiException(
                ErrorCode.RECORD_TOO_LARGE,
                what + " has " + bytes + " bytes or more when it is decompressed; " + limit + " are allowed.");
    }

    /**
     * Translates a codec's failure. The codecs' wrappers turn every Throwable into an exception, so failures of this
     * process, such as a lack of memory, have to be told apart from malformed bytes.
     */
    private static ApiException refusal(Exception cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof Error || isWantOfMemory(at)) {
                return new ApiException(
                        ErrorCode.INTERNAL,
                        "The records could not be decompressed now, which says nothing of them: "
                                + at.getClass().getSimpleName() + ".");
            }
        }
        return new ApiException(
                ErrorCode.CORRUPT_RECORDS, "The records cannot be decompressed: " + cause.getMessage() + ".");
    }

    /** ZSTD_error_memory_allocation, which comes as text only. */
    private static boolean isWantOfMemory(Throwable failure) {
        return failure instanceof IOException
                && failure.getMessage() != null
                && failure.getMessage().contains("not enough memory");
    }
}
