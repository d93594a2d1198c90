package io.letterbox.ingress.http;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.ingress.ByteBudget;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.Arrays;

/**
 * The body of a publish, as it arrives. It holds the arrays that came where it can, copies where it must, takes every
 * byte out of the node's budget before it keeps it, and refuses a body as soon as it is too long. Owned by one event
 * loop.
 */
final class BodySink {
    private final ByteBudget budget;
    private final long maxBytes;

    private byte[] array = new byte[0];
    private int offset;
    private int length;
    private boolean copied;
    private long held;

    BodySink(ByteBudget budget, long maxBytes) {
        this.budget = budget;
        this.maxBytes = maxBytes;
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
        if (length + (long) more > maxBytes) throw tooLarge();
        if (!budget.tryAcquire(more)) throw spent();
        held += more;
        if (length == 0 && bytes.hasArray()) {
            array = bytes.array();
            offset = bytes.arrayOffset() + bytes.readerIndex();
        } else {
            reserve(more);
            bytes.getBytes(bytes.readerIndex(), array, offset + length, more);
        }
        length += more;
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
                "The body is larger than limits.requestBytes allows, " + maxBytes + " bytes.");
    }

    private ApiException spent() {
        return new ApiException(
                ErrorCode.TOO_MANY_REQUESTS,
                "Publishers have " + budget.usedBytes() + " bytes under way, of " + budget.limitBytes()
                        + " that limits.ingressBytes allows; come back shortly.");
    }
}
