package io.letterbox.telemetry;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;

/** The duration of the requests of one Kafka API. Take it once from {@link Meters#kafkaRequest}. Any thread. */
public final class KafkaRequestMeter {
    private static final double NANOS_PER_SECOND = 1e9;

    private final DistributionDataPoint seconds;

    KafkaRequestMeter(DistributionDataPoint seconds) {
        this.seconds = seconds;
    }

    /**
     * One request was answered, or carried out if it expects no response.
     *
     * @param nanos from the arrival of the request's last byte
     */
    public void answered(long nanos) {
        seconds.observe(nanos / NANOS_PER_SECOND);
    }
}
