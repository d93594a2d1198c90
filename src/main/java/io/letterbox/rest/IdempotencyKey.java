package io.letterbox.rest;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.publishing.ProducerIdentity;
import io.letterbox.record.RecordHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The producer that stands for an {@code Idempotency-Key}: its id is a hash of topic and key, its epoch and its first
 * number are a hash of everything that the request consists of. A repetition has the same, and another request with the
 * same key does not follow what is there. Stateless.
 */
final class IdempotencyKey {
    private IdempotencyKey() {}

    /** The producer of a request whose body is there. */
    static ProducerIdentity identity(PublishRequest request, String key) {
        MessageDigest digest = sha256();
        part(digest, request.topic().getBytes(StandardCharsets.US_ASCII));
        part(digest, ProducerHead.bytes(key));
        long hash = ByteBuffer.wrap(digest.digest()).getLong();
        ByteBuffer print = ByteBuffer.wrap(fingerprint(digest, request));
        short epoch = (short) (print.getShort() & Short.MAX_VALUE);
        // Never 0, because a producer may begin a greater epoch with 0.
        int sequence = 1 + (print.getInt() & Integer.MAX_VALUE) % Integer.MAX_VALUE;
        return ProducerIdentity.ofKey(hash, epoch, sequence);
    }

    private static byte[] fingerprint(MessageDigest digest, PublishRequest request) {
        PublishHead head = request.head();
        part(digest, head.form.name().getBytes(StandardCharsets.US_ASCII));
        part(digest, head.key);
        part(
                digest,
                ByteBuffer.allocate(12)
                        .putInt(head.partition)
                        .putLong(head.timestampMs)
                        .array());
        part(digest, String.valueOf(head.keyField).getBytes(StandardCharsets.UTF_8));
        for (RecordHeader header : head.headers) {
            part(digest, header.key().getBytes(StandardCharsets.UTF_8));
            part(digest, header.value());
        }
        BodySink body = request.body();
        digest.update(body.array(), body.offset(), body.length());
        return digest.digest();
    }

    /** Adds a part with its length, so that two parts are never taken for two others. */
    private static void part(MessageDigest digest, byte[] bytes) {
        digest.update(ByteBuffer.allocate(Integer.BYTES)
                .putInt(bytes == null ? -1 : bytes.length)
                .flip());
        if (bytes != null) digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    /** The error for a client whose request with a key was refused by the log. */
    static Throwable refusal(Throwable cause) {
        if (!(cause instanceof ApiException refusal)) return cause;
        boolean other =
                refusal.code() == ErrorCode.OUT_OF_ORDER_SEQUENCE || refusal.code() == ErrorCode.INVALID_PRODUCER_EPOCH;
        return other
                ? new ApiException(
                        ErrorCode.IDEMPOTENCY_KEY_REUSED,
                        "The Idempotency-Key came before with another request to this topic: its body, its query or its"
                                + " headers were not these. Repeat a request as it was, or give it a key of its own.")
                : cause;
    }
}
