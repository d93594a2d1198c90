package io.letterbox.kafka.fetch;

import io.letterbox.bus.FetchReader;
import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.kafka.api.KafkaResponse;
import io.letterbox.telemetry.TopicMeters;
import io.letterbox.time.Clock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.Errors;

/** The fetches of one event loop, which owns this object: the fetch sessions, and the fetches that wait. */
final class FetchLoop {
    private static final int CONSUMER = -1;

    /** The first version with an error code for the whole response. */
    private static final short TOP_LEVEL_ERRORS_FROM = 7;

    /**
     * Delay before waiting fetches look at a new image: changes of the metadata come in bursts, as when many topics are
     * created.
     */
    private static final long IMAGE_CHANGE_MS = 50;

    private static final long NONE = -1;

    private final Vertx vertx;
    private final DoorServices backend;
    private final PartitionGate gate;
    private final FetchWaiters waiters = new FetchWaiters();
    private final FetchSessions sessions;
    private final long longestWaitMs;
    private long timerDueMs = NONE;
    private boolean imageChanged;
    private boolean draining;
    private int rotation;

    FetchLoop(DoorServices backend, Vertx vertx, PartitionGate gate) {
        this.vertx = vertx;
        this.backend = backend;
        this.gate = gate;
        this.longestWaitMs = backend.config().limits().longPollMs();
        this.sessions = new FetchSessions(
                FetchLimits.SESSIONS,
                FetchLimits.SESSION_PARTITIONS,
                () -> ThreadLocalRandom.current().nextInt(),
                waiters::unlist);
        backend.reader().onCommitted(waiters::onCommitted);
        backend.metadata().onChange(image -> onImageChange());
    }

    Future<KafkaResponse> fetch(KafkaRequest request) {
        FetchRequestData body = request.body(FetchRequestData.class);
        if (isFollower(body)) return Future.succeededFuture(refuseFollower(body, request.version()));
        Errors refusal = refusal(body);
        if (refusal != Errors.NONE) return refuse(body, request.version(), refusal);
        long elapsedMs = elapsedMs();
        // The session's previous request is answered first, because the new request changes the partitions that it
        // waits for.
        FetchSession before = sessions.find(body.sessionId());
        if (before != null && before.belongsTo(request.client()) && before.pending() != null) {
            before.pending().answerNow();
        }
        FetchSessions.ResolvedFetch wanted = sessions.open(body, request.version(), request.client(), elapsedMs);
        if (wanted.refusal() != Errors.NONE) return Future.succeededFuture(FetchAnswer.refused(wanted.refusal()));
        if (wanted.session() != null && !wanted.incremental()) {
            FetchSession made = wanted.session();
            made.setOnClosed(request.client().onClose(() -> sessions.close(made)));
        }
        long waitMs = Math.min(Math.max(0, body.maxWaitMs()), longestWaitMs);
        PendingFetch fetch =
                new PendingFetch(this, request, rotated(wanted, body), elapsedMs + waitMs, waitMs > 0 && !draining);
        if (wanted.session() != null) wanted.session().setPending(fetch);
        return fetch.start();
    }

    /**
     * Whether a request carries a replica id: followers do not fetch with this protocol but from the server's own
     * peers.
     */
    private static boolean isFollower(FetchRequestData body) {
        int replica = body.replicaState().replicaId() == CONSUMER
                ? body.replicaId()
                : body.replicaState().replicaId();
        return replica >= 0;
    }

    /**
     * Kafka's answer to a replica that is not assigned to the partition: the request is valid, each partition is
     * refused.
     */
    private KafkaResponse refuseFollower(FetchRequestData body, short version) {
        FetchAnswer answer = FetchAnswer.toReplica(version);
        RequestedPartition.all(body, version >= FetchSessions.TOPIC_IDS_FROM)
                .values()
                .forEach(requested -> {
                    PartitionWait partition = new PartitionWait(requested);
                    Errors found = partition.check(gate, false);
                    Errors refusal = found == Errors.NONE ? Errors.NOT_LEADER_OR_FOLLOWER : found;
                    answer.add(partition, answer.refused(partition, refusal));
                });
        return answer.response();
    }

    private static Errors refusal(FetchRequestData body) {
        int partitions = 0;
        for (FetchRequestData.FetchTopic topic : body.topics())
            partitions += topic.partitions().size();
        return partitions > FetchLimits.REQUEST_PARTITIONS ? Errors.INVALID_REQUEST : Errors.NONE;
    }

    private static Future<KafkaResponse> refuse(FetchRequestData body, short version, Errors refusal) {
        if (version >= TOP_LEVEL_ERRORS_FROM) return Future.succeededFuture(FetchAnswer.refused(refusal));
        FetchAnswer answer = new FetchAnswer(version, 0, false);
        RequestedPartition.all(body, false).values().forEach(requested -> {
            PartitionWait partition = new PartitionWait(requested);
            answer.add(partition, answer.refused(partition, refusal));
        });
        return Future.succeededFuture(answer.response());
    }

    /**
     * Rotates the partitions of a request without a session from one request to the next. Such a client may name its
     * partitions in the same order every time; if they do not fit into one response, each has to come first at some
     * time.
     */
    private FetchSessions.ResolvedFetch rotated(FetchSessions.ResolvedFetch wanted, FetchRequestData body) {
        List<? extends PartitionWait> partitions = wanted.partitions();
        if (wanted.session() != null || partitions.size() < 2) return wanted;
        long most = 0;
        for (PartitionWait partition : partitions) most += partition.maxBytes();
        if (most <= body.maxBytes()) return wanted;
        List<PartitionWait> turned = new java.util.ArrayList<>(partitions);
        java.util.Collections.rotate(turned, -Math.floorMod(rotation++, turned.size()));
        return new FetchSessions.ResolvedFetch(turned, null, false, Errors.NONE);
    }

    private void onImageChange() {
        if (imageChanged) return;
        imageChanged = true;
        vertx.setTimer(IMAGE_CHANGE_MS, late -> {
            imageChanged = false;
            waiters.all().forEach(PendingFetch::wake);
        });
    }

    /** Registers a fetch that begins to wait. */
    void startWaiting(PendingFetch fetch) {
        waiters.add(fetch);
        arm();
    }

    /** Removes a fetch that has stopped waiting. */
    void stopWaiting(PendingFetch fetch) {
        waiters.remove(fetch);
    }

    private void arm() {
        long next = waiters.nextDeadlineMs();
        if (next < 0) return;
        long due = (next + FetchLimits.TICK_MS - 1) / FetchLimits.TICK_MS * FetchLimits.TICK_MS;
        if (timerDueMs != NONE && timerDueMs <= due) return;
        timerDueMs = due;
        vertx.setTimer(Math.max(1, due - elapsedMs()), late -> onTimer(due));
    }

    private void onTimer(long due) {
        // A timer that an earlier deadline has replaced leaves timerDueMs alone.
        if (timerDueMs == due) timerDueMs = NONE;
        for (PendingFetch fetch : waiters.due(elapsedMs())) fetch.answerNow();
        arm();
    }

    boolean hasTime(PendingFetch fetch) {
        return !draining && fetch.deadlineMs() > elapsedMs();
    }

    /** Answers all waiting fetches with what there is, because the server stops. */
    void drain() {
        draining = true;
        waiters.all().forEach(PendingFetch::answerNow);
    }

    PartitionGate gate() {
        return gate;
    }

    FetchReader reader() {
        return backend.reader();
    }

    TopicMeters meter(String topic) {
        return backend.meters().topic(topic);
    }

    /** The monotonic time. */
    long elapsedMs() {
        return Clock.system().elapsedMs();
    }
}
