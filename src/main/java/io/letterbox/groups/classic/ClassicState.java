package io.letterbox.groups.classic;

/** The states of a classic group. A deleted group has no state: it does not exist. */
public enum ClassicState {
    /** No members; maybe offsets. */
    EMPTY("Empty"),
    /** Members have to join again; the group waits for all of them, or for the rebalance timeout. */
    PREPARING_REBALANCE("PreparingRebalance"),
    /** A generation has begun; the group waits for the leader's assignment. */
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
