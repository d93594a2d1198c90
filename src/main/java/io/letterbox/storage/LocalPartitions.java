package io.letterbox.storage;

import io.letterbox.access.Principal;
import io.letterbox.audit.Actor;
import io.letterbox.bus.ActiveProducer;
import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Partitions;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Sends operations on this node's partitions as messages to the shards that host them. Any thread. */
public final class LocalPartitions implements Partitions {
    /** In place of a shard for partitions that none of them has. */
    private static final int NONE = -1;

    private final VertxInternal vertx;
    private final HostedPartitions hosted;
    private final HostedShards shards;

    /** @param shards those of this node */
    public LocalPartitions(Vertx vertx, HostedPartitions hosted, HostedShards shards) {
        this.vertx = (VertxInternal) vertx;
        this.hosted = hosted;
        this.shards = shards;
    }

    @Override
    public Future<Appended> append(Append append) {
        int shard = shardOf(append.partition(), append.batch());
        if (shard == NONE) append.done().fail(LogAccess.unknown(append.partition()));
        else send(shard, append);
        return append.done().future();
    }

    @Override
    public void appendAll(List<Append> appends) {
        if (shards.ids().length == 1) {
            if (!appends.isEmpty()) send(shards.ids()[0], new ShardMessage.Appends(appends));
            return;
        }
        List<List<Append>> byShard = new ArrayList<>(Collections.nCopies(shards.end(), null));
        for (Append append : appends) {
            int shard = shardOf(append.partition(), append.batch());
            if (shard == NONE) {
                append.done().fail(LogAccess.unknown(append.partition()));
                continue;
            }
            while (byShard.size() <= shard) byShard.add(null);
            List<Append> before = byShard.get(shard);
            if (before == null) byShard.set(shard, before = new ArrayList<>());
            before.add(append);
        }
        for (int shard = 0; shard < byShard.size(); shard++) {
            if (byShard.get(shard) != null) send(shard, new ShardMessage.Appends(byShard.get(shard)));
        }
    }

    @Override
    public void refused(TopicPartition partition, ByteBuffer batch) {
        hosted.refused().add(partition, batch);
    }

    @Override
    public Future<Long> deleteRecords(TopicPartition partition, long beforeOffset, Actor by) {
        Promise<Long> done = promise();
        send(partition, new ShardMessage.DeleteRecords(partition, beforeOffset, by, done), done);
        return done.future();
    }

    @Override
    public Future<List<ActiveProducer>> describeProducers(TopicPartition partition) {
        Promise<List<ActiveProducer>> done = promise();
        send(partition, new ShardMessage.DescribeProducers(partition, done), done);
        return done.future();
    }

    @Override
    public Future<Map<Integer, Integer>> findProducer(String topic, int partitions, long producerId) {
        List<Future<Map<Integer, Integer>>> answers = new ArrayList<>();
        for (int shard : shards.ids()) {
            Promise<Map<Integer, Integer>> done = promise();
            answers.add(done.future());
            send(shard, new ShardMessage.FindProducer(topic, partitions, producerId, done));
        }
        // The last answer arrives on its shard's thread; the promise passes it on to the caller's context.
        Promise<Map<Integer, Integer>> all = promise();
        Future.all(answers).map(answered -> union(answers)).onComplete(all);
        return all.future();
    }

    @Override
    public Future<Map<TopicPartition, PartitionStatus>> statuses(Map<TopicPartition, UUID> incarnations) {
        Map<TopicPartition, PartitionStatus> open = new HashMap<>();
        incarnations.forEach((partition, topic) -> {
            HostedPartition held = hosted.get(partition);
            if (held != null && held.topicId().equals(topic)) open.put(partition, held.status());
        });
        return vertx.getOrCreateContext().succeededFuture(open);
    }

    private static Map<Integer, Integer> union(List<Future<Map<Integer, Integer>>> answers) {
        Map<Integer, Integer> found = new HashMap<>();
        for (Future<Map<Integer, Integer>> answer : answers) found.putAll(answer.result());
        return found;
    }

    @Override
    public <R> Future<R> ask(TopicPartition partition, CoordinatorCommand<R> command, Principal principal) {
        Promise<R> promise = promise();
        send(
                partition,
                new ShardMessage.Ask(partition, new CoordinatorRequest<>(command, principal, new Answer<>(promise))),
                promise);
        return promise.future();
    }

    private record Answer<R>(Promise<R> promise) implements CoordinatorRequest.ReplyTarget<R> {
        @Override
        public void succeed(R answer) {
            promise.tryComplete(answer);
        }

        @Override
        public void fail(Throwable refusal) {
            promise.tryFail(refusal);
        }
    }

    /**
     * The shard of a partition, or {@link #NONE}. A partition that is not hosted is refused by whatever shard there is,
     * in order with what was sent to it before.
     *
     * @param batch a batch for the partition; null for any other request
     */
    private int shardOf(TopicPartition partition, ByteBuffer batch) {
        int[] ids = shards.ids();
        if (ids.length == 1) return ids[0];
        HostedPartition held = hosted.get(partition);
        if (held != null) return held.shard();
        // Another shard than the one that refuses it may be about to open the partition.
        if (batch != null) refused(partition, batch);
        return ids.length == 0 ? NONE : ids[0];
    }

    private void send(TopicPartition partition, ShardMessage message, Promise<?> done) {
        int shard = shardOf(partition, null);
        if (shard == NONE) done.fail(LogAccess.unknown(partition));
        else send(shard, message);
    }

    private void send(int shard, Object message) {
        String address = shards.address(shard);
        // The shard has gone out of service since it was looked up.
        if (address == null) RetiredShard.refuse(shard, message);
        else vertx.eventBus().send(address, message, LocalCodec.LOCAL);
    }

    private <R> Promise<R> promise() {
        return vertx.getOrCreateContext().promise();
    }
}
