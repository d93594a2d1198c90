package io.letterbox;

import io.letterbox.cli.Version;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.console.ConsolePart;
import io.letterbox.files.StaticFiles;
import io.letterbox.files.StaticRoot;
import io.letterbox.http.BundledFiles;
import io.letterbox.http.Hosts;
import io.letterbox.http.HttpPart;
import io.letterbox.http.HttpSockets;
import io.letterbox.http.HttpVerticle;
import io.letterbox.http.Origins;
import io.letterbox.ingress.ByteBudget;
import io.letterbox.ingress.DoorServices;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.rest.GroupLagCollector;
import io.letterbox.rest.HttpIngress;
import io.letterbox.sse.SseDelivery;
import io.letterbox.sse.SubscriberSlots;
import io.letterbox.telemetry.Health;
import io.letterbox.telemetry.LimitMeters;
import io.letterbox.telemetry.Meters;
import io.letterbox.telemetry.TelemetryRoutes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Assembles the parts of the HTTP server, once for each event loop. */
final class HttpAssembly {
    private final LetterboxConfig config;
    private final StorageAssembly storage;
    private final Meters meters;
    private final Health health;
    private final HttpSockets sockets;
    private final Hosts hosts;
    private final Origins origins;
    private final DoorServices services;
    private final SubscriberSlots slots;
    private final BundledFiles consoleFiles = ConsolePart.files();
    private final StaticRoot files;
    private final AtomicInteger transfers = new AtomicInteger();

    /** @throws IOException if the directory of static files cannot be served */
    HttpAssembly(
            LetterboxConfig config,
            StorageAssembly storage,
            Meters meters,
            Health health,
            HttpSockets sockets,
            Hosts hosts)
            throws IOException {
        this.config = config;
        this.files = config.http().servesFiles()
                ? StaticRoot.open(config.http().staticDir(), config.node().dataDir())
                : null;
        this.storage = storage;
        this.meters = meters;
        this.health = health;
        this.sockets = sockets;
        this.hosts = hosts;
        this.origins = new Origins(config.http().corsOrigins());
        if (config.cluster().enabled()) allowNodes();
        this.slots = new SubscriberSlots(config.limits().subscribers());
        ByteBudget budget = new ByteBudget(config.limits().ingressBytes());
        ByteBudget pages = new ByteBudget(config.limits().pageBytes());
        this.services = new DoorServices(
                storage.clock(),
                config,
                storage.metadata(),
                storage.reader(),
                storage.partitions(),
                storage.coordinators(),
                storage.producerIds(),
                meters,
                budget,
                pages);
        LimitMeters limits = meters.limits();
        limits.add("limits.ingressBytes", budget::usedBytes, budget::limitBytes);
        limits.add("limits.pageBytes", pages::usedBytes, pages::limitBytes);
        limits.add("limits.subscribers", slots::taken, config.limits()::subscribers);
    }

    /** Lets pages of a node go on at this one. */
    private void allowNodes() {
        hosts.add(List.of(config.cluster().reachableHost()));
        Consumer<ClusterImage> follow = image -> origins.nodes(image.nodes().values().stream()
                .filter(node -> node.http().exists())
                .map(node -> node.http().authority())
                .toList());
        follow.accept(storage.metadata().image());
        storage.metadata().onChange(follow);
    }

    /** The services of all doors, also those of the Kafka server. */
    DoorServices services() {
        return services;
    }

    /** The HTTP server of one more event loop. */
    HttpVerticle door() {
        List<HttpPart> parts = new ArrayList<>(List.of(
                new HttpIngress(services, storage.inspection()),
                delivery(),
                new TelemetryRoutes(meters, health, new GroupLagCollector(services)::update),
                console()));
        if (files != null) parts.add(new StaticFiles(files, transfers));
        return new HttpVerticle(
                config.http(), sockets, hosts, origins, parts, (route, status, nanos) -> meters.route(route)
                        .record(nanos, status));
    }

    /** The directory of static files; null if there is none. */
    Path files() {
        return files == null ? null : files.path();
    }

    private ConsolePart console() {
        return new ConsolePart(consoleFiles, storage.metadata(), storage.reader(), health, meters, Version.read());
    }

    private SseDelivery delivery() {
        return new SseDelivery(services, slots, new Random());
    }
}
