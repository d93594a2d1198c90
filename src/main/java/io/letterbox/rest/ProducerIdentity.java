package io.letterbox.rest;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.record.RecordHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * As whose batch a publish goes into the log, so that a repetition is found to be one: in the same memory of producers as
 * those of Kafka's protocol, which outlives restarts.
 *
 * <p>An idempotency key is a producer of its own, which writes once. Its id is a hash of topic and key, from a range that
 * nobody else is given ids from. Its epoch and its first number are a hash of everything that the request consists of: a
 * repetition has the same, and another request with the same key does not follow what is there.
 *
 * @param id the producer's id
 * @param epoch the producer's epoch
 * @param sequence the number of the request's first record in each partition
 * @param keyed true where an idempotency key stands for a producer
 */
record ProducerIdentity(long id, short epoch, int sequence, boolean keyed) {
    /** Ids from here on are hashes of idempotency keys; those that are given out come from 0 upwards. */
    static final long FIRST_RESERVED_ID = 1L << 62;

    static ProducerIdentity ofProducer(long id, short epoch, int sequence) {
        return new ProducerIdentity(id, epoch, sequence, false);
    }

    static ProducerIdentity ofKey(PublishRequest request, String key) {
        MessageDigest digest = sha256();
        part(digest, request.topic().getBytes(StandardCharsets.US_ASCII));
        part(digest, ProducerHead.bytes(key));
        long id = ByteBuffer.wrap(digest.digest()).getLong() & FIRST_RESERVED_ID - 1 | FIRST_RESERVED_ID;
        ByteBuffer print = ByteBuffer.wrap(fingerprint(digest, request));
        short epoch = (short) (print.getShort() & Short.MAX_VALUE);
        // Never 0, with which a producer may begin a greater epoch.
        int sequence = 1 + (print.getInt() & Integer.MAX_VALUE) % Integer.MAX_VALUE;
        return new ProducerIdentity(id, epoch, sequence, true);
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

    /** With its length, so that two parts are never taken for two others. */
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

    /** The partition of records without a key: always the same, so that a repetition meets the first one. */
    int choose(int partitions) {
        return (int) Math.floorMod(id * 0x9e3779b97f4a7c15L >>> 17, (long) partitions);
    }

    /** What the client is told about a refusal by the log. */
    Throwable refusal(Throwable cause) {
        if (!keyed || !(cause instanceof ApiException refusal)) return cause;
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
