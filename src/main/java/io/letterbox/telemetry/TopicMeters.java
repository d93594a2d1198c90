package io.letterbox.telemetry;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;

/**
 * The records and bytes in and out of one topic. Take it once from {@link Meters#topic} and keep it: a count costs two
 * striped additions and no look-up. Any thread.
 *
 * <p>A handle may outlive its topic. After a topic was forgotten, every handle looks its series up again at its next
 * count, so that a handle kept across deletion and creation counts into the new series.
 */
public final class TopicMeters {
    private static final int DOORS = Door.values().length;

    private final Meters meters;
    private final String topic;

    /**
     * Replaced as a whole after a topic was forgotten; the race is benign, because a look-up always finds the same
     * series.
     */
    private volatile Series series;

    TopicMeters(Meters meters, String topic) {
        this.meters = meters;
        this.topic = topic;
        this.series = new Series(meters.topicGeneration());
    }

    /**
     * Counts records that were acknowledged.
     *
     * @param records how many, 0 or more
     * @param bytes of their keys, values and headers, as received
     */
    public void in(Door door, int records, long bytes) {
        Series current = current();
        Flow flow = current.in[door.ordinal()];
        if (flow == null) {
            flow = new Flow(meters.recordsIn(), meters.bytesIn(), topic, door);
            current.in[door.ordinal()] = flow;
        }
        flow.add(records, bytes);
    }

    /**
     * Counts records that were written to a reader's socket; ten subscribers of one record count ten.
     *
     * @param records how many, 0 or more
     * @param bytes as written, framing included
     */
    public void out(Door door, int records, long bytes) {
        Series current = current();
        Flow flow = current.out[door.ordinal()];
        if (flow == null) {
            flow = new Flow(meters.recordsOut(), meters.bytesOut(), topic, door);
            current.out[door.ordinal()] = flow;
        }
        flow.add(records, bytes);
    }

    private Series current() {
        Series current = series;
        int generation = meters.topicGeneration();
        if (current.generation != generation) {
            current = new Series(generation);
            series = current;
        }
        return current;
    }

    /** The series looked up so far, by door; a slot is filled at its first use. */
    private static final class Series {
        private final int generation;
        private final Flow[] in = new Flow[DOORS];
        private final Flow[] out = new Flow[DOORS];

        private Series(int generation) {
            this.generation = generation;
        }
    }

    /** The two series of one topic and door. Its fields are final, so that it may be published without a barrier. */
    private static final class Flow {
        private final CounterDataPoint records;
        private final CounterDataPoint bytes;

        private Flow(Counter records, Counter bytes, String topic, Door door) {
            this.records = records.labelValues(topic, door.label());
            this.bytes = bytes.labelValues(topic, door.label());
        }

        private void add(int moreRecords, long moreBytes) {
            records.inc((long) moreRecords);
            bytes.inc(moreBytes);
        }
    }
}
