package io.letterbox.cluster.status;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Says in words what a group waits for that has no leader. Pure. */
public final class MissingVoters {
    private MissingVoters() {}

    /**
     * One sentence.
     *
     * @param voters the nodes that vote
     * @param self this node
     * @param heardOf the other nodes that have answered this one lately
     */
    public static String sentence(Collection<Integer> voters, int self, Collection<Integer> heardOf) {
        TreeSet<Integer> all = new TreeSet<>(voters);
        TreeSet<Integer> missing = new TreeSet<>(all);
        missing.remove(self);
        missing.removeAll(heardOf);
        int majority = all.size() / 2 + 1;
        String waits = "Waits for a majority of the nodes that agree on metadata: " + majority + " of " + list(all)
                + " are needed";
        if (all.size() - missing.size() >= majority)
            return waits + " and have been heard of" + but(missing) + "; they elect a leader.";
        return waits + ", and nothing has been heard of " + nodes(missing) + ".";
    }

    private static String but(Collection<Integer> missing) {
        return missing.isEmpty() ? "" : ", but not of " + nodes(missing);
    }

    private static String nodes(Collection<Integer> nodes) {
        return (nodes.size() == 1 ? "node " : "nodes ") + list(nodes);
    }

    private static String list(Collection<Integer> nodes) {
        List<String> names = nodes.stream().map(String::valueOf).collect(Collectors.toList());
        if (names.size() == 1) return names.get(0);
        String last = names.remove(names.size() - 1);
        return String.join(", ", names) + " and " + last;
    }
}
