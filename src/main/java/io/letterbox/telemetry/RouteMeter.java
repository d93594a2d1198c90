package io.letterbox.telemetry;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;

/**
 * The duration of the requests of one route, by class of status. Take it once from {@link Meters#route}. Any thread.
 */
public final class RouteMeter {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final String[] CLASSES = {"1xx", "2xx", "3xx", "4xx", "5xx"};

    private static final int FIRST_ERROR = 400;

    private final Histogram histogram;
    private final Counter errors;
    private final String route;

    /** By class of status, looked up at first use so that classes that never occur are not exported. */
    private final DistributionDataPoint[] byClass = new DistributionDataPoint[CLASSES.length];

    RouteMeter(Histogram histogram, Counter errors, String route) {
        this.histogram = histogram;
        this.errors = errors;
        this.route = route;
    }

    /**
     * Records one request.
     *
     * @param nanos from the arrival of the request's head to the end of the response
     * @param status the HTTP status, 100 to 599; anything else counts as the nearest class
     */
    public void record(long nanos, int status) {
        int index = Math.min(Math.max(status / 100, 1), CLASSES.length) - 1;
        DistributionDataPoint point = byClass[index];
        if (point == null) {
            point = histogram.labelValues(route, CLASSES[index]);
            byClass[index] = point;
        }
        point.observe(nanos / NANOS_PER_SECOND);
        if (status >= FIRST_ERROR) errors.labelValues(Integer.toString(status)).inc();
    }
}
