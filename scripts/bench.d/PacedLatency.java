import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * End-to-end latency at a pace: from the moment at which a record was due (not the one at which it could be sent, so
 * that a stall counts for every record that it held up) until poll() hands it out. The first half of the time warms up.
 * The official tool sends one record at a time and rounds to whole milliseconds.
 *
 * <p>Arguments: bootstrap, topic (there, of one partition, empty), size in bytes, records/s, seconds.
 */
public final class PacedLatency {
    private static final long NO_SPIN_NANOS = 60_000;
    private static final long WAKE_UP_NANOS = 55_000;

    private final String topic;
    private final int size;
    private final int rate;
    private final long total;
    private final long[] nanos;
    private final Semaphore arrived = new Semaphore(0);
    private final AtomicBoolean done = new AtomicBoolean();

    /** Written by the reader's thread before it ends; read after the thread was joined. */
    private long next;

    private long misplaced;

    private PacedLatency(String topic, int size, int rate, int seconds) {
        this.topic = topic;
        this.size = size;
        this.rate = rate;
        this.total = (long) rate * seconds;
        this.nanos = new long[(int) total];
    }

    public static void main(String[] arguments) throws Exception {
        PacedLatency run = new PacedLatency(
                arguments[1], Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
        run.measure(arguments[0]);
    }

    private void measure(String bootstrap) throws Exception {
        Map<String, Object> reading = Map.of("bootstrap.servers", bootstrap, "enable.auto.commit", "false");
        Map<String, Object> writing = Map.of("bootstrap.servers", bootstrap, "acks", "all", "linger.ms", "0");
        try (KafkaConsumer<byte[], byte[]> consumer =
                        new KafkaConsumer<>(reading, new ByteArrayDeserializer(), new ByteArrayDeserializer());
                KafkaProducer<byte[], byte[]> producer =
                        new KafkaProducer<>(writing, new ByteArraySerializer(), new ByteArraySerializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            consumer.position(partition);
            Thread reader = new Thread(() -> read(consumer), "reader");
            reader.start();
            long late = send(producer);
            producer.flush();
            boolean all = arrived.tryAcquire((int) total, 20, TimeUnit.SECONDS);
            done.set(true);
            reader.join();
            report(all ? 0 : total - next, late);
        }
    }

    private void read(KafkaConsumer<byte[], byte[]> consumer) {
        while (!done.get()) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                long now = System.nanoTime();
                ByteBuffer value = ByteBuffer.wrap(record.value());
                if (value.getLong() != next) misplaced++;
                nanos[(int) next++] = now - value.getLong();
                arrived.release();
            }
        }
    }

    /**
     * How many records were sent more than a second late: with many of them, the machine was measured, not the server.
     */
    private long send(KafkaProducer<byte[], byte[]> producer) {
        long start = System.nanoTime();
        long late = 0;
        for (long i = 0; i < total; i++) {
            long due = start + i * 1_000_000_000L / rate;
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                if (wait > NO_SPIN_NANOS) LockSupport.parkNanos(wait - WAKE_UP_NANOS);
            }
            if (System.nanoTime() - due > 1_000_000_000L) late++;
            producer.send(new ProducerRecord<>(topic, 0, null, ByteBuffer.allocate(size).putLong(i).putLong(due).array()));
        }
        return late;
    }

    private void report(long lost, long late) {
        long[] measured = Arrays.copyOfRange(nanos, (int) (total / 2), (int) Math.max(total / 2 + 1, next));
        Arrays.sort(measured);
        System.out.printf(
                Locale.ROOT,
                "records=%d lost=%d late=%d p50_ms=%.3f p99_ms=%.3f p999_ms=%.3f max_ms=%.3f%n",
                measured.length,
                lost + misplaced,
                late,
                milliseconds(measured, 0.5),
                milliseconds(measured, 0.99),
                milliseconds(measured, 0.999),
                milliseconds(measured, 1));
    }

    private static double milliseconds(long[] sorted, double share) {
        return sorted[(int) Math.min(sorted.length - 1, (long) (sorted.length * share))] / 1e6;
    }
}
