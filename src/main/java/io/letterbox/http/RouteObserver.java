package io.letterbox.http;

/** Is told of every answer, for metrics. Called on event loops, once per request, when the answer's head is written. */
@FunctionalInterface
public interface RouteObserver {
    /** Observes nothing. */
    RouteObserver NONE = (route, status, nanos) -> {};

    /**
     * One answer.
     *
     * @param route the template of the route, such as {@code GET /topics/{topic}}: one of a bounded set; {@code none}
     *     where no route matched
     * @param status the HTTP status
     * @param nanos from the request's head to the answer's head
     */
    void answered(String route, int status, long nanos);
}
