package io.letterbox.error;

import java.util.Map;

/** Signals that a producer's records do not follow its earlier ones: some are missing, or were written already. */
public final class OutOfOrderSequenceException extends ApiException {
    private static final long serialVersionUID = 1L;

    /** The name of the fact with the expected sequence number of the first record. */
    public static final String EXPECTED_SEQUENCE = "expectedSequence";

    /**
     * @param expected the expected sequence number of the first record, 0 to 2^31-1
     * @param detail a whole sentence for a person
     */
    public OutOfOrderSequenceException(int expected, String detail) {
        super(ErrorCode.OUT_OF_ORDER_SEQUENCE, detail, Map.of(EXPECTED_SEQUENCE, expected));
    }
}
