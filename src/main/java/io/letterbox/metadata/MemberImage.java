package io.letterbox.metadata;

import java.util.List;
import java.util.UUID;

/**
 * What a cluster knows about a node that no client asks for. Immutable.
 *
 * @param directory of the node's data directory
 * @param rack where the node stands; empty if nobody said
 * @param version of the server
 * @param own where it answers questions of other nodes, {@code cluster.port}
 * @param raft where it takes part in Raft
 * @param bus where its event bus listens
 * @param former directories that the node had before, the last {@link #MAX_FORMER} of them: none of them may come back
 */
public record MemberImage(
        UUID directory, String rack, String version, Endpoint own, Endpoint raft, Endpoint bus, List<UUID> former) {
    /** How many replaced directories of a node are remembered. */
    public static final int MAX_FORMER = 16;

    /** Of a server that stands alone. */
    public static final MemberImage ALONE =
            new MemberImage(ReplicaId.ALONE, "", "", Endpoint.NONE, Endpoint.NONE, Endpoint.NONE, List.of());

    MemberImage with(List<UUID> replaced) {
        return new MemberImage(directory, rack, version, own, raft, bus, replaced);
    }
}
