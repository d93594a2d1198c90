package io.letterbox.cluster.raft;

import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.ReplicaId;
import java.nio.file.Path;

/**
 * What a {@link RaftNode} is begun with.
 *
 * @param self who this process is in all groups
 * @param listen where to listen for the others; this host and port need not be those that they are told
 * @param directory where Raft's own files are, made where it is missing
 * @param electionMinMs after so long without a leader somebody stands for election, at the earliest
 * @param electionMaxMs and so long at the latest; more than the least
 */
public record RaftOptions(ReplicaId self, Endpoint listen, Path directory, int electionMinMs, int electionMaxMs) {
    /** Failover takes a second, and an idle group costs little; measured. */
    public static final int USUAL_ELECTION_MIN_MS = 500;

    /** The usual upper bound. */
    public static final int USUAL_ELECTION_MAX_MS = 1_000;

    /** One with the usual times. */
    public RaftOptions(ReplicaId self, Endpoint listen, Path directory) {
        this(self, listen, directory, USUAL_ELECTION_MIN_MS, USUAL_ELECTION_MAX_MS);
    }

    /** Where the directories of groups are. */
    Path groups() {
        return directory.resolve("groups");
    }

    /** A directory without groups: Ratis starts every group that it finds, and not at all if one of them is damaged. */
    Path noGroups() {
        return directory.resolve("none");
    }

    Path removedGroups() {
        return directory.resolve("removed");
    }
}
