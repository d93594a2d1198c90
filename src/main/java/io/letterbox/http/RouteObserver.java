package io.letterbox.http;

/** Told of every answer, for metrics. Called on event loops, once per request, when the answer's head is written. */
@FunctionalInterface
public interface RouteObserver {
    /** Ignores all answers. */
    RouteObserver NONE = (route, status, nanos) -> {};

    /**
     * One answer.
     *
     * @param route the template of the route, such as {@code GET /topics/{topic}}: one of a bounded set; {@code none}
     *     if no route matched
     * @param status the HTTP status
     * @param nanos from the request's head to the answer's head
     */
    void answered(String route, int status, long nanos);
}
