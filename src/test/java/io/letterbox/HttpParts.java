package io.letterbox;

import io.letterbox.bus.ClusterInspection;
import io.letterbox.bus.FakeGroups;
import io.letterbox.bus.FakeProducerIds;
import io.letterbox.bus.FakeStorage;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.console.ConsolePart;
import io.letterbox.http.HttpPart;
import io.letterbox.ingress.ByteBudget;
import io.letterbox.ingress.DoorServices;
import io.letterbox.rest.HttpIngress;
import io.letterbox.sse.SseDelivery;
import io.letterbox.sse.SubscriberSlots;
import io.letterbox.telemetry.Health;
import io.letterbox.telemetry.Meters;
import io.letterbox.telemetry.TelemetryRoutes;
import io.letterbox.time.Clock;
import io.letterbox.time.GuardedClock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import java.util.List;
import java.util.Random;

/** All parts of the HTTP door, as a server has them, in front of a storage in memory. */
final class HttpParts {
    private static final int BUDGET_BYTES = 1 << 20;

    private HttpParts() {}

    static List<HttpPart> of(FakeStorage storage, Health health) {
        Meters meters = new Meters(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
        ByteBudget budget = new ByteBudget(BUDGET_BYTES);
        DoorServices services = new DoorServices(
                new GuardedClock(Clock.system(), -1, guard -> {}),
                LetterboxConfig.defaults(),
                storage.metadata(),
                storage,
                storage,
                new FakeGroups(),
                new FakeProducerIds(),
                meters,
                budget,
                budget);
        return List.of(
                new HttpIngress(services, ClusterInspection.ALONE),
                new SseDelivery(services, new SubscriberSlots(1), new Random(1)),
                new TelemetryRoutes(meters, health, Future::succeededFuture),
                new ConsolePart(ConsolePart.files(), storage.metadata(), storage, health, meters, "test"));
    }
}
