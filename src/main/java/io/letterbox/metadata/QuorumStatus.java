package io.letterbox.metadata;

import java.util.List;
import java.util.UUID;

/**
 * Who agrees on the metadata, and how far each of them is, as their leader sees it.
 *
 * @param leader the controller's node
 * @param term of its leadership
 * @param committedIndex up to here entries of the metadata's log are committed
 * @param voters those whose majority decides, in order of their nodes
 * @param observers those that get everything and decide nothing
 */
public record QuorumStatus(int leader, long term, long committedIndex, List<Replica> voters, List<Replica> observers) {
    /**
     * One of them.
     *
     * @param directory the id of its data directory
     * @param matchIndex up to here its log is known to be the leader's; -1 if that is not known
     * @param silentMs for how long the leader has not heard of it; 0 for the leader itself
     */
    public record Replica(int node, UUID directory, long matchIndex, long silentMs) {}
}
