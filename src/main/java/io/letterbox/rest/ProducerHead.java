package io.letterbox.rest;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.publishing.ProducerIdentity;
import java.nio.charset.StandardCharsets;

/**
 * The headers by which a publish can be repeated without being written twice: either one that names the request
 * (draft-ietf-httpapi-idempotency-key-header), or three that number its records.
 *
 * <pre>
 * Idempotency-Key: "8e03978e-40d5-43dd-bc93-6894a57f9324"     1 to 255 characters of ASCII; the quotes may be left out
 *
 * Producer-Id: 7000            from POST /producers
 * Producer-Epoch: 0            0 to 32767; a greater one shuts those with smaller ones out, and begins at number 0
 * Producer-Seq: 12             the number of the first record among those of this producer in the partition
 * </pre>
 */
final class ProducerHead {
    private static final int MAX_KEY_LENGTH = 255;
    private static final int MAX_DIGITS = 18;

    private String key;
    private String id;
    private String epoch;
    private String sequence;

    void key(String value) {
        if (key != null) throw refused("There is more than one Idempotency-Key.");
        key = unquoted(value.trim());
        boolean plain = !key.isEmpty() && key.length() <= MAX_KEY_LENGTH;
        for (int i = 0; i < key.length(); i++) plain &= key.charAt(i) >= ' ' && key.charAt(i) < 0x7f;
        if (!plain) {
            throw refused(
                    "The Idempotency-Key has to be a text of 1 to " + MAX_KEY_LENGTH + " ASCII characters, in quotes.");
        }
    }

    /** A string of RFC 9651 section 3.3.3 without its quotes; any other text as it stands. */
    private static String unquoted(String value) {
        if (value.length() < 2 || value.charAt(0) != '"' || value.charAt(value.length() - 1) != '"') return value;
        StringBuilder text = new StringBuilder(value.length());
        for (int i = 1; i < value.length() - 1; i++) {
            char next = value.charAt(i);
            if (next == '\\' && i + 1 < value.length() - 1) next = value.charAt(++i);
            text.append(next);
        }
        return text.toString();
    }

    void id(String value) {
        id = value;
    }

    void epoch(String value) {
        epoch = value;
    }

    void sequence(String value) {
        sequence = value;
    }

    /** @throws ApiException INVALID_REQUEST if the headers contradict each other or some are missing */
    void check() {
        boolean numbered = id != null || epoch != null || sequence != null;
        if (key != null && numbered) throw refused("Idempotency-Key and Producer-Id exclude each other.");
        if (!numbered) return;
        if (id == null || epoch == null || sequence == null) {
            throw refused("Producer-Id, Producer-Epoch and Producer-Seq have to be there all three.");
        }
        number("Producer-Id", id, ProducerIdentity.FIRST_RESERVED_ID - 1);
        number("Producer-Epoch", epoch, Short.MAX_VALUE);
        number("Producer-Seq", sequence, Integer.MAX_VALUE);
    }

    /** Whether it names the request. */
    boolean isKeyed() {
        return key != null;
    }

    /** The producer id, epoch and sequence number of a request whose body is complete. */
    ProducerIdentity claim(PublishRequest request) {
        if (key != null) return IdempotencyKey.identity(request, key);
        return ProducerIdentity.ofProducer(
                number("Producer-Id", id, ProducerIdentity.FIRST_RESERVED_ID - 1),
                (short) number("Producer-Epoch", epoch, Short.MAX_VALUE),
                (int) number("Producer-Seq", sequence, Integer.MAX_VALUE));
    }

    private static long number(String name, String value, long most) {
        boolean digits = !value.isEmpty() && value.length() <= MAX_DIGITS;
        for (int i = 0; i < value.length(); i++) digits &= value.charAt(i) >= '0' && value.charAt(i) <= '9';
        if (!digits || Long.parseLong(value) > most) {
            throw refused(name + " has to be a whole number from 0 to " + most + ".");
        }
        return Long.parseLong(value);
    }

    private static ApiException refused(String detail) {
        return new ApiException(ErrorCode.INVALID_REQUEST, detail);
    }

    /** The bytes of an idempotency key. */
    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
