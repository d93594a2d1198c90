package io.letterbox.entrance;

/**
 * The connection limits of one server, HTTP or Kafka.
 *
 * @param section the server's section of the settings, for log messages: {@code http} or {@code kafka}
 * @param maxConnections connections at the same time
 * @param maxPerAddress of them from one address; 0 for no limit of its own
 * @param maxSilentPerAddress of them that have not sent a whole request yet; beyond it the one that has been silent
 *     longest is closed, after ten seconds
 */
public record DoorLimits(String section, int maxConnections, int maxPerAddress, int maxSilentPerAddress) {}
