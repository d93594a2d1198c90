package io.letterbox.bus;

import io.vertx.core.Promise;
import java.util.Map;

/**
 * Asks a shard in which of its partitions of a topic a producer is remembered. Sent to {@link Addresses#shard}.
 *
 * @param topic the topic's name
 * @param partitions how many partitions the topic has; the shard looks into those of them that it owns
 * @param producerId the producer's id
 * @param done the partitions, with the number of the producer's last record in each (-1: none of its epoch);
 *     {@link #UNREADABLE} where a partition cannot be read, so that nobody knows what it remembers
 */
public record FindProducer(String topic, int partitions, long producerId, Promise<Map<Integer, Integer>> done) {
    public static final int UNREADABLE = -2;
}
