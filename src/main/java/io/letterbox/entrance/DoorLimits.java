package io.letterbox.entrance;

/**
 * How many may be connected to one door.
 *
 * @param section of the door's settings, for what is said in the log: {@code http} or {@code kafka}
 * @param maxConnections at the same time
 * @param maxPerAddress of them from one address; 0: as many as there may be
 * @param maxSilentPerAddress of them that have sent no whole request yet; beyond it the one that was silent longest goes,
 *     after ten seconds
 */
public record DoorLimits(String section, int maxConnections, int maxPerAddress, int maxSilentPerAddress) {}
