package io.letterbox;

import io.letterbox.config.LetterboxConfig;
import io.letterbox.files.StaticFiles;
import io.letterbox.http.Hosts;
import io.letterbox.http.HttpSockets;
import io.letterbox.http.HttpVerticle;
import io.letterbox.kafka.KafkaVerticle;
import io.letterbox.metadata.Endpoint;
import io.letterbox.storage.DataDirectory;
import io.letterbox.telemetry.Health;
import io.letterbox.telemetry.Meters;
import io.letterbox.telemetry.ThreadWatch;
import io.letterbox.text.FileTrouble;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running server: opens everything in order and closes it in the reverse order. Started and closed by one thread
 * that is not one of Vert.x, because both block.
 */
public final class Server implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);
    /** The time beyond the drain time for sockets that do not close. */
    private static final long CLOSE_GRACE_SECONDS = 5;

    private final LetterboxConfig config;
    private final Health health = new Health();
    private final HttpSockets sockets = new HttpSockets();
    /** How each server is drained, within a number of milliseconds. */
    private final List<LongFunction<Future<Void>>> doors = new ArrayList<>();

    private final DataDirectory directory;
    private NativeLibraries natives;
    private Vertx vertx;
    private ThreadWatch threads;
    /** Null for a node that stands alone. */
    private ClusterAssembly cluster;

    /** Null for a node that stands alone. */
    private StartDoor startDoor;

    private StorageAssembly storage;
    private int kafkaPort = -1;

    private Server(LetterboxConfig config, DataDirectory directory) {
        this.config = config;
        this.directory = directory;
    }

    /**
     * Starts a server; returns when it serves.
     *
     * @throws IOException if the data directory or the port cannot be used; the message says why
     */
    public static Server start(LetterboxConfig config) throws IOException {
        Server server = new Server(config, DataDirectory.open(config.node().dataDir()));
        try {
            server.open();
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private void open() throws IOException {
        VertxAssembly assembly = load();
        vertx = assembly.vertx();
        threads = assembly.threads();
        sockets.shutBy(assembly.entrances().http()::shut);
        Meters meters = assembly.meters();
        StartWait wait = new StartWait(health::waitsFor);
        if (config.cluster().enabled()) {
            openStartDoor(meters);
            cluster = ClusterAssembly.start(vertx, config, directory, StorageAssembly.machine(config), wait);
        }
        storage = new StorageAssembly(vertx, config, directory, meters, health, cluster);
        storage.start();
        Hosts hosts = Hosts.of(config.http());
        hosts.add(MachineNames.withoutLookUp(config.kafka()));
        vertx.executeBlocking(MachineNames::byLookUp).onSuccess(hosts::add);
        HttpAssembly http = new HttpAssembly(config, storage, meters, health, sockets, hosts);
        List<Future<String>> deployed = new ArrayList<>();
        for (int loop = 0; loop < assembly.eventLoops(); loop++) {
            HttpVerticle door = http.door();
            doors.add(door::drain);
            deployed.add(vertx.deployVerticle(door));
        }
        listen(deployed, "http", config.http().host(), config.http().port());
        if (startDoor != null) startDoor.close();
        Endpoint here = new Endpoint(config.http().host(), httpPort());
        if (config.kafka().enabled()) {
            Runnable shut = assembly.entrances().kafka()::shut;
            openKafka(new KafkaAssembly(http.services(), shut), assembly.eventLoops(), here);
        } else {
            storage.register(config.node().id(), here, Endpoint.NONE);
        }
        KnownLimits.bind(meters.limits(), config.limits(), storage.metadata());
        health.bindLimits(meters.limits());
        storage.watch(threads);
        health.bindThreads(threads::blocked);
        storage.awaitReady(wait);
        threads.start();
        health.ready();
        natives.loadCodecs(health, meters);
        String url = "http://" + here.authority();
        LOG.info(
                "Serving {}/ from {}",
                url,
                directory.layout().root().toAbsolutePath().normalize());
        if (http.files() != null) {
            LOG.info(
                    "Serving the files of {} at {}{}; their pages may do everything that the API can",
                    http.files(),
                    url,
                    StaticFiles.PREFIX);
        }
    }

    /** Starts Vert.x, which loads its native transport. */
    private VertxAssembly load() {
        natives = NativeLibraries.unpackedIn(
                Path.of(System.getProperty("java.io.tmpdir")),
                directory.layout().natives().toAbsolutePath());
        VertxAssembly assembly = VertxAssembly.start(config);
        natives.reportTransport(health, assembly.meters());
        return assembly;
    }

    /** Not where the port is any free one, which nobody knows yet. */
    private void openStartDoor(Meters meters) throws IOException {
        if (config.http().port() == 0) return;
        startDoor = StartDoor.open(vertx, config.http(), meters, health);
        listen(
                List.of(startDoor.deployed()),
                "http",
                config.http().host(),
                config.http().port());
    }

    private void openKafka(KafkaAssembly kafka, int eventLoops, Endpoint http) throws IOException {
        List<Future<String>> deployed = new ArrayList<>();
        for (int loop = 0; loop < eventLoops; loop++) {
            KafkaVerticle door = kafka.door();
            doors.add(door::drain);
            deployed.add(vertx.deployVerticle(door));
        }
        listen(deployed, "kafka", config.kafka().host(), config.kafka().port());
        kafkaPort = kafka.port();
        Endpoint advertised = kafka.advertised();
        storage.register(config.node().id(), http, advertised);
        kafka.acceptClients(advertised);
    }

    /**
     * Looks at the cause instead of catching it: a port in use fails with a checked exception that await() does not
     * declare.
     */
    private static void listen(List<Future<String>> deployed, String door, String host, int port) throws IOException {
        Throwable failure =
                Future.all(deployed).transform(Future::succeededFuture).await().cause();
        if (failure == null) return;
        String reason = FileTrouble.reason(failure);
        throw new IOException(
                "Cannot listen on " + new Endpoint(host, port).authority() + " (" + reason + "). "
                        + listeningHint(reason, door),
                failure);
    }

    private static String listeningHint(String reason, String door) {
        String text = reason.toLowerCase(Locale.ROOT);
        if (text.contains("in use")) return "Is another server using this " + door + ".port?";
        if (text.contains("denied"))
            return "A port below 1024 needs a right that this user does not have; choose another " + door + ".port.";
        if (text.contains("resolve")) return "The name leads to no address; choose another " + door + ".host.";
        return "Is " + door + ".host an address of this machine?";
    }

    /** The port of the HTTP server, which matters if port 0 was configured. */
    public int httpPort() {
        return sockets.port();
    }

    /** The port of the Kafka server; -1 if there is none. */
    public int kafkaPort() {
        return kafkaPort;
    }

    /** Reports not ready, and goes on serving. Optional before {@link #close()}. */
    void announceStop() {
        health.draining();
    }

    /** Drains and stops: streams end, what was accepted is committed, the logs are closed. */
    @Override
    public void close() {
        health.draining();
        try {
            if (storage != null) storage.handOver();
            drain();
            if (threads != null) threads.close();
            if (storage != null) storage.close();
        } catch (IOException | RuntimeException e) {
            LOG.error("The stop was not clean; the next start will check the logs", e);
        } finally {
            if (threads != null) threads.close();
            if (cluster != null) cluster.close();
            if (vertx != null) vertx.close().await();
            if (natives != null) natives.close();
            unlock();
        }
    }

    private void drain() {
        if (doors.isEmpty()) return;
        long drainMs = TimeUnit.SECONDS.toMillis(config.shutdown().drainSeconds());
        List<Future<Void>> drained = new ArrayList<>();
        for (LongFunction<Future<Void>> door : doors) drained.add(door.apply(drainMs));
        try {
            Future.join(drained).await(drainMs + TimeUnit.SECONDS.toMillis(CLOSE_GRACE_SECONDS), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn("Some connections did not end in time and are cut");
        }
    }

    private void unlock() {
        try {
            directory.close();
        } catch (IOException e) {
            LOG.warn("The lock of {} could not be released", directory.layout().root(), e);
        }
    }
}
