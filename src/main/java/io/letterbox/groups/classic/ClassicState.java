package io.letterbox.groups.classic;

/** What a classic group is doing. A group that is gone has no state: it is not there. */
public enum ClassicState {
    /** No members; offsets, perhaps. */
    EMPTY("Empty"),
    /** Members are asked to join again; it waits for all of them, or for the rebalance timeout. */
    PREPARING_REBALANCE("PreparingRebalance"),
    /** A generation has begun; it waits for the leader's assignment. */
    COMPLETING_REBALANCE("CompletingRebalance"),
    /** Every member has its assignment. */
    STABLE("Stable");

    private final String text;

    ClassicState(String text) {
        this.text = text;
    }

    /** In Kafka's spelling. */
    public String text() {
        return text;
    }
}
