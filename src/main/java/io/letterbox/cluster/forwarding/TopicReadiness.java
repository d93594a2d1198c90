package io.letterbox.cluster.forwarding;

import io.letterbox.bus.Metadata;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Partitions;
import io.letterbox.bus.TopicUse;
import io.letterbox.cluster.forwarding.PartitionRequest.DescribeStatuses;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import io.letterbox.time.Clock;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Looks again and again whether a topic can be used, or can be used no more. Any thread. */
final class TopicReadiness implements TopicUse {
    /** The time between two looks: about as long as it takes to have something committed. */
    private static final long PAUSE_MS = 20;

    private final VertxInternal vertx;
    private final Metadata metadata;
    private final Partitions local;
    private final LeaderStatuses leaders;
    private final int self;
    private final BiFunction<Integer, DescribeStatuses, Future<Map<TopicPartition, PartitionStatus>>> peers;

    /** @param peers asks another node */
    TopicReadiness(
            VertxInternal vertx,
            Metadata metadata,
            Partitions local,
            LeaderStatuses leaders,
            int self,
            BiFunction<Integer, DescribeStatuses, Future<Map<TopicPartition, PartitionStatus>>> peers) {
        this.vertx = vertx;
        this.metadata = metadata;
        this.local = local;
        this.leaders = leaders;
        this.self = self;
        this.peers = peers;
    }

    @Override
    public Future<Boolean> made(String topic, long timeoutMs) {
        Map<TopicPartition, UUID> usable = new HashMap<>();
        return repeat(() -> isMade(topic, usable), timeoutMs);
    }

    /** @param usable gets the partitions that are in use, which are not asked for again */
    private Future<Boolean> isMade(String name, Map<TopicPartition, UUID> usable) {
        TopicImage topic = metadata.image().topics().get(name);
        if (topic == null) return Future.succeededFuture(true);
        Map<TopicPartition, UUID> here = new HashMap<>();
        Map<TopicPartition, UUID> asked = new HashMap<>();
        for (int number = 0; number < topic.partitions().size(); number++) {
            PartitionImage partition = topic.partitions().get(number);
            TopicPartition id = new TopicPartition(name, number);
            if (partition.leader() < 0) return Future.succeededFuture(false);
            if (partition.replicas().contains(self)) here.put(id, topic.id());
            if (!topic.id().equals(usable.get(id))) asked.put(id, topic.id());
        }
        return local.statuses(here)
                .compose(open -> open.size() < here.size()
                        ? Future.succeededFuture(false)
                        : leaders.of(asked).map(led -> {
                            led.keySet().forEach(id -> usable.put(id, topic.id()));
                            return led.size() == asked.size();
                        }));
    }

    @Override
    public Future<Boolean> deleted(TopicImage topic, long timeoutMs) {
        Map<TopicPartition, UUID> partitions = new HashMap<>();
        Set<Integer> nodes = new TreeSet<>();
        for (int number = 0; number < topic.partitions().size(); number++) {
            partitions.put(new TopicPartition(topic.name(), number), topic.id());
            nodes.addAll(topic.partitions().get(number).replicas());
        }
        return repeat(() -> isGone(partitions, nodes), timeoutMs);
    }

    /** @param nodes those that may have something; loses the others */
    private Future<Boolean> isGone(Map<TopicPartition, UUID> partitions, Set<Integer> nodes) {
        List<Future<Void>> answers = new ArrayList<>();
        for (int node : List.copyOf(nodes)) {
            Future<Map<TopicPartition, PartitionStatus>> open = node == self
                    ? local.statuses(partitions)
                    : peers.apply(node, new DescribeStatuses(partitions, false));
            answers.add(open
                    // A node that cannot be asked lets go of it before it leads anything again.
                    .otherwise(Map.of())
                    .onSuccess(left -> {
                        if (left.isEmpty()) nodes.remove(node);
                    })
                    .mapEmpty());
        }
        return Future.join(answers).map(asked -> nodes.isEmpty());
    }

    private Future<Boolean> repeat(Supplier<Future<Boolean>> look, long timeoutMs) {
        Promise<Boolean> done = vertx.getOrCreateContext().promise();
        repeat(look, Clock.system().elapsedMs() + timeoutMs, done);
        return done.future();
    }

    private void repeat(Supplier<Future<Boolean>> look, long untilMs, Promise<Boolean> done) {
        look.get().onComplete(looked -> {
            if (looked.succeeded() && looked.result()) done.complete(true);
            else if (Clock.system().elapsedMs() + PAUSE_MS >= untilMs) done.complete(false);
            else vertx.setTimer(PAUSE_MS, again -> repeat(look, untilMs, done));
        });
    }
}
