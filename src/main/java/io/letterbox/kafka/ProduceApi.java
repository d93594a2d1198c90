package io.letterbox.kafka;

import io.letterbox.bus.Append;
import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.ApiSupport;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.kafka.api.KafkaResponse;
import io.letterbox.kafka.transactions.TransactionalAppends;
import io.letterbox.publishing.TopicHandle;
import io.letterbox.publishing.TopicHandles;
import io.letterbox.record.BatchCheck;
import io.letterbox.record.RecordBatch;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Takes record batches to their partitions. Owned by one event loop, whose requests share what is looked up and reused.
 */
final class ProduceApi {
    private static final short MIN_VERSION = 3;
    private static final short MAX_VERSION = 13;

    /** The acknowledgements that a client may wait for: none, the leader's, or those of all in-sync replicas. */
    private static final Set<Short> ACKS = Set.of((short) 0, (short) 1, (short) -1);

    /** The time after which other tasks of the event loop run before the next batch is checked. */
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final long PAUSE_MS = 1;

    final DoorServices backend;
    final Vertx vertx;
    final int nodeId;
    final ContextInternal context;
    final TopicHandles<TopicHandle> topics;
    final TransactionalAppends transactional;
    final BatchCheck check = new BatchCheck();

    /**
     * The requests whose batches have not all been sent. They take turns, the first one first, so that no
     * batch overtakes an earlier one of its producer.
     */
    private final ArrayDeque<ProduceRun> sending = new ArrayDeque<>();

    /** What this iteration of the event loop has gathered so far. */
    private List<Append> gathered = new ArrayList<>();

    /** Scratch: reads one batch at a time. */
    final RecordBatch batch = new RecordBatch();

    ProduceApi(DoorServices backend, Vertx vertx) {
        this.backend = backend;
        this.vertx = vertx;
        this.nodeId = backend.config().node().id();
        this.context = (ContextInternal) vertx.getOrCreateContext();
        this.topics = new TopicHandles<>(
                backend.metadata(),
                topic -> new TopicHandle(topic, backend.meters().topic(topic.name())));
        this.transactional =
                new TransactionalAppends(vertx, backend.partitions().local(), backend.coordinators());
    }

    ApiSupport support() {
        return new ApiSupport(ApiKeys.PRODUCE, MIN_VERSION, MAX_VERSION, this::handle);
    }

    private Future<KafkaResponse> handle(KafkaRequest request) {
        ProduceRequestData data = request.body(ProduceRequestData.class);
        ProduceRun run = new ProduceRun(this, request, ACKS.contains(data.acks()));
        sending.add(run);
        if (sending.size() == 1) send();
        return run.done();
    }

    /** Sends an append at the end of the event loop's iteration, together with what else that has gathered. */
    void append(Append append) {
        // The task runs after the event loop has read from all sockets that had bytes.
        if (gathered.isEmpty()) context.runOnContext(read -> sendGathered());
        gathered.add(append);
    }

    private void sendGathered() {
        List<Append> all = gathered;
        gathered = new ArrayList<>();
        backend.partitions().local().appendAll(all);
    }

    private void send() {
        long start = System.nanoTime();
        while (!sending.isEmpty()) {
            if (!sending.peek().checkNext()) {
                sending.remove();
            } else if (System.nanoTime() - start > SLICE_NANOS) {
                // A task would run before the event loop reads its sockets again; a timer does not.
                vertx.setTimer(PAUSE_MS, othersHadTheirTurn -> send());
                return;
            }
        }
    }
}
