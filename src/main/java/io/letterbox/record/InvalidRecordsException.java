package io.letterbox.record;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.util.List;

/** The refusal of a batch because of single records, which it lists (KIP-467). */
public final class InvalidRecordsException extends ApiException {
    private static final long serialVersionUID = 1L;

    private final transient List<Defect> defects;

    /**
     * One record that violates the topic's rules.
     *
     * @param index the record's index in its batch, from 0
     * @param detail what is wrong, as a sentence
     */
    public record Defect(int index, String detail) {}

    InvalidRecordsException(ErrorCode code, String detail, List<Defect> defects) {
        super(code, detail);
        this.defects = List.copyOf(defects);
    }

    /** The wrong records, in order; at most {@link BatchCheck#MAX_DEFECTS}. */
    public List<Defect> defects() {
        return defects;
    }
}
