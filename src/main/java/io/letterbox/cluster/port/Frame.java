package io.letterbox.cluster.port;

import io.letterbox.cluster.EnvelopeCodec;
import io.letterbox.cluster.Peers;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.parsetools.RecordParser;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * What goes over {@code cluster.port}, in network byte order. Who connects sends a greeting, then both send frames.
 *
 * <pre>
 * greeting              frame
 * 0  4×u8 "LBXN"        0   u32  length of what follows
 * 4  u8   version, 1    4   u8   type
 *                       5   i64  number: an answer has that of its question
 *                       13  …    payload
 *
 * type                  payload
 * 1  PROBE              who asks: a probe
 * 2  PROBED             who answers: a probe
 * 3  REQUEST            an envelope
 * 4  ANSWER             an envelope
 * 5  REFUSED            a sentence; the connection ends
 * </pre>
 *
 * @param type one of the constants
 */
record Frame(int type, long number, Buffer payload) {
    static final int PROBE = 1;
    static final int PROBED = 2;
    static final int REQUEST = 3;
    static final int ANSWER = 4;
    static final int REFUSED = 5;

    /** What who connects sends first. */
    static final Buffer GREETING = Buffer.buffer("LBXN\u0001");

    /** The most bytes after the length. */
    static final int MAX_BYTES = Peers.MAX_BODY_BYTES + EnvelopeCodec.MAX_OVERHEAD_BYTES;

    private static final int LENGTH_BYTES = 4;
    private static final int HEAD_BYTES = 9;

    static Frame refused(String sentence) {
        return new Frame(REFUSED, 0, Buffer.buffer(sentence));
    }

    Buffer encode() {
        Buffer out = Buffer.buffer(LENGTH_BYTES + HEAD_BYTES + payload.length());
        out.appendInt(HEAD_BYTES + payload.length()).appendByte((byte) type).appendLong(number);
        return out.appendBuffer(payload);
    }

    String sentence() {
        return payload.toString(StandardCharsets.UTF_8);
    }

    /**
     * Takes bytes from a socket.
     *
     * @param greeted whether a greeting comes first; it is handed on as a frame of type 0
     * @param broken called once with a sentence if what comes is not of this form; nothing is handed on after it
     */
    static Handler<Buffer> reader(boolean greeted, Consumer<Frame> frames, Consumer<String> broken) {
        return new Reader(greeted, frames, broken).parser;
    }

    private static final class Reader implements Handler<Buffer> {
        private final RecordParser parser;
        private final Consumer<Frame> frames;
        private final Consumer<String> broken;
        private boolean greeting;
        private boolean head = true;
        private boolean ended;

        Reader(boolean greeted, Consumer<Frame> frames, Consumer<String> broken) {
            this.greeting = greeted;
            this.frames = frames;
            this.broken = broken;
            this.parser = RecordParser.newFixed(greeted ? GREETING.length() : LENGTH_BYTES, this);
        }

        @Override
        public void handle(Buffer bytes) {
            if (ended) return;
            if (greeting) {
                greeting = false;
                parser.fixedSizeMode(LENGTH_BYTES);
                frames.accept(new Frame(0, 0, bytes));
            } else if (head) {
                length(bytes.getUnsignedInt(0));
            } else {
                head = true;
                parser.fixedSizeMode(LENGTH_BYTES);
                frames.accept(new Frame(
                        bytes.getUnsignedByte(0), bytes.getLong(1), bytes.getBuffer(HEAD_BYTES, bytes.length())));
            }
        }

        private void length(long length) {
            if (length < HEAD_BYTES || length > MAX_BYTES) {
                ended = true;
                broken.accept("A frame of " + length + " bytes; " + HEAD_BYTES + " to " + MAX_BYTES + " are allowed.");
                return;
            }
            head = false;
            parser.fixedSizeMode((int) length);
        }
    }
}
