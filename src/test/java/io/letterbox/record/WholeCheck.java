package io.letterbox.record;

import java.nio.ByteBuffer;

/** A check of a batch from its beginning to its end. */
final class WholeCheck {
    private final BatchCheck check = new BatchCheck();

    /** How often the last check was gone on with. */
    int slices;

    ByteBuffer check(ByteBuffer batch, BatchRules rules, long nowMs) {
        slices = 0;
        check.begin(batch, rules, nowMs);
        ByteBuffer kept = null;
        while (kept == null) {
            slices++;
            kept = check.goOn();
        }
        return kept;
    }
}
