package io.letterbox.groups;

/**
 * The limits that all groups of a server have in common.
 *
 * @param initialRebalanceDelayMs how long an empty classic group waits for more members
 * @param minSessionTimeoutMs the shortest session timeout that a member may ask for
 * @param maxSessionTimeoutMs the longest
 * @param sessionTimeoutMs of members whose session the server decides about (KIP-848)
 * @param heartbeatIntervalMs what those members are told
 * @param maxMembers of one group
 * @param offsetsRetentionMs how long the offsets of a group without members are kept
 */
public record GroupSettings(
        int initialRebalanceDelayMs,
        int minSessionTimeoutMs,
        int maxSessionTimeoutMs,
        int sessionTimeoutMs,
        int heartbeatIntervalMs,
        int maxMembers,
        long offsetsRetentionMs) {}
