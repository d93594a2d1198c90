package io.letterbox.kafka;

import io.letterbox.access.Principal;
import io.letterbox.bus.Coordinators;
import io.letterbox.bus.FakeProducerIds;
import io.letterbox.bus.FakeStorage;
import io.letterbox.config.KafkaConfig;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.config.LimitsConfig;
import io.letterbox.config.TopicsConfig;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.entrance.DoorLimits;
import io.letterbox.entrance.Entrance;
import io.letterbox.entrance.GuardedTransport;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.ingress.ByteBudget;
import io.letterbox.ingress.DoorServices;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.Meters;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.transport.Transport;
import java.util.List;
import java.util.Map;

/** The Kafka server on a real socket, with a storage in memory and coordinators without groups. */
final class TestKafkaDoor implements AutoCloseable {
    private static final int MIB = 1 << 20;

    final Vertx vertx;

    /** The entrance of the server, which counts connections. */
    final Entrance entrance;

    final FakeStorage storage;
    final KafkaSockets sockets;
    final ByteBudget budget;
    final DoorServices backend;
    final KafkaVerticle verticle;
    final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /** With the default settings, on any port. */
    TestKafkaDoor() {
        this(settings(100, 600), LetterboxConfig.defaults().limits());
    }

    TestKafkaDoor(KafkaConfig kafka, LimitsConfig limits) {
        DoorLimits door = new DoorLimits("kafka", kafka.maxConnections(), 0, kafka.maxSilentPerAddress());
        GuardedTransport guarded = new GuardedTransport(Transport.NIO, door, door, channel -> {});
        entrance = guarded.kafka();
        vertx = Vertx.builder().withTransport(guarded).build();
        storage = new FakeStorage(vertx);
        LetterboxConfig standard = LetterboxConfig.defaults();
        LetterboxConfig config = new LetterboxConfig(
                standard.node(),
                standard.http(),
                kafka,
                new TopicsConfig(true, 200, 3, Map.of()),
                limits,
                standard.storage(),
                standard.sse(),
                standard.groups(),
                standard.transactions(),
                standard.cluster(),
                standard.metrics(),
                standard.shutdown(),
                standard.log());
        sockets = new KafkaSockets(() -> {});
        budget = new ByteBudget(limits.ingressBytes());
        backend = new DoorServices(
                null,
                config,
                storage.metadata(),
                storage,
                storage,
                new NoCoordinators(),
                new FakeProducerIds(),
                new Meters(registry),
                budget,
                null);
        verticle = new KafkaVerticle(backend, sockets);
        vertx.deployVerticle(verticle).await();
        sockets.acceptConnections();
    }

    static KafkaConfig settings(int maxConnections, int idleTimeoutSeconds) {
        return new KafkaConfig(true, "127.0.0.1", 0, "", 0, idleTimeoutSeconds, maxConnections, 0, 256, MIB);
    }

    /** A budget of the largest request only. */
    static LimitsConfig smallBudget(int bytes) {
        return new LimitsConfig(1_024, bytes, 10, bytes, 10, 4, 20, 10, 2_000, 50, 65_536, 0, 0, 0);
    }

    /** How many requests of an API have been answered. */
    int answered(String api) {
        String series = "letterbox_kafka_request_seconds_count{api=\"" + api + "\"} ";
        return registry.scrape()
                .lines()
                .filter(line -> line.startsWith(series))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(series.length())))
                .sum();
    }

    FrameClient connect() {
        return new FrameClient(sockets.port());
    }

    @Override
    public void close() {
        vertx.close().await();
    }

    private static final class NoCoordinators implements Coordinators {
        @Override
        public <R> Future<R> ask(CoordinatorCommand<R> command, Principal principal) {
            return Future.failedFuture(new ApiException(ErrorCode.COORDINATOR_NOT_AVAILABLE, "There is none."));
        }

        @Override
        public <R> Future<List<R>> askAll(CoordinatorCommand<R> command, Principal principal) {
            return Future.succeededFuture(List.of());
        }

        @Override
        public Future<TopicPartition> coordinatorOf(String topic, String key) {
            return Future.succeededFuture(new TopicPartition("internal", 0));
        }
    }
}
