package io.letterbox.ingress.kafka;

import io.letterbox.ingress.ByteBudget;
import io.letterbox.ingress.Transfers;
import io.letterbox.telemetry.Connections;
import io.letterbox.telemetry.Door;
import io.letterbox.telemetry.KafkaRequestMeter;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.protocol.ApiKeys;

/** What the connections of one event loop have in common. Owned by that loop. */
final class DoorLoop {
    /** How soon a connection looks again whether the budget has room for its request. */
    private static final long LOOK_AGAIN_MS = 2;

    private final Vertx vertx;
    private final KafkaBackend backend;
    private final FrameLimits limits;
    private final KafkaRequestMeter[] meters = new KafkaRequestMeter[ApiKeys.values().length];
    private final ApiTable table;
    private final Transfers uploads;
    private final Set<KafkaConnection> connections = new LinkedHashSet<>();
    private final ArrayDeque<KafkaConnection> starved = new ArrayDeque<>();
    private boolean looking;

    DoorLoop(KafkaBackend backend, ApiTable table, Vertx vertx) {
        this.vertx = vertx;
        this.backend = backend;
        this.limits = FrameLimits.of(backend.config());
        this.table = table;
        this.uploads = Transfers.watched(vertx);
    }

    FrameLimits limits() {
        return limits;
    }

    ByteBudget budget() {
        return backend.budget();
    }

    ApiTable table() {
        return table;
    }

    /** The frames that did not come in one piece. */
    Transfers uploads() {
        return uploads;
    }

    /** Where a connection tells what it does. */
    Connections.Entry seen(String host) {
        return backend.meters().connections().opened(Door.KAFKA, host, System.nanoTime());
    }

    void opened(KafkaConnection connection) {
        connections.add(connection);
    }

    void closed(KafkaConnection connection) {
        connections.remove(connection);
        starved.remove(connection);
    }

    /** A request was answered, so long after it had come. */
    void answered(ApiKeys api, long nanos) {
        KafkaRequestMeter meter = meters[api.ordinal()];
        if (meter == null) {
            meter = backend.meters().kafkaRequest(api.name);
            meters[api.ordinal()] = meter;
        }
        meter.answered(nanos);
    }

    /** Lets a connection read on when the budget may have room for its request, in the order in which they asked. */
    void awaitBudget(KafkaConnection connection) {
        starved.add(connection);
        if (looking) return;
        looking = true;
        vertx.setTimer(LOOK_AGAIN_MS, again -> feed());
    }

    private void feed() {
        looking = false;
        List<KafkaConnection> waiting = List.copyOf(starved);
        starved.clear();
        waiting.forEach(KafkaConnection::readOn);
    }

    /** Ends every connection as soon as its requests are answered. */
    void drain() {
        table.drain();
        List.copyOf(connections).forEach(KafkaConnection::drain);
    }
}
