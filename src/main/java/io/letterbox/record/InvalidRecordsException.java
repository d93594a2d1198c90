package io.letterbox.record;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.util.List;

/** The refusal of a batch for what single records of it are like; it says which (KIP-467). */
public final class InvalidRecordsException extends ApiException {
    private static final long serialVersionUID = 1L;

    private final transient List<Defect> defects;

    /**
     * One record that is not as the topic demands.
     *
     * @param index the record's place in its batch, from 0
     * @param detail what is wrong, as a sentence
     */
    public record Defect(int index, String detail) {}

    InvalidRecordsException(ErrorCode code, String detail, List<Defect> defects) {
        super(code, detail);
        this.defects = List.copyOf(defects);
    }

    /** The records that are wrong, in order; {@link BatchCheck#MAX_DEFECTS} at the most. */
    public List<Defect> defects() {
        return defects;
    }
}
