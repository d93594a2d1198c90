package io.letterbox.rest;

import io.letterbox.bus.Addresses;
import io.letterbox.bus.FindProducer;
import io.letterbox.bus.LocalCodec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds out where a request was written when its topic had fewer partitions, so that its repetition goes there and not to
 * where it would go today. Owned by one event loop.
 */
final class FormerPlaces {
    private final Backend backend;
    private final Vertx vertx;
    private final ContextInternal context;

    FormerPlaces(Backend backend, Vertx vertx) {
        this.backend = backend;
        this.vertx = vertx;
        this.context = (ContextInternal) vertx.getOrCreateContext();
    }

    /** The partitions that remember a producer, as {@link FindProducer} gives them. Completes on the event loop. */
    Future<Map<Integer, Integer>> of(PublishTarget target, ProducerIdentity claim) {
        List<Future<Map<Integer, Integer>>> answers = new ArrayList<>();
        for (int shard = 0; shard < backend.shards(); shard++) {
            PromiseInternal<Map<Integer, Integer>> done = context.promise();
            answers.add(done.future());
            vertx.eventBus()
                    .send(
                            Addresses.shard(shard),
                            new FindProducer(target.topic.name(), target.partitions.length, claim.id(), done),
                            LocalCodec.LOCAL);
        }
        // The last answer comes on the thread of its shard; only a promise of the context brings it here.
        PromiseInternal<Map<Integer, Integer>> all = context.promise();
        Future.all(answers).map(answered -> union(answers)).onComplete(all);
        return all.future();
    }

    private static Map<Integer, Integer> union(List<Future<Map<Integer, Integer>>> answers) {
        Map<Integer, Integer> found = new HashMap<>();
        for (Future<Map<Integer, Integer>> answer : answers) found.putAll(answer.result());
        return found;
    }
}
