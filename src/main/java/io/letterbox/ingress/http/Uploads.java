package io.letterbox.ingress.http;

import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The bodies that did not come in one piece, oldest first. A client that trickles bytes keeps its connection from being
 * idle; this ends its request all the same. Owned by one event loop.
 */
final class Uploads {
    /** How long a body may take from its first byte; enough for the largest at 70 KB/s with the standard limits. */
    static final long MAX_SECONDS = 120;

    private static final long LOOK_MS = 5_000;

    private final Map<PublishRequest, Long> startedNanos = new LinkedHashMap<>();

    Uploads(Vertx vertx) {
        vertx.setPeriodic(LOOK_MS, tick -> expire(System.nanoTime()));
    }

    void add(PublishRequest request) {
        startedNanos.put(request, System.nanoTime());
    }

    void remove(PublishRequest request) {
        startedNanos.remove(request);
    }

    int size() {
        return startedNanos.size();
    }

    /** Ends the requests that began too long ago. */
    void expire(long nowNanos) {
        List<PublishRequest> late = new ArrayList<>();
        Iterator<Map.Entry<PublishRequest, Long>> oldest =
                startedNanos.entrySet().iterator();
        while (oldest.hasNext()) {
            Map.Entry<PublishRequest, Long> next = oldest.next();
            if (nowNanos - next.getValue() < TimeUnit.SECONDS.toNanos(MAX_SECONDS)) break;
            late.add(next.getKey());
        }
        late.forEach(PublishRequest::expire);
    }
}
