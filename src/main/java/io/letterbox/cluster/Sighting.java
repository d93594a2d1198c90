package io.letterbox.cluster;

import io.letterbox.metadata.Endpoint;
import java.util.List;

/**
 * A probe that was answered.
 *
 * @param address where it was answered
 * @param atMs when, on the monotonic clock
 * @param aheadMs how far the other node's wall clock is ahead of ours; negative if it is behind
 * @param closed which of the node's other ports could not be connected to
 */
public record Sighting(Endpoint address, Probe probe, long atMs, long aheadMs, List<Endpoint> closed) {}
