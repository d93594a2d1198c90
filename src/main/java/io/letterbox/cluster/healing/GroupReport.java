package io.letterbox.cluster.healing;

import io.letterbox.metadata.ReplicaId;
import java.util.Set;

/**
 * A group as its leader sees it.
 *
 * @param group the shard's number, or {@link #METADATA}
 * @param term of the leadership; of two leaders the one of the later term counts
 * @param members as they are committed
 * @param changing whether a change of the members is under way
 * @param inTouch the members that have answered lately and lack next to nothing, the leader itself among them
 */
public record GroupReport(int group, long term, GroupMembers members, boolean changing, Set<ReplicaId> inTouch) {
    /** The group of the metadata, among those of shards. */
    public static final int METADATA = -1;

    public GroupReport {
        inTouch = Set.copyOf(inTouch);
    }
}
