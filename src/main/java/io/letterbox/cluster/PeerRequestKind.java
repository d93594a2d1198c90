package io.letterbox.cluster;

/**
 * What one node may ask another. The numbers are on the wire: they stay what they are, and none is used twice. A node
 * that does not know a kind refuses it in words, so a newer version may add some.
 */
public enum PeerRequestKind {
    /** Nothing but an answer is wanted. */
    PING(1),
    /** The leaders that a node knows of, for those that the other one knows of ({@code LeaderHint}). */
    LEADER_HINTS(2),
    /** Something of the partitions that a node leads. */
    PARTITIONS(3),
    /** A change of the metadata, which the controller is to decide. */
    METADATA(4),
    /** How a node is. */
    NODE_REPORT(5),
    /** How the other node's replicas are, and the members of the groups that it leads ({@code NodeReport}). */
    REPLICAS(6),
    /** A change of the members of a group that the other node leads ({@code HealingCodec.Change}). */
    MEMBERS(7),
    /** The members of a group, of which its leader makes sure that it still leads. */
    PROVEN_MEMBERS(8),
    /** A part of a copy ({@code CopyRequest}). Never over the event bus, which smaller things wait for. */
    COPY(9),
    /** The other node is to register on the event bus again, where it is not heard; so never over that. */
    BUS_REGISTRATION(10);

    private final int number;

    PeerRequestKind(int number) {
        this.number = number;
    }

    /** Whether only a connection of its own may carry it: what is large, and what is about the event bus itself. */
    public boolean isBulk() {
        return this == COPY || this == BUS_REGISTRATION;
    }

    /** 1 to 65535. */
    public int number() {
        return number;
    }

    /** The kind with a number; null if this version does not know it. */
    public static PeerRequestKind of(int number) {
        for (PeerRequestKind kind : values()) {
            if (kind.number == number) return kind;
        }
        return null;
    }
}
