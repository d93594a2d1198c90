package io.letterbox.replication;

/** The copy that appends first. Alone, it is the whole in-sync set. */
public final class Leader implements Replica {
    /**
     * @param highWatermark everything below is safe already: alone, the end of the log as recovered and forced
     * @param inSyncReplicas how many replicas are in sync, this one included
     * @param minInSyncReplicas how many the topic demands
     */
    public Leader(long highWatermark, int inSyncReplicas, int minInSyncReplicas) {
        throw new AssertionError("first push");
    }

    @Override
    public void step(Input input, long nowMs, Outbox outbox) {
        throw new AssertionError("first push");
    }

    @Override
    public long highWatermark() {
        throw new AssertionError("first push");
    }

    @Override
    public Output.Reject rejection() {
        throw new AssertionError("first push");
    }
}
