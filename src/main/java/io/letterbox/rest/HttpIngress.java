package io.letterbox.rest;

import io.letterbox.http.HttpPart;
import io.letterbox.ingress.Transfers;
import io.letterbox.record.TopicName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;

/** The HTTP door of one event loop: publishing past the router, because it is frequent, and everything else through it. */
public final class HttpIngress implements HttpPart {
    private static final String PREFIX = "/topics/";

    private final Backend backend;

    // Owned by the event loop, made when it mounts the routes.
    private Publisher publisher;
    private RecordRoutes records;

    /** @param backend what all loops share */
    public HttpIngress(Backend backend) {
        this.backend = backend;
    }

    @Override
    public void mount(Router router, Vertx vertx) {
        publisher = new Publisher(backend, vertx);
        new TopicRoutes(backend).mount(router);
        records = new RecordRoutes(backend, vertx);
        records.mount(router);
        new ClusterRoutes(backend).mount(router);
        new ClockRoutes(backend).mount(router);
        new ProducerRoutes(backend).mount(router);
        new GroupRoutes(backend, new GroupLags(backend)).mount(router);
        // For paths that are not written plainly, such as with percent sequences; and for the list of routes.
        router.post("/topics/:topic")
                .handler(context -> publisher.begin(context.request(), context.pathParam("topic"), true));
        router.delete("/topics/:topic/records")
                .handler(context -> publisher.begin(context.request(), context.pathParam("topic"), true));
    }

    /** Answers the long polls; publishes end by themselves. */
    @Override
    public Future<Void> drain(long millis) {
        records.waiters().drain();
        return Future.succeededFuture();
    }

    /** How many long polls wait on this loop; from any thread. */
    int waitingPages() {
        return records.waiters().size();
    }

    /** The pages that their readers have not taken yet; on this loop only. */
    Transfers untakenPages() {
        return records.untaken();
    }

    @Override
    public boolean tryHandle(HttpServerRequest request) {
        if (request.method() != HttpMethod.POST) return false;
        String path = request.path();
        if (path == null || !path.startsWith(PREFIX)) return false;
        String topic = path.substring(PREFIX.length());
        if (!TopicName.isValid(topic)) return false;
        publisher.begin(request, topic, false);
        return true;
    }
}
