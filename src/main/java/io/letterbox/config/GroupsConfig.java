package io.letterbox.config;

/**
 * Consumer groups.
 *
 * @param partitions of the topic {@code __consumer_offsets}, when it is created; 1 to 256
 * @param initialRebalanceDelayMs how long an empty group waits for more members before its first assignment, 0 to
 *     60,000
 * @param minSessionTimeoutMs the shortest session timeout that a member may ask for, 1 to 3,600,000
 * @param maxSessionTimeoutMs the longest, at least the shortest, to 86,400,000
 * @param sessionTimeoutMs of members with server-side assignment (KIP-848, SSE), 1000 to 3,600,000
 * @param heartbeatIntervalMs of those members, 100 to 600,000
 * @param maxMembers of one group, 1 to 100,000
 * @param offsetsRetentionMinutes how long the offsets of a group without members are kept, 1 to 5,256,000
 */
public record GroupsConfig(
        int partitions,
        int initialRebalanceDelayMs,
        int minSessionTimeoutMs,
        int maxSessionTimeoutMs,
        int sessionTimeoutMs,
        int heartbeatIntervalMs,
        int maxMembers,
        int offsetsRetentionMinutes) {
    public GroupsConfig {
        Check.range("groups.partitions", partitions, 1, 256);
        Check.range("groups.initialRebalanceDelayMs", initialRebalanceDelayMs, 0, 60_000);
        Check.range("groups.minSessionTimeoutMs", minSessionTimeoutMs, 1, 3_600_000);
        Check.range("groups.maxSessionTimeoutMs", maxSessionTimeoutMs, minSessionTimeoutMs, 86_400_000);
        Check.range("groups.sessionTimeoutMs", sessionTimeoutMs, 1000, 3_600_000);
        Check.range("groups.heartbeatIntervalMs", heartbeatIntervalMs, 100, 600_000);
        Check.range("groups.maxMembers", maxMembers, 1, 100_000);
        Check.range("groups.offsetsRetentionMinutes", offsetsRetentionMinutes, 1, 5_256_000);
    }

    static GroupsConfig standard() {
        return new GroupsConfig(16, 500, 6000, 1_800_000, 45_000, 5000, 1000, 10_080);
    }
}
