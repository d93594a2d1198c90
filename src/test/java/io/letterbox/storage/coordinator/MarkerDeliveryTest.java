package io.letterbox.storage.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.audit.Actor;
import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.bus.FakePartitions;
import io.letterbox.bus.Metadata;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.Reply;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import io.letterbox.record.TransactionMarker;
import io.letterbox.transactions.TransactionCommand.MarkersWritten;
import io.letterbox.transactions.WriteMarkers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the delivery of markers, with shards and a coordinator whose answers the test determines. */
class MarkerDeliveryTest {
    private static final int COORDINATOR_EPOCH = 5;
    private static final TopicPartition FROM = new TopicPartition(TopicName.TRANSACTION_STATE, 0);
    private static final TopicPartition A = new TopicPartition("a", 0);
    private static final TopicPartition B = new TopicPartition("b", 0);

    private final Vertx vertx = Vertx.vertx();
    private final FakePartitions partitions = new FakePartitions();
    private final BlockingQueue<Append> shards = partitions.appends();
    private final BlockingQueue<Promise<Void>> reports = new LinkedBlockingQueue<>();
    private final Image image = new Image();
    private volatile boolean coordinates = true;

    private static final class Image implements Metadata {
        private final ConcurrentSkipListMap<String, TopicImage> topics = new ConcurrentSkipListMap<>();

        void add(String name, int leaderEpoch) {
            PartitionImage partition = new PartitionImage(0, 1, leaderEpoch, List.of(1), List.of(1));
            topics.put(name, new TopicImage(name, UUID.randomUUID(), List.of(partition), new TopicConfig(Map.of())));
        }

        @Override
        public ClusterImage image() {
            return new ClusterImage(1, "c", Map.of(), topics);
        }

        @Override
        public Future<Reply> propose(Command command, Actor by) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void onChange(Consumer<ClusterImage> listener) {
            throw new UnsupportedOperationException();
        }
    }

    /** The coordinator that has decided. */
    private final class Origin implements CoordinatorType.Origin {
        @Override
        public TopicPartition partition() {
            return FROM;
        }

        @Override
        public int epoch() {
            return COORDINATOR_EPOCH;
        }

        @Override
        public boolean isOpen() {
            return coordinates;
        }

        @Override
        @SuppressWarnings("unchecked")
        public <R> Future<R> ask(CoordinatorCommand<R> command) {
            assertThat(command).isEqualTo(new MarkersWritten("shop", 7, (short) 3));
            Promise<Void> answer = Promise.promise();
            reports.add(answer);
            return (Future<R>) answer.future();
        }

        @Override
        public void refuse(CoordinatorRequest<?> ask, ApiException why) {
            throw new AssertionError(why);
        }
    }

    @BeforeEach
    void start() {
        // Who leads is not agreed on: the image may know an earlier leader, or a later one.
        image.add(TopicName.TRANSACTION_STATE, COORDINATOR_EPOCH + 1);
        image.add("a", 0);
        image.add("b", 0);
        WriteMarkers markers = new WriteMarkers("shop", 7, (short) 3, true, (short) 2, new TreeSet<>(List.of(A, B)));
        MarkerDelivery.TransactionServices surroundings =
                new MarkerDelivery.TransactionServices(vertx, image, partitions, null);
        vertx.getOrCreateContext().runOnContext(v -> new MarkerDelivery(surroundings, new Origin(), markers).start());
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(30, TimeUnit.SECONDS);
    }

    private Append next() throws Exception {
        Append append = shards.poll(30, TimeUnit.SECONDS);
        assertThat(append).as("a marker").isNotNull();
        return append;
    }

    private Map<TopicPartition, Append> both() throws Exception {
        Map<TopicPartition, Append> result = new HashMap<>();
        for (int i = 0; i < 2; i++) {
            Append append = next();
            result.put(append.partition(), append);
        }
        assertThat(result).containsOnlyKeys(A, B);
        return result;
    }

    private static void accept(Append append) {
        append.done().complete(new Appended(0, -1, 0, false));
    }

    private static void refuse(Append append, ErrorCode code) {
        append.done().fail(new ApiException(code, "No."));
    }

    private Promise<Void> report() throws Exception {
        Promise<Void> report = reports.poll(30, TimeUnit.SECONDS);
        assertThat(report).as("word that all markers are written").isNotNull();
        assertThat(shards).isEmpty();
        return report;
    }

    @Test
    void everyPartitionGetsItsMarker() throws Exception {
        Map<TopicPartition, Append> markers = both();
        for (Append append : markers.values()) {
            RecordBatch batch = RecordBatch.of(append.batch());
            assertThat(batch.defect()).isNull();
            assertThat(batch.producerId()).isEqualTo(7);
            assertThat(batch.producerEpoch()).isEqualTo((short) 3);
            assertThat(TransactionMarker.of(batch)).isEqualTo(new TransactionMarker(true, COORDINATOR_EPOCH));
        }
        accept(markers.get(A));
        assertThat(reports).isEmpty();
        accept(markers.get(B));
        report().complete();
    }

    @Test
    void aPartitionThatRefusesForNowIsAskedAgain() throws Exception {
        Map<TopicPartition, Append> markers = both();
        accept(markers.get(A));
        refuse(markers.get(B), ErrorCode.DISK_FULL);
        Append again = next();
        assertThat(again.partition()).isEqualTo(B);
        // The image has the partition, but its shard has not opened it yet.
        refuse(again, ErrorCode.UNKNOWN_PARTITION);
        accept(next());
        report().complete();
    }

    @Test
    void aPartitionThatIsGoneNeedsNoMarker() throws Exception {
        Map<TopicPartition, Append> markers = both();
        image.topics.remove("b");
        refuse(markers.get(B), ErrorCode.UNKNOWN_PARTITION);
        accept(markers.get(A));
        report().complete();
    }

    @Test
    void aPartitionThatANewerProducerHasTakenNeedsNoMarker() throws Exception {
        Map<TopicPartition, Append> markers = both();
        refuse(markers.get(B), ErrorCode.INVALID_PRODUCER_EPOCH);
        accept(markers.get(A));
        report().complete();
    }

    @Test
    void aCoordinatorThatWasReplacedKeepsQuiet() throws Exception {
        Map<TopicPartition, Append> markers = both();
        refuse(markers.get(B), ErrorCode.TRANSACTION_COORDINATOR_FENCED);
        accept(markers.get(A));
        assertThat(reports.poll(200, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void aReportIsRepeatedUntilItIsTaken() throws Exception {
        both().values().forEach(MarkerDeliveryTest::accept);
        report().fail(new ApiException(ErrorCode.DISK_FULL, "The record of it cannot be written."));
        report().complete();
        assertThat(reports.poll(200, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void whoCoordinatesNoMoreWritesAndReportsNothing() throws Exception {
        Map<TopicPartition, Append> markers = both();
        accept(markers.get(A));
        coordinates = false;
        refuse(markers.get(B), ErrorCode.NOT_LEADER);
        assertThat(shards.poll(200, TimeUnit.MILLISECONDS)).isNull();
        assertThat(reports).isEmpty();
    }

    @Test
    void whoCoordinatesNoMoreRepeatsNoReport() throws Exception {
        both().values().forEach(MarkerDeliveryTest::accept);
        Promise<Void> report = report();
        coordinates = false;
        report.fail(new ApiException(ErrorCode.NOT_COORDINATOR, "Not here."));
        assertThat(reports.poll(200, TimeUnit.MILLISECONDS)).isNull();
    }
}
