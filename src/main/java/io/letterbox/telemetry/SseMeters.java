package io.letterbox.telemetry;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** The meters of the Server-Sent Events. Any thread. */
public final class SseMeters {
    private final GaugeDataPoint connections;
    private final GaugeDataPoint stalled;
    private final CounterDataPoint opened;
    private final CounterDataPoint resumed;
    private final CounterDataPoint deliveries;
    private final CounterDataPoint catchUps;
    private final CounterDataPoint gapEvents;
    private final CounterDataPoint[] disconnects;

    SseMeters(PrometheusRegistry registry) {
        connections = gauge(registry, "letterbox_sse_connections", "Open SSE connections.");
        stalled = gauge(
                registry,
                "letterbox_sse_stalled_subscribers",
                "Subscribers whose socket takes nothing although there are records for them.");
        Counter connects = Counter.builder()
                .name("letterbox_sse_connects")
                .help("SSE connections that were accepted, by where they started: at a cursor, or afresh.")
                .labelNames("start")
                .withoutExemplars()
                .register(registry);
        opened = connects.labelValues("fresh");
        resumed = connects.labelValues("cursor");
        deliveries = counter(
                registry, "letterbox_sse_deliveries", "Records written to subscribers; ten subscribers count ten.");
        catchUps = counter(
                registry,
                "letterbox_sse_catch_ups",
                "Subscribers that fell back from the shared tail to reading the log at their own pace.");
        gapEvents = counter(
                registry,
                "letterbox_sse_gap_events",
                "Gap events: a cursor asked for records that are gone, and the subscriber was told.");
        Counter disconnect = Counter.builder()
                .name("letterbox_sse_disconnects")
                .help("SSE connections that ended, by reason.")
                .labelNames("reason")
                .withoutExemplars()
                .register(registry);
        DisconnectReason[] reasons = DisconnectReason.values();
        disconnects = new CounterDataPoint[reasons.length];
        for (DisconnectReason reason : reasons) {
            disconnects[reason.ordinal()] = disconnect.labelValues(reason.label());
        }
    }

    /**
     * Counts a subscriber that was accepted.
     *
     * @param withCursor whether it came with a cursor (a resumption) or started afresh
     */
    public void connected(boolean withCursor) {
        connections.inc();
        (withCursor ? resumed : opened).inc();
    }

    /** Counts the end of a subscriber that was {@link #connected}. */
    public void disconnected(DisconnectReason reason) {
        connections.dec();
        disconnects[reason.ordinal()].inc();
    }

    /**
     * Counts records written to subscribers.
     *
     * @param records records times subscribers, 0 or more
     */
    public void delivered(long records) {
        deliveries.inc(records);
    }

    /** Counts a subscriber whose socket is full while there are records for it. */
    public void stallBegan() {
        stalled.inc();
    }

    /** Ends the stall of a subscriber for which {@link #stallBegan} was called. */
    public void stallEnded() {
        stalled.dec();
    }

    void catchUp() {
        catchUps.inc();
    }

    void gapEvent() {
        gapEvents.inc();
    }

    private static GaugeDataPoint gauge(PrometheusRegistry registry, String name, String help) {
        return Gauge.builder().name(name).help(help).withoutExemplars().register(registry);
    }

    private static CounterDataPoint counter(PrometheusRegistry registry, String name, String help) {
        return Counter.builder().name(name).help(help).withoutExemplars().register(registry);
    }
}
