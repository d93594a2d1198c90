package io.letterbox.cluster.forwarding;

import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Partitions;
import io.letterbox.cluster.forwarding.PartitionRequest.DescribeStatuses;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiFunction;

/** What partitions have, as their leaders say who have proven that they lead. Any thread. */
final class LeaderStatuses {
    /** The most partitions of one request; more are asked for in several. */
    static final int MAX_ASKED = 3_000;

    private final VertxInternal vertx;
    private final Routes routes;
    private final int self;
    private final ProvenLeader proven;
    private final BiFunction<Integer, DescribeStatuses, Future<Map<TopicPartition, PartitionStatus>>> peers;

    /** @param peers asks another node */
    LeaderStatuses(
            VertxInternal vertx,
            Routes routes,
            int self,
            ProvenLeader proven,
            BiFunction<Integer, DescribeStatuses, Future<Map<TopicPartition, PartitionStatus>>> peers) {
        this.vertx = vertx;
        this.routes = routes;
        this.self = self;
        this.proven = proven;
        this.peers = peers;
    }

    /** See {@link Partitions#statuses}. */
    Future<Map<TopicPartition, PartitionStatus>> of(Map<TopicPartition, UUID> incarnations) {
        Map<Integer, Map<TopicPartition, UUID>> byLeader = new HashMap<>();
        incarnations.forEach((partition, topic) -> {
            int leader = routes.leaderOf(partition);
            if (leader == Routes.NOBODY) return;
            byLeader.computeIfAbsent(leader, first -> new HashMap<>()).put(partition, topic);
        });
        List<Future<Map<TopicPartition, PartitionStatus>>> answers = new ArrayList<>();
        byLeader.forEach((leader, theirs) -> {
            if (leader == self) {
                answers.add(proven.statuses(theirs));
            } else {
                for (Map<TopicPartition, UUID> part : parts(theirs))
                    answers.add(peers.apply(leader, new DescribeStatuses(part, true)));
            }
        });
        return ProvenLeader.union(vertx, answers);
    }

    /** Requests that are not too large. */
    private static List<Map<TopicPartition, UUID>> parts(Map<TopicPartition, UUID> all) {
        if (all.size() <= MAX_ASKED) return List.of(all);
        List<Map<TopicPartition, UUID>> parts = new ArrayList<>();
        all.forEach((partition, topic) -> {
            if (parts.isEmpty() || parts.get(parts.size() - 1).size() == MAX_ASKED) parts.add(new HashMap<>());
            parts.get(parts.size() - 1).put(partition, topic);
        });
        return parts;
    }
}
