package io.letterbox.storage;

import java.io.IOException;

/** What a checkpoint leaves behind on a node that stands alone: recovery points. Owned by the shard's thread. */
final class RecoveryNote implements ShardCheckpoint.Note {
    private final RecoveryCheckpoint recovery;
    private final Runnable onBegin;

    /** @param onBegin run when a checkpoint begins and the one before has forced all that it was to force */
    RecoveryNote(RecoveryCheckpoint recovery, Runnable onBegin) {
        this.recovery = recovery;
        this.onBegin = onBegin;
    }

    @Override
    public boolean ofWholeLogs() {
        return false;
    }

    @Override
    public void begins(boolean again) {
        if (!again) onBegin.run();
    }

    @Override
    public boolean forced() {
        return true;
    }

    @Override
    public void write() throws IOException {
        recovery.write();
    }

    @Override
    public void written() {
        // Nobody waits for it.
    }
}
