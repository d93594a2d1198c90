package io.letterbox.groups.consumer;

/** The states of a member on the way to its target assignment; the numbers are those of Kafka's records. */
public enum MemberState {
    /** It owns the target of its epoch. */
    STABLE(0),
    /** It has to revoke partitions and has not acknowledged that yet. */
    UNREVOKED_PARTITIONS(1),
    /** It waits for partitions that other members have not revoked yet. */
    UNRELEASED_PARTITIONS(2);

    private final byte code;

    MemberState(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    /**
     * The state with a code. An unknown code, of a later version, counts as stable: the next heartbeat decides again.
     */
    static MemberState of(byte code) {
        for (MemberState state : values()) if (state.code == code) return state;
        return STABLE;
    }
}
