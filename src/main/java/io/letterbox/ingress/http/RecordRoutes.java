package io.letterbox.ingress.http;

import io.letterbox.http.LongLived;
import io.letterbox.ingress.Transfers;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicName;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.TimeUnit;

/** Pages of records over HTTP. Owned by one event loop. */
final class RecordRoutes {
    private final Backend backend;
    private final PageWaiters waiters;
    private final Transfers untaken;

    RecordRoutes(Backend backend, Vertx vertx) {
        this.backend = backend;
        this.waiters = new PageWaiters(vertx, backend);
        this.untaken = Transfers.watched(vertx);
    }

    void mount(Router router) {
        router.get("/topics/:topic/records").handler(this::page);
    }

    PageWaiters waiters() {
        return waiters;
    }

    /** The answers that their readers have not taken yet. */
    Transfers untaken() {
        return untaken;
    }

    private void page(RoutingContext context) {
        String name = context.pathParam("topic");
        TopicName.check(name);
        TopicImage topic = backend.metadata().image().topics().get(name);
        if (topic == null) throw PublishTargets.unknown(name);
        RecordQuery query =
                RecordQuery.of(context.request(), name, backend.config().limits());
        long idleMs = TimeUnit.SECONDS.toMillis(backend.config().http().idleTimeoutSeconds());
        if (query.waitMs() >= idleMs) LongLived.exempt(context.request());
        new PageRequest(context, backend, this, query, topic.config().maxMessageBytes()).start();
    }
}
