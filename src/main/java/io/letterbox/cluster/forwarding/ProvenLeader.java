package io.letterbox.cluster.forwarding;

import io.letterbox.bus.ActiveProducer;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Partitions;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.record.TopicPartition;
import io.letterbox.text.FileTrouble;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.IntFunction;

/**
 * What this node says of the partitions that it leads. It proves first that it leads, so what it says is not older than
 * the question, also where it was paused or cut off and does not know yet that another one leads. Any thread.
 */
final class ProvenLeader {
    private final VertxInternal vertx;
    private final Partitions local;
    private final Routes routes;
    private final int self;
    private final IntFunction<Future<Void>> proof;

    /** @param proof of a shard: this node has everything that was committed in it before the question */
    ProvenLeader(VertxInternal vertx, Partitions local, Routes routes, int self, IntFunction<Future<Void>> proof) {
        this.vertx = vertx;
        this.local = local;
        this.routes = routes;
        this.self = self;
        this.proof = proof;
    }

    /** As {@link Partitions#statuses}, of those partitions that this node leads. */
    Future<Map<TopicPartition, PartitionStatus>> statuses(Map<TopicPartition, UUID> incarnations) {
        Map<Integer, Map<TopicPartition, UUID>> byShard = new HashMap<>();
        incarnations.forEach((partition, topic) -> {
            PartitionImage image = routes.image(partition);
            if (image == null || image.leader() != self) return;
            byShard.computeIfAbsent(image.shard(), first -> new HashMap<>()).put(partition, topic);
        });
        List<Future<Map<TopicPartition, PartitionStatus>>> answers = new ArrayList<>();
        byShard.forEach((shard, led) -> answers.add(proof.apply(shard).compose(proven -> local.statuses(led))));
        return union(vertx, answers);
    }

    /** All that was found; what has failed is left out. The future completes on the caller's context. */
    static <K, V> Future<Map<K, V>> union(VertxInternal vertx, List<Future<Map<K, V>>> parts) {
        Promise<Map<K, V>> all = vertx.getOrCreateContext().promise();
        Future.join(parts).onComplete(tried -> {
            Map<K, V> found = new HashMap<>();
            for (Future<Map<K, V>> part : parts) if (part.succeeded()) found.putAll(part.result());
            all.complete(found);
        });
        return all.future();
    }

    /** See {@link Partitions#describeProducers}. */
    Future<List<ActiveProducer>> describeProducers(TopicPartition partition) {
        PartitionImage image = routes.image(partition);
        return image == null
                ? local.describeProducers(partition)
                : proven(image.shard()).compose(leads -> local.describeProducers(partition));
    }

    /** See {@link Partitions#findProducer}; without partitions that other nodes lead. */
    Future<Map<Integer, Integer>> findProducer(String topic, int partitions, long producerId) {
        Map<Integer, List<Integer>> byShard = new HashMap<>();
        for (int number = 0; number < partitions; number++) {
            PartitionImage image = routes.image(new TopicPartition(topic, number));
            if (image == null || image.leader() != self) continue;
            byShard.computeIfAbsent(image.shard(), first -> new ArrayList<>()).add(number);
        }
        List<Future<Map<Integer, Integer>>> proofs = new ArrayList<>();
        byShard.forEach((shard, led) ->
                proofs.add(proof.apply(shard).map(Map.<Integer, Integer>of()).otherwise(unreadable(led))));
        return union(vertx, proofs).compose(doubtful -> local.findProducer(topic, partitions, producerId)
                .map(known -> {
                    Map<Integer, Integer> found = new HashMap<>();
                    byShard.values()
                            .forEach(led -> led.forEach(number -> {
                                if (known.containsKey(number)) found.put(number, known.get(number));
                            }));
                    found.putAll(doubtful);
                    return found;
                }));
    }

    private static Map<Integer, Integer> unreadable(List<Integer> partitions) {
        Map<Integer, Integer> unreadable = new HashMap<>();
        for (int number : partitions) unreadable.put(number, Partitions.UNREADABLE);
        return unreadable;
    }

    private Future<Void> proven(int shard) {
        return proof.apply(shard)
                .recover(failure -> Future.failedFuture(new ApiException(
                        ErrorCode.NOT_LEADER,
                        "This node cannot tell whether it still leads: " + FileTrouble.reason(failure))));
    }
}
