package io.letterbox.rest;

import io.letterbox.config.LimitsConfig;
import io.letterbox.http.ConnectionLifetime;
import io.letterbox.http.Problem;
import io.letterbox.http.Query;
import io.letterbox.ingress.DoorServices;
import io.letterbox.ingress.Transfers;
import io.letterbox.ingress.UnknownTopics;
import io.letterbox.metadata.TopicImage;
import io.letterbox.publishing.PublishTargets;
import io.letterbox.reading.CommitListeners;
import io.letterbox.record.TopicName;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.TimeUnit;

/** The routes for pages of records. Owned by one event loop. */
final class RecordRoutes {
    /** Threads that filter records: at most half of the processors, so that the rest of the server keeps the others. */
    private static final int FILTER_THREADS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    private final DoorServices backend;

    /** The listeners of the long polls. */
    private final CommitListeners listeners = new CommitListeners();

    private final Transfers unsentPages;
    private final WorkerExecutor filters;
    private boolean draining;

    RecordRoutes(DoorServices backend, Vertx vertx) {
        this.backend = backend;
        backend.reader().onCommitted(listeners::onCommitted);
        // A topic may have been deleted: the long polls that wait for it have to be answered.
        backend.metadata().onChange(image -> listeners.wakeAll());
        this.unsentPages = Transfers.watched(vertx);
        this.filters = vertx.createSharedWorkerExecutor("letterbox-filter", FILTER_THREADS);
    }

    void mount(Router router) {
        router.get("/topics/:topic/records").handler(this::page);
    }

    /** The listeners of the long polls. */
    CommitListeners listeners() {
        return listeners;
    }

    /** True once no request may wait any more. */
    boolean isDraining() {
        return draining;
    }

    /** Answers all waiting requests with the records that they have, because the server stops. */
    void drain() {
        draining = true;
        listeners.wakeAll();
    }

    /** The pages that have not been written out yet. */
    Transfers unsentPages() {
        return unsentPages;
    }

    /** The threads that filter records, shared by all event loops. */
    WorkerExecutor filters() {
        return filters;
    }

    private void page(RoutingContext context) {
        UnknownTopics.ask(
                backend.metadata(),
                context.request(),
                () -> pageOfKnown(context),
                failure -> Problem.send(context, failure));
    }

    private void pageOfKnown(RoutingContext context) {
        String name = context.pathParam("topic");
        TopicName.check(name);
        TopicImage topic = backend.metadata().image().topics().get(name);
        if (topic == null) throw PublishTargets.unknown(name);
        Query parameters = Query.of(context.request(), RecordQuery.PARAMETERS);
        LimitsConfig limits = backend.config().limits();
        if (ScanQuery.isMeant(parameters)) {
            new RecordScan(context, backend, this, topic).start(ScanQuery.of(parameters, topic, limits));
            return;
        }
        RecordQuery query = RecordQuery.of(parameters, name, limits);
        long idleMs = TimeUnit.SECONDS.toMillis(backend.config().http().idleTimeoutSeconds());
        if (query.waitMs() >= idleMs) ConnectionLifetime.disableIdleTimeout(context.request());
        new PageRequest(context, backend, this, query, topic.config().maxMessageBytes()).start();
    }
}
