package io.letterbox.error;

import java.util.Map;

/** A producer's records do not follow those that it wrote before: some are missing, or were written already. */
public final class OutOfOrderSequenceException extends ApiException {
    private static final long serialVersionUID = 1L;

    /** The fact which number the first record has to have. */
    public static final String EXPECTED_SEQUENCE = "expectedSequence";

    /**
     * @param expected the number that the first record has to have, 0 to 2^31-1
     * @param detail a whole sentence for a person
     */
    public OutOfOrderSequenceException(int expected, String detail) {
        super(ErrorCode.OUT_OF_ORDER_SEQUENCE, detail, Map.of(EXPECTED_SEQUENCE, expected));
    }
}
