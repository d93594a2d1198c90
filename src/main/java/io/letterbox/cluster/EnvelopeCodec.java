package io.letterbox.cluster;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Envelopes as bytes, in network byte order.
 *
 * <pre>
 *  0  u8    version, 1
 *  1  u8    type: 1 request, 2 answer, 3 refusal
 *  2  i32   from: node.id
 *  6  2×i64 from: directory id
 * 22  i64   from: incarnation
 *
 * request                         answer           refusal
 * 30  u16   kind                  30 … body        30  u8   1 if its handler has seen the request
 * 32  2×i64 to: directory id                       31  text the name of the {@link ErrorCode}
 * 48  i64   to: incarnation, or 0                      text the sentence
 * 56  i32   timeout in ms                              u8   number of facts, each:
 * 60 … body                                                text name, u8 type (1 text, 2 whole number), text or i64
 *
 * text: u16 length in bytes, then UTF-8
 * </pre>
 *
 * The body ends where the carrier says that the envelope ends.
 */
public final class EnvelopeCodec {
    /** The most bytes that an envelope has besides its body. */
    public static final int MAX_OVERHEAD_BYTES = 8192;

    static final int VERSION = 1;
    private static final int REQUEST = 1;
    private static final int ANSWER = 2;
    private static final int REFUSAL = 3;
    private static final int FACT_TEXT = 1;
    private static final int FACT_NUMBER = 2;
    private static final int MAX_TEXT_BYTES = 2048;
    private static final int MAX_FACTS = 16;

    private EnvelopeCodec() {}

    /** Encodes an envelope. */
    public static Buffer encode(Envelope envelope) {
        Buffer out = Buffer.buffer(256);
        if (envelope instanceof Envelope.Request request) {
            head(out, REQUEST, request.from());
            out.appendUnsignedShort(request.kind());
            id(out, request.toDirectory());
            out.appendLong(request.toIncarnation()).appendInt(request.timeoutMs());
            return out.appendBuffer(request.body());
        }
        if (envelope instanceof Envelope.Answer answer) {
            head(out, ANSWER, answer.from());
            return out.appendBuffer(answer.body());
        }
        if (envelope instanceof Envelope.Refusal refusal) {
            head(out, REFUSAL, refusal.from());
            refusal(out, refusal);
            return out;
        }
        throw new AssertionError(envelope);
    }

    private static void head(Buffer out, int type, NodeIdentity from) {
        out.appendByte((byte) VERSION).appendByte((byte) type).appendInt(from.node());
        id(out, from.directoryId());
        out.appendLong(from.incarnation());
    }

    private static void id(Buffer out, UUID id) {
        out.appendLong(id.getMostSignificantBits()).appendLong(id.getLeastSignificantBits());
    }

    private static void refusal(Buffer out, Envelope.Refusal refusal) {
        out.appendByte((byte) (refusal.seen() ? 1 : 0));
        text(out, refusal.why().code().name());
        text(out, refusal.why().getMessage());
        Map<String, Object> facts = new LinkedHashMap<>();
        refusal.why().facts().forEach((name, value) -> {
            if (facts.size() < MAX_FACTS) facts.put(name, value);
        });
        out.appendUnsignedByte((short) facts.size());
        facts.forEach((name, value) -> {
            text(out, name);
            if (value instanceof Long || value instanceof Integer || value instanceof Short) {
                out.appendByte((byte) FACT_NUMBER).appendLong(((Number) value).longValue());
            } else {
                out.appendByte((byte) FACT_TEXT);
                text(out, value.toString());
            }
        });
    }

    private static void text(Buffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, MAX_TEXT_BYTES);
        out.appendUnsignedShort(length).appendBytes(bytes, 0, length);
    }

    /**
     * Decodes an envelope; its body is a slice of the bytes.
     *
     * @throws IllegalArgumentException if these bytes are none, with a sentence that says why
     */
    public static Envelope decode(Buffer bytes) {
        try {
            return new Reader(bytes).envelope();
        } catch (IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("An envelope of " + bytes.length() + " bytes ends too early.", e);
        }
    }

    private static final class Reader {
        private final Buffer bytes;
        private int at;

        Reader(Buffer bytes) {
            this.bytes = bytes;
        }

        Envelope envelope() {
            int version = unsignedByte();
            if (version != VERSION) {
                throw new IllegalArgumentException("An envelope has version " + version
                        + ", and this node knows version " + VERSION + ": the nodes' versions are too far apart.");
            }
            int type = unsignedByte();
            NodeIdentity from = new NodeIdentity(number(), id(), longNumber());
            switch (type) {
                case REQUEST:
                    return new Envelope.Request(from, unsignedShort(), id(), longNumber(), number(), rest());
                case ANSWER:
                    return new Envelope.Answer(from, rest());
                case REFUSAL:
                    return new Envelope.Refusal(from, unsignedByte() == 1, why());
                default:
                    throw new IllegalArgumentException("An envelope has type " + type + ", which does not exist.");
            }
        }

        private ApiException why() {
            ErrorCode code = code(text());
            String sentence = text();
            Map<String, Object> facts = new LinkedHashMap<>();
            for (int left = unsignedByte(); left > 0; left--) {
                String name = text();
                facts.put(name, unsignedByte() == FACT_NUMBER ? (Object) longNumber() : text());
            }
            return new ApiException(code, sentence, facts);
        }

        /** A code of a newer version becomes that of a failed server, with the same sentence. */
        private static ErrorCode code(String name) {
            for (ErrorCode code : ErrorCode.values()) {
                if (code.name().equals(name)) return code;
            }
            return ErrorCode.INTERNAL;
        }

        private Buffer rest() {
            return bytes.slice(at, bytes.length());
        }

        private String text() {
            int length = unsignedShort();
            at += length;
            return new String(bytes.getBytes(at - length, at), StandardCharsets.UTF_8);
        }

        private UUID id() {
            return new UUID(longNumber(), longNumber());
        }

        private int unsignedByte() {
            return bytes.getUnsignedByte(at++);
        }

        private int unsignedShort() {
            at += 2;
            return bytes.getUnsignedShort(at - 2);
        }

        private int number() {
            at += 4;
            return bytes.getInt(at - 4);
        }

        private long longNumber() {
            at += 8;
            return bytes.getLong(at - 8);
        }
    }
}
