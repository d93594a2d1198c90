package io.letterbox.cluster.birth;

import io.letterbox.cluster.BirthPhase;
import io.letterbox.cluster.BirthReport;
import io.letterbox.cluster.Founder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/**
 * The cluster that a data directory belongs to, as it is written down there.
 *
 * @param phase {@code VOTED}, {@code BORN} or {@code JOINED}
 * @param node whose directory it is: the {@code node.id} that it was written under
 * @param founders the nodes that the cluster begins or began with, sorted
 */
public record Membership(BirthPhase phase, UUID clusterId, int node, List<Founder> founders) {
    public Membership {
        founders = founders.stream().sorted().toList();
    }

    /** The id of the cluster that these nodes begin with these directories: the same on each of them. */
    public static UUID clusterId(List<Founder> founders) {
        StringBuilder text = new StringBuilder("cluster of\n");
        for (Founder founder : founders.stream().sorted().toList()) {
            text.append(founder.node())
                    .append(' ')
                    .append(founder.directoryId())
                    .append('\n');
        }
        return UUID.nameUUIDFromBytes(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    Membership born() {
        return new Membership(BirthPhase.BORN, clusterId, node, founders);
    }

    /** As other nodes are told. */
    public BirthReport report() {
        return new BirthReport(phase, clusterId, founders);
    }
}
