import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Publishes at a pace until a line comes on standard input, and prints each time in which a partition got no
 * acknowledgement: when it began, and how long it was. Over HTTP each partition has a client of its own, which goes to
 * the next node where one does not answer or answers 5xx, as often as it takes.
 *
 * <p>Arguments: kafka or http, nodes (host:port, by commas), topic, its partitions, the shortest time worth a line (ms).
 */
public final class AckGaps {
    private static final int KAFKA_RECORDS_S = 2_000;
    private static final int HTTP_RECORDS_S_EACH = 100;
    private static final int SIZE = 1_024;

    private final String[] nodes;
    private final String topic;
    private final int shortestMs;
    private final AtomicLong failed = new AtomicLong();
    private final CountDownLatch allAcknowledged;
    private final Partition[] partitions;
    private volatile boolean done;

    /** Of a partition: the time of its last acknowledgement. Guarded by itself. */
    private final class Partition {
        private long records;
        private long lastNanos;

        synchronized void acknowledged() {
            long now = System.nanoTime();
            long ms = (now - lastNanos) / 1_000_000;
            if (records++ == 0) allAcknowledged.countDown();
            else if (ms >= shortestMs) print(ms);
            lastNanos = now;
        }

        /** What has not been acknowledged by now counts as a gap up to now. */
        synchronized long end() {
            long ms = (System.nanoTime() - lastNanos) / 1_000_000;
            if (ms >= shortestMs) print(ms);
            return records;
        }

        private void print(long ms) {
            System.out.println("gap at_ms=" + (System.currentTimeMillis() - ms) + " ms=" + ms);
        }
    }

    private AckGaps(String[] arguments) {
        nodes = arguments[1].split(",");
        topic = arguments[2];
        partitions = new Partition[Integer.parseInt(arguments[3])];
        shortestMs = Integer.parseInt(arguments[4]);
        allAcknowledged = new CountDownLatch(partitions.length);
        for (int i = 0; i < partitions.length; i++) partitions[i] = new Partition();
    }

    public static void main(String[] arguments) throws Exception {
        AckGaps run = new AckGaps(arguments);
        List<Thread> threads = arguments[0].equals("kafka") ? List.of(new Thread(run::produce)) : run.clients();
        threads.forEach(Thread::start);
        run.allAcknowledged.await();
        System.out.println("acknowledged by all partitions");
        System.in.read();
        run.done = true;
        for (Thread thread : threads) thread.join();
        long records = 0;
        for (Partition partition : run.partitions) records += partition.end();
        System.out.println("records=" + records + " failed=" + run.failed);
        System.exit(0);
    }

    private void produce() {
        Map<String, Object> config =
                Map.of("bootstrap.servers", String.join(",", nodes), "acks", "all", "linger.ms", "5");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            long start = System.nanoTime();
            for (long i = 0; !done; i++) {
                awaitTime(start + i * 1_000_000_000L / KAFKA_RECORDS_S);
                int number = (int) (i % partitions.length);
                producer.send(new ProducerRecord<>(topic, number, null, new byte[SIZE]), (metadata, failure) -> {
                    if (failure == null) partitions[number].acknowledged();
                    else failed.incrementAndGet();
                });
            }
        }
    }

    private List<Thread> clients() {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < partitions.length; i++) {
            int number = i;
            threads.add(new Thread(() -> publish(number)));
        }
        return threads;
    }

    private void publish(int number) {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(2))
                .build();
        int node = number % nodes.length;
        long start = System.nanoTime();
        for (long i = 0; !done; i++) {
            awaitTime(start + i * 1_000_000_000L / HTTP_RECORDS_S_EACH);
            while (!done && !publish(client, nodes[node], number)) {
                node = (node + 1) % nodes.length;
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    /** Whether it was acknowledged. */
    private boolean publish(HttpClient client, String node, int number) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://" + node + "/topics/" + topic + "?partition=" + number))
                .timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/octet-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[SIZE]))
                .build();
        try {
            int status = client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
            if (status / 100 == 2) partitions[number].acknowledged();
            else if (status / 100 != 5) failed.incrementAndGet();
            return status / 100 != 5;
        } catch (java.io.IOException away) {
            return false;
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    private static void awaitTime(long due) {
        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) LockSupport.parkNanos(wait);
    }
}
