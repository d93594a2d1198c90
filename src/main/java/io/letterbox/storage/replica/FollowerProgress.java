package io.letterbox.storage.replica;

/**
 * What a leader knows of another replica.
 *
 * @param node the id of its node
 * @param matchIndex up to here it has forced what the leader has; -1 if that is not known
 * @param silentMs for how long it has not answered
 */
public record FollowerProgress(int node, long matchIndex, long silentMs) {}
