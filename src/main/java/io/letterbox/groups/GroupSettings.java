package io.letterbox.groups;

/**
 * The settings that all groups of a server share.
 *
 * @param initialRebalanceDelayMs how long an empty classic group waits for more members
 * @param minSessionTimeoutMs the shortest session timeout that a member may request
 * @param maxSessionTimeoutMs the longest
 * @param sessionTimeoutMs the session timeout of members for which the server decides it (KIP-848)
 * @param heartbeatIntervalMs the heartbeat interval of those members
 * @param maxMembers the limit of members of one group
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
