package io.letterbox.storage;

import io.letterbox.access.Principal;
import io.letterbox.audit.Actor;
import io.letterbox.bus.ActiveProducer;
import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.bus.Partitions;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sends operations on this node's partitions as messages to the shards that host them. Any thread. */
public final class LocalPartitions implements Partitions {
    /** The shard of partitions that are not hosted, which every shard refuses; the only one, if there is one. */
    private static final int ANY_SHARD = 0;

    private final VertxInternal vertx;
    private final HostedPartitions hosted;
    private final String[] addresses;

    /** @param shards how many shards this node has */
    public LocalPartitions(Vertx vertx, HostedPartitions hosted, int shards) {
        this.vertx = (VertxInternal) vertx;
        this.hosted = hosted;
        this.addresses = new String[shards];
        for (int shard = 0; shard < shards; shard++) addresses[shard] = ShardBus.address(shard);
    }

    @Override
    public Future<Appended> append(Append append) {
        send(shardOf(append.partition()), append);
        return append.done().future();
    }

    @Override
    public void appendAll(List<Append> appends) {
        if (addresses.length == 1) {
            if (!appends.isEmpty()) send(ANY_SHARD, new ShardMessage.Appends(appends));
            return;
        }
        List<List<Append>> byShard = new ArrayList<>(Collections.nCopies(addresses.length, null));
        for (Append append : appends) {
            int shard = shardOf(append.partition());
            List<Append> before = byShard.get(shard);
            if (before == null) byShard.set(shard, before = new ArrayList<>());
            before.add(append);
        }
        for (int shard = 0; shard < addresses.length; shard++) {
            if (byShard.get(shard) != null) send(shard, new ShardMessage.Appends(byShard.get(shard)));
        }
    }

    @Override
    public Future<Long> deleteRecords(TopicPartition partition, long beforeOffset, Actor by) {
        Promise<Long> done = promise();
        send(shardOf(partition), new ShardMessage.DeleteRecords(partition, beforeOffset, by, done));
        return done.future();
    }

    @Override
    public Future<List<ActiveProducer>> describeProducers(TopicPartition partition) {
        Promise<List<ActiveProducer>> done = promise();
        send(shardOf(partition), new ShardMessage.DescribeProducers(partition, done));
        return done.future();
    }

    @Override
    public Future<Map<Integer, Integer>> findProducer(String topic, int partitions, long producerId) {
        List<Future<Map<Integer, Integer>>> answers = new ArrayList<>();
        for (int shard = 0; shard < addresses.length; shard++) {
            Promise<Map<Integer, Integer>> done = promise();
            answers.add(done.future());
            send(shard, new ShardMessage.FindProducer(topic, partitions, producerId, done));
        }
        // The last answer arrives on its shard's thread; the promise passes it on to the caller's context.
        Promise<Map<Integer, Integer>> all = promise();
        Future.all(answers).map(answered -> union(answers)).onComplete(all);
        return all.future();
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
                shardOf(partition),
                new ShardMessage.Ask(partition, new CoordinatorRequest<>(command, principal, new Answer<>(promise))));
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

    private int shardOf(TopicPartition partition) {
        if (addresses.length == 1) return ANY_SHARD;
        HostedPartition held = hosted.get(partition);
        return held == null ? ANY_SHARD : held.shard();
    }

    private void send(int shard, Object message) {
        vertx.eventBus().send(addresses[shard], message, LocalCodec.LOCAL);
    }

    private <R> Promise<R> promise() {
        return vertx.getOrCreateContext().promise();
    }
}
