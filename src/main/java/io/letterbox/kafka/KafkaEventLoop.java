package io.letterbox.kafka;

import io.letterbox.ingress.ByteBudget;
import io.letterbox.ingress.DoorServices;
import io.letterbox.ingress.Transfers;
import io.letterbox.telemetry.Connections;
import io.letterbox.telemetry.Door;
import io.letterbox.telemetry.KafkaRequestMeter;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state that the connections of one event loop share. Owned by that loop. */
final class KafkaEventLoop {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaEventLoop.class);

    /** The interval at which waiting connections try again to acquire their bytes from the budget. */
    private static final long RETRY_MS = 2;

    private static final String DECODER = "letterbox-kafka-decoder";

    private final Vertx vertx;
    private final DoorServices backend;
    private final FrameLimits limits;
    private final RequestLimits requestLimits;
    private final WorkerExecutor decoder;
    private final KafkaRequestMeter[] meters = new KafkaRequestMeter[ApiKeys.values().length];
    private final AnswerErrors errors = new AnswerErrors();
    private final ApiTable table;
    private final Transfers uploads;
    private final Set<KafkaConnection> connections = new LinkedHashSet<>();

    /** Connections that wait for the budget, in the order in which they asked. */
    private final Set<KafkaConnection> starved = new LinkedHashSet<>();

    private final RefusalLog refusalLog = new RefusalLog();
    private boolean retryScheduled;
    private boolean draining;

    KafkaEventLoop(DoorServices backend, ApiTable table, Vertx vertx) {
        this.vertx = vertx;
        this.backend = backend;
        this.limits = FrameLimits.of(backend.config());
        this.requestLimits = new RequestLimits(backend.config());
        this.decoder = vertx.createSharedWorkerExecutor(DECODER, 1);
        this.table = table;
        this.uploads = Transfers.watched(vertx);
    }

    FrameLimits limits() {
        return limits;
    }

    RequestLimits requestLimits() {
        return requestLimits;
    }

    /**
     * The worker that decodes frames of very many fields, one at a time for all event loops, so that such frames block
     * no loop and take at most one core.
     */
    WorkerExecutor decoder() {
        return decoder;
    }

    ByteBudget budget() {
        return backend.budget();
    }

    ApiTable table() {
        return table;
    }

    /** The frames that are arriving in several pieces. */
    Transfers uploads() {
        return uploads;
    }

    /** Adds a connection to the list of connections. */
    Connections.OpenConnection seen(String host) {
        return backend.meters().connections().opened(Door.KAFKA, host, System.nanoTime());
    }

    void opened(KafkaConnection connection) {
        connections.add(connection);
        if (draining) connection.drain();
    }

    void closed(KafkaConnection connection) {
        connections.remove(connection);
        stopWaiting(connection);
    }

    /** Removes a connection that is being closed from those that wait for the budget. */
    void stopWaiting(KafkaConnection connection) {
        starved.remove(connection);
    }

    /** Counts a connection that is closed because it does not speak the protocol; true if that is to be logged. */
    boolean countRefused(String host) {
        backend.meters().kafkaRefused();
        return refusalLog.shouldLog(host, System.nanoTime());
    }

    /** Counts the errors in a response that is about to be sent. */
    void countErrors(ApiKeys api, ApiMessage body, short version) {
        try {
            errors.of(body, version)
                    .forEach((error, count) -> backend.meters().kafkaErrors(api.name, error.name(), count));
        } catch (RuntimeException unexpected) {
            // The response itself is valid.
            LOG.error("The errors in an answer to {} could not be counted", api, unexpected);
        }
    }

    /** Records the time from a request to its response. */
    void recordLatency(ApiKeys api, long nanos) {
        KafkaRequestMeter meter = meters[api.ordinal()];
        if (meter == null) {
            meter = backend.meters().kafkaRequest(api.name);
            meters[api.ordinal()] = meter;
        }
        meter.answered(nanos);
    }

    /**
     * Acquires the bytes of a connection's next request from the budget. If there is no room, the connection waits in a
     * queue and is told to read on when there may be; the queue is strict, or large requests would wait for ever while
     * small ones keep coming.
     */
    boolean tryAcquire(KafkaConnection connection, int bytes) {
        if (bytes == 0) return true;
        boolean first = starved.isEmpty() || starved.iterator().next() == connection;
        if (first && budget().tryAcquire(bytes)) {
            starved.remove(connection);
            return true;
        }
        starved.add(connection);
        scheduleRetry();
        return false;
    }

    private void scheduleRetry() {
        if (retryScheduled) return;
        retryScheduled = true;
        vertx.setTimer(RETRY_MS, again -> retryStarved());
    }

    /** Lets the connections in the queue read on, in order, until one has to keep waiting. */
    private void retryStarved() {
        retryScheduled = false;
        while (!starved.isEmpty()) {
            KafkaConnection first = starved.iterator().next();
            first.readOn();
            if (starved.contains(first)) break;
        }
        if (!starved.isEmpty()) scheduleRetry();
    }

    /** Closes every connection as soon as its requests are answered. */
    void drain() {
        draining = true;
        table.drain();
        List.copyOf(connections).forEach(KafkaConnection::drain);
    }
}
