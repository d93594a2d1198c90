package io.letterbox.rest;

import io.letterbox.bus.ClusterInspection;
import io.letterbox.http.HttpPart;
import io.letterbox.ingress.DoorServices;
import io.letterbox.ingress.Transfers;
import io.letterbox.record.TopicName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;

/**
 * The REST interface of one event loop. Publishes are handled before the router, because they are frequent; everything
 * else by the router.
 */
public final class HttpIngress implements HttpPart {
    private static final String PREFIX = "/topics/";

    private final DoorServices backend;
    private final ClusterInspection cluster;

    // Owned by the event loop; set by mount.
    private Publisher publisher;
    private RecordRoutes records;

    /**
     * @param backend the services that all event loops share
     * @param cluster how the nodes of the cluster are
     */
    public HttpIngress(DoorServices backend, ClusterInspection cluster) {
        this.backend = backend;
        this.cluster = cluster;
    }

    @Override
    public void mount(Router router, Vertx vertx) {
        publisher = new Publisher(backend, vertx);
        new TopicRoutes(backend).mount(router);
        records = new RecordRoutes(backend, vertx);
        records.mount(router);
        new ClusterRoutes(backend.metadata(), cluster).mount(router);
        new ClockRoutes(backend).mount(router);
        new ProducerRoutes(backend).mount(router);
        new GroupRoutes(backend, new GroupLags(backend, backend.coordinators())).mount(router);
        // For paths with percent sequences and the like, which tryHandle does not match; and for the list of routes.
        router.post("/topics/:topic")
                .handler(context -> publisher.begin(context.request(), context.pathParam("topic"), true));
        router.delete("/topics/:topic/records")
                .handler(context -> publisher.begin(context.request(), context.pathParam("topic"), true));
    }

    /** Answers the long polls; publishes end by themselves. */
    @Override
    public Future<Void> drain(long millis) {
        records.drain();
        return Future.succeededFuture();
    }

    /** The number of long polls that wait on this event loop; from any thread. */
    int waitingPages() {
        return records.listeners().size();
    }

    /** The pages that have not been written out yet; on this event loop only. */
    Transfers unsentPages() {
        return records.unsentPages();
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
