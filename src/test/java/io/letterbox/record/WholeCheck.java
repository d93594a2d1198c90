package io.letterbox.record;

import java.nio.ByteBuffer;

/** Checks a batch from beginning to end, in slices. */
final class WholeCheck {
    private final BatchCheck check = new BatchCheck();

    /** The number of slices of the last check. */
    int slices;

    ByteBuffer check(ByteBuffer batch, BatchRules rules, long nowMs) {
        slices = 0;
        check.begin(batch, rules, nowMs);
        ByteBuffer kept = null;
        while (kept == null) {
            slices++;
            kept = check.continueCheck();
        }
        return kept;
    }
}
