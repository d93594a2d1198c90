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
 * The body of a publish as it arrives. It keeps a single chunk's array without a copy and copies if there are more,
 * acquires every byte from the node's budget before it keeps it, and refuses a body as soon as it is too long. Owned by
 * one event loop, or by one worker at a time.
 */
final class BodySink {
    /** Compression makes incompressible data longer: by a thousandth at most, and a header. */
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

    /** The sink of a compressed body: the limit applies to what comes out of it. */
    static BodySink compressed(ByteBudget budget, long limitBytes) {
        return new BodySink(budget, limitBytes, limitBytes + limitBytes / GROWN_PART + HEAD_BYTES);
    }

    /**
     * Checks the announced length before the body comes.
     *
     * @param contentLength -1 if the request announces none
     * @throws ApiException REQUEST_TOO_LARGE or TOO_MANY_REQUESTS
     */
    void expect(long contentLength) {
        if (contentLength > maxBytes) throw tooLarge();
        if (contentLength > 0 && !budget.couldAcquire(contentLength)) throw spent();
    }

    /**
     * Appends the next chunk.
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
     * Appends a copy of the first bytes of an array.
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

    /** Returns the acquired bytes to the budget; a second call does nothing. */
    void release() {
        budget.release(held);
        held = 0;
    }

    /** The array that contains the body. */
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
        // Doubles, within the limit: an announced length alone allocates nothing.
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
