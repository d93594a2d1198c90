package io.letterbox.sse;

import io.letterbox.http.JsonBytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;

/**
 * Encoded events for many subscribers, framed once for the chunked transfer coding (RFC 9112 section 7.1):
 *
 * <pre>
 * ┌──────────┬──────┬────────────────┬──────┐
 * │ size hex │ CRLF │ events, "body" │ CRLF │   direct memory, so that the socket takes it without a copy
 * └──────────┴──────┴────────────────┴──────┘
 * </pre>
 *
 * <p>Reference-counted: the creator releases it; each write takes a duplicate, which the socket releases. Owned by one
 * event loop. A chunk without a body moves subscribers past records that their filter does not pass.
 */
final class SseChunk {
    private static final byte[] CRLF = {'\r', '\n'};

    private final Position to;
    private final long[] behindLast;
    private final int[] recordsByTopic;
    private final int records;
    private final int bodyBytes;
    private final ByteBuf framed;
    private Buffer plain;

    private SseChunk(Position to, long[] behindLast, int[] recordsByTopic, byte[] body, int length) {
        this.to = to;
        this.behindLast = behindLast;
        this.recordsByTopic = recordsByTopic;
        int sum = 0;
        for (int count : recordsByTopic) sum += count;
        this.records = sum;
        this.bodyBytes = length;
        this.framed = length == 0 ? null : frame(body, length);
    }

    /**
     * Events that bring a subscriber to a position.
     *
     * @param behindLast the offset behind the last record of each partition, 0 if there is none; null outside groups
     * @param recordsByTopic the number of records of each topic of the layout
     */
    static SseChunk of(Position to, long[] behindLast, int[] recordsByTopic, JsonBytes body) {
        return new SseChunk(to, behindLast, recordsByTopic, body.array(), body.length());
    }

    /** A comment or a control event: moves no position. */
    static SseChunk control(JsonBytes body) {
        return new SseChunk(null, null, new int[0], body.array(), body.length());
    }

    /** A comment or a control event: moves no position. */
    static SseChunk control(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return new SseChunk(null, null, new int[0], bytes, bytes.length);
    }

    private static ByteBuf frame(byte[] body, int length) {
        byte[] size = Integer.toHexString(length).getBytes(StandardCharsets.US_ASCII);
        return PooledByteBufAllocator.DEFAULT
                .directBuffer(size.length + length + 2 * CRLF.length)
                .writeBytes(size)
                .writeBytes(CRLF)
                .writeBytes(body, 0, length)
                .writeBytes(CRLF);
    }

    /** The position that it brings a subscriber to; null for a control event. */
    Position to() {
        return to;
    }

    /** The offset behind the last record of each partition, 0 if there is none; null outside groups. */
    long[] behindLast() {
        return behindLast;
    }

    /** The number of records of one topic of the layout. */
    int records(int topic) {
        return recordsByTopic[topic];
    }

    /** The number of records. */
    int records() {
        return records;
    }

    /** The number of bytes of events, without framing. */
    int bodyBytes() {
        return bodyBytes;
    }

    /** The framed bytes, for one write; the writer releases them. */
    ByteBuf framed() {
        return framed.retainedDuplicate();
    }

    /** The events without framing, for sinks whose encoder adds it; made at the first call and shared from then on. */
    Buffer plain() {
        if (plain == null) {
            byte[] body = new byte[bodyBytes];
            framed.getBytes(framed.readableBytes() - CRLF.length - bodyBytes, body);
            plain = Buffer.buffer(body);
        }
        return plain;
    }

    /** Releases the creator's reference. */
    void release() {
        if (framed != null) framed.release();
    }
}
