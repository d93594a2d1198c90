package io.letterbox.groups.consumer;

/** How far a member has got towards its target assignment; the numbers are those of Kafka's records. */
public enum MemberState {
    /** It owns what it should own in its epoch. */
    STABLE(0),
    /** It has been told to give partitions up and has not said yet that it did. */
    UNREVOKED_PARTITIONS(1),
    /** It waits for partitions that others have not given up. */
    UNRELEASED_PARTITIONS(2);

    private final byte code;

    MemberState(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    /** A number that nobody wrote here, of a later version, counts as stable: the next heartbeat decides anew. */
    static MemberState of(byte code) {
        for (MemberState state : values()) if (state.code == code) return state;
        return STABLE;
    }
}
