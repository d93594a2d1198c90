package io.letterbox.rest;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.Problem;
import io.letterbox.ingress.ByteBudget;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.Arrays;
import java.util.Map;

/**
 * The body of a publish, as it arrives. It holds the arrays that came where it can, copies where it must, takes every
 * byte out of the node's budget before it keeps it, and refuses a body as soon as it is too long. Owned by one event
 * loop, or by one worker at a time.
 */
final class BodySink {
    /** Compressing makes what cannot be compressed longer: by a thousandth at the most, and some bytes in front. */
    private static final int GROWN_PART = 1_000;

    private static final int HEAD_BYTES = 1_024;

    private final ByteBudget budget;
    private final long limitBytes;
    private final long maxBytes;

    private byte[] array = new byte[0];
    private int offset;
    private int length;
    private boolean copied;
    private long held;

    BodySink(ByteBudget budget, long limitBytes) {
        this(budget, limitBytes, limitBytes);
    }

    private BodySink(ByteBudget budget, long limitBytes, long maxBytes) {
        this.budget = budget;
        this.limitBytes = limitBytes;
        this.maxBytes = maxBytes;
    }

    /** For a body that is compressed, where the limit is for what comes out of it. */
    static BodySink compressed(ByteBudget budget, long limitBytes) {
        return new BodySink(budget, limitBytes, limitBytes + limitBytes / GROWN_PART + HEAD_BYTES);
    }

    /**
     * Checks what a request says about its body before it comes.
     *
     * @param contentLength -1 where it says nothing
     * @throws ApiException REQUEST_TOO_LARGE or TOO_MANY_REQUESTS
     */
    void expect(long contentLength) {
        if (contentLength > maxBytes) throw tooLarge();
        if (contentLength > 0 && !budget.couldAcquire(contentLength)) throw spent();
    }

    /**
     * Takes the next part.
     *
     * @throws ApiException REQUEST_TOO_LARGE or TOO_MANY_REQUESTS
     */
    void append(Buffer chunk) {
        ByteBuf bytes = ((BufferInternal) chunk).getByteBuf();
        int more = bytes.readableBytes();
        acquire(more);
        if (length == 0 && bytes.hasArray()) {
            array = bytes.array();
            offset = bytes.arrayOffset() + bytes.readerIndex();
        } else {
            reserve(more);
            bytes.getBytes(bytes.readerIndex(), array, offset + length, more);
        }
        length += more;
    }

    /**
     * Takes a copy of the first bytes of an array.
     *
     * @throws ApiException REQUEST_TOO_LARGE or TOO_MANY_REQUESTS
     */
    void append(byte[] bytes, int more) {
        acquire(more);
        reserve(more);
        System.arraycopy(bytes, 0, array, offset + length, more);
        length += more;
    }

    private void acquire(int more) {
        if (length + (long) more > maxBytes) throw tooLarge();
        if (!budget.tryAcquire(more)) throw spent();
        held += more;
    }

    /** Gives back what was held of the budget; a second call does nothing. */
    void release() {
        budget.release(held);
        held = 0;
    }

    /** The array that the body lies in. */
    byte[] array() {
        return array;
    }

    int offset() {
        return offset;
    }

    int length() {
        return length;
    }

    private void reserve(int more) {
        if (copied && array.length - length >= more) return;
        // Doubling, but never beyond what may come: a claim of a length alone allocates nothing.
        long room = Math.min(Math.max(length + (long) more, length * 2L), maxBytes);
        array = Arrays.copyOfRange(array, offset, offset + (int) room);
        offset = 0;
        copied = true;
    }

    private ApiException tooLarge() {
        return new ApiException(
                ErrorCode.REQUEST_TOO_LARGE,
                "The body is larger than limits.requestBytes allows, " + limitBytes + " bytes.",
                Map.of(Problem.LIMIT, limitBytes));
    }

    private ApiException spent() {
        return new ApiException(
                ErrorCode.TOO_MANY_REQUESTS,
                "Publishers have " + budget.usedBytes() + " bytes under way, of " + budget.limitBytes()
                        + " that limits.ingressBytes allows; come back shortly.");
    }
}
