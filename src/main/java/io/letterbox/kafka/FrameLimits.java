package io.letterbox.kafka;

import io.letterbox.config.LetterboxConfig;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * The longest frames, and the bytes that a frame acquires from the budget.
 *
 * @param produceBytes the longest Produce request; at most the whole budget, or it would wait for ever
 * @param otherBytes the longest of all other requests
 */
record FrameLimits(int produceBytes, int otherBytes) {
    /** Enough for the assignment of a group with thousands of members, the largest request without records. */
    private static final int MAX_OTHER_BYTES = 16 << 20;

    /**
     * Requests without records of up to this size need no budget: heartbeats must go on while publishers hold all of
     * it.
     */
    private static final int FREE_BYTES = 64 << 10;

    static FrameLimits of(LetterboxConfig config) {
        int max = config.kafka().maxRequestBytes();
        return new FrameLimits((int) Math.min(max, config.limits().ingressBytes()), Math.min(max, MAX_OTHER_BYTES));
    }

    /**
     * Checks the announced length before the frame is allocated.
     *
     * @throws InvalidRequestException if it is too short or too long; the message says why, as half a sentence
     */
    void check(int length, short apiKey) {
        if (length < RequestDecoder.FIXED_HEADER_BYTES || length > limit(apiKey)) {
            throw new InvalidRequestException(describe(length, apiKey));
        }
    }

    /** The bytes that a frame acquires from the budget. */
    int budgetBytes(int length, short apiKey) {
        return apiKey == ApiKeys.PRODUCE.id || length > FREE_BYTES ? length : 0;
    }

    private int limit(short apiKey) {
        return apiKey == ApiKeys.PRODUCE.id ? produceBytes : otherBytes;
    }

    private String describe(int length, short apiKey) {
        int first = length >>> 24;
        if (first == 'G' || first == 'P' || first == 'H' || first == 'O' || first == 'D') {
            return "it speaks HTTP, which is served at http.port";
        }
        if (first == 0x16) return "it speaks TLS, which this port does not";
        if (!ApiKeys.hasId(apiKey)) return "it does not speak the Kafka protocol";
        return "a request of " + length + " bytes is announced; " + ApiKeys.forId(apiKey) + " may have "
                + RequestDecoder.FIXED_HEADER_BYTES + " to " + limit(apiKey)
                + " (kafka.maxRequestBytes, limits.ingressBytes)";
    }
}
