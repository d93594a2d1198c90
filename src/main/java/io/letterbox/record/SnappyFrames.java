package io.letterbox.record;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;

/**
 * Checks the lengths in a stream of snappy blocks before the codec reads them, because the codec allocates as much as
 * they claim.
 *
 * <pre>
 *  either  ┌─────────────────────────┬─────────┬────────────┬────────┬───────┬────────┬───────┐
 *          │ 82 53 4e 41 50 50 59 00 │ version │ compatible │ length │ block │ length │ block │ ...
 *          │         8 bytes         │  int32  │   int32    │ int32  │  ...  │ int32  │  ...  │
 *          └─────────────────────────┴─────────┴────────────┴────────┴───────┴────────┴───────┘
 *          where another such head may stand in the place of a length; or a single block:
 *          ┌───────────────────────┬──────────────────────────────────────────────────┐
 *          │ size of the original  │ literals, and copies of 64 bytes in 3 at the most │
 *          │ unsigned varint       │                                                  │
 *          └───────────────────────┴──────────────────────────────────────────────────┘
 * </pre>
 */
final class SnappyFrames {
    private static final int HEAD_BYTES = 16;
    private static final long MAGIC = 0x82534e4150505900L;
    private static final int MAGIC_BEGIN = (int) (MAGIC >>> 32);

    /** The largest possible ratio of a block: a copy of 64 bytes takes 3 bytes. */
    private static final int MAX_RATIO = 22;

    private SnappyFrames() {}

    /**
     * Checks that all lengths in a stream are possible.
     *
     * @throws ApiException CORRUPT_RECORDS
     */
    static void check(byte[] array, int from, int end) {
        if (end - from < HEAD_BYTES || (long) RecordBatch.LONG.get(array, from) != MAGIC) {
            block(array, from, end);
            return;
        }
        int at = from + HEAD_BYTES;
        while (at < end) {
            if (end - at < Integer.BYTES) throw corrupt();
            int length = (int) RecordBatch.INT.get(array, at);
            if (length == MAGIC_BEGIN) {
                at += HEAD_BYTES;
                continue;
            }
            at += Integer.BYTES;
            if (length < 0 || length > end - at) throw corrupt();
            block(array, at, at + length);
            at += length;
        }
    }

    private static void block(byte[] array, int from, int end) {
        int length = Varint.length(array, from, end, Varint.MAX_INT_BYTES);
        if (length <= 0 || Varint.get(array, from, length) > (long) MAX_RATIO * (end - from)) throw corrupt();
    }

    private static ApiException corrupt() {
        return new ApiException(
                ErrorCode.CORRUPT_RECORDS,
                "The records cannot be decompressed: a snappy block has an impossible length.");
    }
}
