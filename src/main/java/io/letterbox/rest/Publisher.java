package io.letterbox.rest;

import io.letterbox.config.LimitsConfig;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.EarlyRefusal;
import io.letterbox.http.JsonBytes;
import io.letterbox.http.Problem;
import io.letterbox.ingress.DoorServices;
import io.letterbox.ingress.Transfers;
import io.letterbox.ingress.UnknownTopics;
import io.letterbox.publishing.IdempotentPlacement;
import io.letterbox.publishing.PendingRecord;
import io.letterbox.publishing.Placement;
import io.letterbox.publishing.ProducerIdentity;
import io.letterbox.publishing.PublishBatcher;
import io.letterbox.publishing.PublishTarget;
import io.letterbox.publishing.PublishTargets;
import io.letterbox.record.TopicName;
import io.letterbox.telemetry.Door;
import io.letterbox.telemetry.RouteMeter;
import io.letterbox.time.Clock;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Handles the publishes of one event loop: from the request to the batcher, and back. Owned by that loop. */
final class Publisher {
    /** The name of this route in metrics and in the description of the API. */
    static final String ROUTE = "POST /topics/{topic}";

    private static final int SCRATCH_BYTES = 512;

    private final DoorServices backend;
    private final Vertx vertx;
    private final PublishTargets targets;
    private final PublishBatcher batcher;
    private final Transfers uploads;
    private final NdjsonForm ndjson;
    private final RestForm rest;
    private final RouteMeter meter;
    private final PendingRecord draft = new PendingRecord();
    private final JsonBytes scratch = new JsonBytes(SCRATCH_BYTES);

    Publisher(DoorServices backend, Vertx vertx) {
        this.backend = backend;
        this.vertx = vertx;
        this.targets = new PublishTargets(backend.metadata(), backend.config().topics(), backend.meters());
        this.batcher =
                new PublishBatcher(backend.partitions(), (ContextInternal) vertx.getOrCreateContext(), Door.HTTP);
        this.uploads = Transfers.watched(vertx);
        this.ndjson = new NdjsonForm(backend.config().limits());
        this.rest = new RestForm(backend.config().limits());
        this.meter = backend.meters().route(ROUTE);
    }

    /**
     * Begins to handle a request.
     *
     * @param topic from the path, decoded
     * @param routed whether the router handles the request, and so meters its answer
     */
    void begin(HttpServerRequest request, String topic, boolean routed) {
        try {
            TopicName.checkOwnedByClients(topic);
            PublishHead head = PublishHead.of(request);
            if (creates(head) || targets.find(topic) != null) read(request, topic, head, routed);
            else askFor(request, topic, head, routed);
        } catch (ApiException refusal) {
            refuse(request, refusal, routed);
        }
    }

    private void read(HttpServerRequest request, String topic, PublishHead head, boolean routed) {
        new PublishRequest(this, request, topic, head, routed).read();
    }

    private void askFor(HttpServerRequest request, String topic, PublishHead head, boolean routed) {
        Runnable attempt = () -> {
            if (targets.find(topic) == null) throw PublishTargets.unknown(topic);
            read(request, topic, head, routed);
        };
        UnknownTopics.ask(backend.metadata(), request, attempt, failure -> refuse(request, failure, routed));
    }

    private void refuse(HttpServerRequest request, Throwable refusal, boolean routed) {
        EarlyRefusal.send(vertx, request, Problem.of(refusal));
        ErrorCode code = refusal instanceof ApiException known ? known.code() : ErrorCode.INTERNAL;
        if (!routed) meter.record(0, code.httpStatus());
    }

    /** Whether the request may create its topic: a tombstone may not, because a new topic has nothing to delete. */
    private boolean creates(PublishHead head) {
        return head.form != PublishForm.TOMBSTONE && targets.createsTopics();
    }

    /** Publishes a request whose body is complete. */
    void publish(PublishRequest request) {
        PublishTarget target = targets.find(request.topic());
        if (target != null) {
            place(request, target);
        } else if (creates(request.head())) {
            targets.create(request.topic(), request.actor())
                    .onSuccess(created -> place(request, created))
                    .onFailure(request::refuse);
        } else {
            request.refuse(PublishTargets.unknown(request.topic()));
        }
    }

    private void place(PublishRequest request, PublishTarget target) {
        ProducerHead producer = request.head().producer;
        try {
            if (producer == null) {
                fill(request, target, batcher.publishingAs(request.principal()));
                batcher.end();
                return;
            }
            ProducerIdentity claim = producer.claim(request);
            boolean named = request.head().partition >= 0;
            if (named || target.topic().formerSizes().isEmpty()) {
                placeBy(target.partitionCount(), request, target, claim).end();
            } else {
                backend.partitions()
                        .findProducer(target.topic().name(), target.partitionCount(), claim.id())
                        .onSuccess(known -> placeByHistory(request, claim, known))
                        .onFailure(request::refuse);
            }
        } catch (ApiException refusal) {
            request.refuse(refusal);
        }
    }

    /**
     * Places a request that its publisher may have sent before, by the number of partitions that the topic had then. So
     * a repeated request, and a producer that names no partition, keep their partitions when the topic gets more.
     */
    private void placeByHistory(PublishRequest request, ProducerIdentity claim, Map<Integer, Integer> known) {
        if (request.isOver()) return;
        try {
            PublishTarget target = targets.find(request.topic());
            if (target == null) throw PublishTargets.unknown(request.topic());
            if (known.isEmpty()) {
                placeBy(target.partitionCount(), request, target, claim).end();
                return;
            }
            List<Integer> sizes = new ArrayList<>(target.topic().formerSizes());
            sizes.add(target.partitionCount());
            IdempotentPlacement chosen = null;
            // If no placement explains what the partitions know, the key belongs to another request: the shards answer
            // that.
            IdempotentPlacement otherwise = null;
            // The request is over if its records cannot be written by any placement.
            for (int i = sizes.size() - 1; i >= 0 && chosen == null && !request.isOver(); i--) {
                IdempotentPlacement then = tryPlaceBy(sizes.get(i), request, target, claim);
                if (then == null) continue;
                if (then.isConsistentWith(known)) chosen = then;
                else if (otherwise == null || then.covers(known)) otherwise = then;
            }
            if (chosen != null) chosen.end();
            else if (otherwise != null) otherwise.end();
            else placeBy(target.partitionCount(), request, target, claim).end();
        } catch (ApiException refusal) {
            request.refuse(refusal);
        }
    }

    /** A placement by a former number of partitions; null if the request cannot be placed by it. */
    private IdempotentPlacement tryPlaceBy(
            int size, PublishRequest request, PublishTarget target, ProducerIdentity claim) {
        try {
            return placeBy(size, request, target, claim);
        } catch (ApiException unfit) {
            return null;
        }
    }

    private IdempotentPlacement placeBy(
            int size, PublishRequest request, PublishTarget target, ProducerIdentity claim) {
        IdempotentPlacement placement =
                new IdempotentPlacement(batcher, request.principal(), claim, size, request::replayed);
        fill(request, target, placement);
        return placement;
    }

    private void fill(PublishRequest request, PublishTarget target, Placement placement) {
        long wallMs = Clock.system().wallMs();
        long timestampMs = request.head().timestampMs >= 0 ? request.head().timestampMs : wallMs;
        target.requireTimestamp(timestampMs, wallMs, "The query parameter timestamp");
        switch (request.head().form) {
            case SINGLE ->
                single(request, target, placement, timestampMs, request.body().array());
            case TOMBSTONE -> {
                requireNoBody(request);
                single(request, target, placement, timestampMs, null);
            }
            case NDJSON -> ndjson.place(request, target, placement, timestampMs);
            case REST_JSON, REST_BINARY -> rest.place(request, target, placement, wallMs);
            default -> throw new AssertionError(request.head().form);
        }
    }

    private static void requireNoBody(PublishRequest request) {
        if (request.body().length() == 0) return;
        throw new ApiException(
                ErrorCode.INVALID_REQUEST,
                "A tombstone has no value: send DELETE without a body. A value is published with POST /topics/"
                        + request.topic() + ".");
    }

    /** @param source the array that contains the body, or null for a record without a value */
    private void single(
            PublishRequest request, PublishTarget target, Placement placement, long timestampMs, byte[] source) {
        PublishHead head = request.head();
        draft.timestampMs(timestampMs)
                .key(head.key)
                .value(source, request.body().offset(), request.body().length())
                .headers(head.headers);
        target.require(draft, limits().recordBytes(), "The record");
        int partition = head.partition >= 0 ? head.partition : placement.choose(target, head.key);
        target.requirePartition(partition);
        placement.add(target, partition, draft, new SingleAnswer(request, scratch, timestampMs));
    }

    /** Meters an answer that has been written. */
    void answered(long startNanos, int status) {
        meter.record(System.nanoTime() - startNanos, status);
    }

    DoorServices backend() {
        return backend;
    }

    LimitsConfig limits() {
        return backend.config().limits();
    }

    Vertx vertx() {
        return vertx;
    }

    Transfers uploads() {
        return uploads;
    }
}
