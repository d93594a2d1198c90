package io.letterbox.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.access.Principal;
import io.letterbox.bus.Coordinators;
import io.letterbox.bus.FakeGroups;
import io.letterbox.bus.FakeStorage;
import io.letterbox.bus.OnLoop;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.ingress.DoorServices;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.Meters;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GroupLagCollectorTest {
    private final FakeGroups own = new FakeGroups();
    private final FakeGroups all = new FakeGroups();

    /** Those of a cluster, some of which are here. */
    private final Coordinators cluster = new Coordinators() {
        @Override
        public Coordinators local() {
            return own;
        }

        @Override
        public <R> Future<R> ask(CoordinatorCommand<R> command, Principal principal) {
            return all.ask(command, principal);
        }

        @Override
        public <R> Future<List<R>> askAll(CoordinatorCommand<R> command, Principal principal) {
            return all.askAll(command, principal);
        }

        @Override
        public Future<TopicPartition> coordinatorOf(String topic, String key) {
            return all.coordinatorOf(topic, key);
        }
    };

    /** Sums over the nodes of a cluster would count every group once for each node. */
    @Test
    void aNodeShowsTheGroupsThatItCoordinatesItself() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            FakeStorage storage = new FakeStorage(vertx);
            Meters meters = new Meters(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
            meters.bindPartitions(Map::of, true);
            DoorServices services = new DoorServices(
                    null,
                    LetterboxConfig.defaults(),
                    storage.metadata(),
                    storage,
                    storage,
                    cluster,
                    null,
                    meters,
                    null,
                    null);
            GroupLagCollector collector = new GroupLagCollector(services);
            OnLoop.call(vertx.getOrCreateContext(), collector::update).await();
            assertThat(own.principals()).containsExactly(Principal.SERVER);
            assertThat(all.principals()).isEmpty();
        } finally {
            vertx.close().await();
        }
    }
}
