package io.letterbox.cluster.forwarding;

import io.letterbox.access.Principal;
import io.letterbox.audit.Actor;
import io.letterbox.bus.ActiveProducer;
import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.bus.ClusterFigures;
import io.letterbox.bus.Metadata;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Partitions;
import io.letterbox.bus.ProducerIdSource;
import io.letterbox.bus.TopicUse;
import io.letterbox.cluster.PeerException;
import io.letterbox.cluster.PeerRequestKind;
import io.letterbox.cluster.Peers;
import io.letterbox.cluster.forwarding.PartitionRequest.AppendBatch;
import io.letterbox.cluster.forwarding.PartitionRequest.AskCoordinator;
import io.letterbox.cluster.forwarding.PartitionRequest.DescribeStatuses;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.QuorumStatus;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TopicPartition;
import io.letterbox.time.Clock;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * The partitions of a cluster: what this node leads is done by its own shards, anything else by the node that leads it.
 * Any thread.
 *
 * <p>Appends of one thread to one partition go through a {@link PublishLane} and keep their order, also if the leader
 * changes meanwhile; other requests keep theirs while it does not. Markers and batches of transactions are tried once:
 * whoever sends them repeats them. A question to a coordinator is sent once, too, unless it is certain that nobody has
 * heard it.
 */
public final class ClusterPartitions implements Partitions {
    /** How long one attempt to append a batch on another node may take before the batch is sent again. */
    static final long ATTEMPT_MS = 5_000;

    /** How long anything but an append is tried. */
    static final long PATIENCE_MS = 5_000;

    /** How long a node may take to say what its partitions have. */
    private static final long STATUS_MS = 2_500;

    private static final long RETRY_MS = 100;

    private final VertxInternal vertx;
    private final Partitions local;
    private final Peers peers;
    private final ProducerIdSource producerIds;
    private final Routes routes;
    private final OpenRequests open;
    private final ForwardingCodec codec = new ForwardingCodec();
    private final ProvenLeader proven;
    private final ForwardedRequests answers;
    private final LeaderStatuses statuses;
    private final TopicUse topicUse;
    private final Map<ContextInternal, PublishLanes> lanes = new ConcurrentHashMap<>();

    private final LongAdder sent = new LongAdder();
    private final LongAdder failed = new LongAdder();

    /** Where appends of threads go that have no context of their own. */
    private final ContextInternal others;

    /**
     * @param metadata the image, which has the leaders
     * @param local this node's own shards
     * @param producerIds the ids under which this node's doors publish
     * @param proof of a shard: complete when this node has everything that was committed in it before the call
     */
    public ClusterPartitions(
            Vertx vertx,
            Metadata metadata,
            Partitions local,
            Peers peers,
            ProducerIdSource producerIds,
            IntFunction<Future<Void>> proof) {
        this.vertx = (VertxInternal) vertx;
        this.local = local;
        this.peers = peers;
        this.producerIds = producerIds;
        this.routes = new Routes(metadata);
        this.open = new OpenRequests(routes);
        this.others = this.vertx.createEventLoopContext();
        this.proven = new ProvenLeader(this.vertx, local, routes, self(), proof);
        this.statuses = new LeaderStatuses(this.vertx, routes, self(), proven, this::statusesAt);
        this.topicUse = new TopicReadiness(this.vertx, metadata, local, statuses, self(), this::statusesAt);
        metadata.onChange(image -> {
            open.onLeaders();
            lanes.forEach((context, all) -> context.runOnContext(changed -> all.hurry()));
        });
        this.answers = new ForwardedRequests(vertx, local, proven, routes, codec);
        peers.answer(PeerRequestKind.PARTITIONS, answers::answer);
    }

    @Override
    public Partitions local() {
        return local;
    }

    /** Whether there is such a partition, and this node does not lead it, as far as it knows. */
    public boolean isLedElsewhere(TopicPartition partition) {
        return routes.exists(partition) && !isNear(partition);
    }

    @Override
    public boolean isNear(TopicPartition partition) {
        return routes.leaderOf(partition) == self();
    }

    @Override
    public Future<Appended> append(Append append) {
        RecordBatch batch = RecordBatch.of(append.batch());
        if (batch.isControl() || batch.isTransactional()) {
            once(append.partition(), () -> appendLocally(append), appendBatch(append), ATTEMPT_MS)
                    .onComplete(outcome -> {
                        if (outcome.succeeded()) append.done().tryComplete(outcome.result());
                        else append.done().tryFail(outcome.cause());
                    });
        } else {
            ContextInternal current = ContextInternal.current();
            if (current != null && current.owner() == vertx) {
                lanes.computeIfAbsent(current.unwrap(), this::lanes).append(append);
            } else {
                others.runOnContext(
                        handed -> lanes.computeIfAbsent(others, this::lanes).append(append));
            }
        }
        return append.done().future();
    }

    private PublishLanes lanes(ContextInternal context) {
        return new PublishLanes(
                context, new PublishLanes.Surroundings(this::attempt, routes::exists, producerIds::next));
    }

    @Override
    public void appendAll(List<Append> appends) {
        for (Append append : appends) append(append);
    }

    /** Sends a batch of a lane where its partition is led now. */
    private Future<Appended> attempt(LaneBatch batch) {
        Append append = batch.append();
        Append copy = new Append(
                append.partition(), batch.copy(), append.recordCount(), append.guard(), append.principal(), promise());
        return once(append.partition(), () -> local.append(copy), appendBatch(copy), ATTEMPT_MS);
    }

    private Future<Appended> appendLocally(Append append) {
        Promise<Appended> done = promise();
        return local.append(new Append(
                append.partition(), append.batch(), append.recordCount(), append.guard(), append.principal(), done));
    }

    private static AppendBatch appendBatch(Append append) {
        return new AppendBatch(
                append.partition(), append.recordCount(), append.principal(), append.guard(), append.batch());
    }

    @Override
    public Future<Long> deleteRecords(TopicPartition partition, long beforeOffset, Actor by) {
        return patiently(
                partition,
                () -> local.deleteRecords(partition, beforeOffset, by),
                new PartitionRequest.DeleteRecords(partition, beforeOffset, by),
                PATIENCE_MS);
    }

    @Override
    public Future<List<ActiveProducer>> describeProducers(TopicPartition partition) {
        return patiently(
                partition,
                () -> proven.describeProducers(partition),
                new PartitionRequest.DescribeProducers(partition),
                PATIENCE_MS);
    }

    @Override
    public <R> Future<R> ask(TopicPartition partition, CoordinatorCommand<R> command, Principal principal) {
        if (!codec.isKnown(command.getClass())) return local.ask(partition, command, principal);
        return patiently(
                partition,
                () -> local.ask(partition, command, principal),
                new AskCoordinator<>(partition, principal, command),
                Math.min(command.deadlineMs(), Peers.MAX_TIMEOUT_MS));
    }

    @Override
    public Future<Map<Integer, Integer>> findProducer(String topic, int partitions, long producerId) {
        Set<Integer> leaders = new HashSet<>();
        Map<Integer, Integer> found = new HashMap<>();
        for (int number = 0; number < partitions; number++) {
            int leader = routes.leaderOf(new TopicPartition(topic, number));
            if (leader == Routes.NOBODY) found.put(number, UNREADABLE);
            else leaders.add(leader);
        }
        PartitionRequest.FindProducer request = new PartitionRequest.FindProducer(topic, partitions, producerId);
        List<Future<Map<Integer, Integer>>> answers = new ArrayList<>();
        for (int leader : leaders) {
            Future<Map<Integer, Integer>> answer = leader == self()
                    ? proven.findProducer(topic, partitions, producerId)
                    : forward(leader, request, PATIENCE_MS);
            answers.add(answer.map(known -> onlyLedBy(leader, topic, known))
                    .otherwise(failure -> unreadable(leader, topic, partitions)));
        }
        Promise<Map<Integer, Integer>> all = promise();
        Future.all(answers)
                .map(answered -> {
                    for (Future<Map<Integer, Integer>> answer : answers) found.putAll(answer.result());
                    return found;
                })
                .onComplete(all);
        return all.future();
    }

    @Override
    public Future<Map<TopicPartition, PartitionStatus>> statuses(Map<TopicPartition, UUID> incarnations) {
        return statuses.of(incarnations);
    }

    private Future<Map<TopicPartition, PartitionStatus>> statusesAt(int node, DescribeStatuses request) {
        return forward(node, request, STATUS_MS);
    }

    /**
     * Who agrees on the metadata.
     *
     * @param controller which node leads them, as far as this one knows; -1 for none
     * @param here what this node says while that is itself, null otherwise
     */
    public Supplier<Future<QuorumStatus>> quorum(IntSupplier controller, Supplier<QuorumStatus> here) {
        answers.describeQuorumBy(here);
        return () -> {
            int node = controller.getAsInt();
            if (node < 0) return Future.failedFuture(PeerException.notSent(node, "nobody is known to lead"));
            Future<QuorumStatus> asked = node == self()
                    ? Future.succeededFuture(here.get())
                    : forward(node, new PartitionRequest.DescribeQuorum(), STATUS_MS);
            return asked.compose(status -> status == null
                    ? Future.failedFuture(PeerException.notSent(node, "it does not lead any more"))
                    : Future.succeededFuture(status));
        };
    }

    /** Whether topics have arrived where they are led. */
    public TopicUse topicUse() {
        return topicUse;
    }

    /** What a node says of partitions that others lead is out of date at times. */
    private Map<Integer, Integer> onlyLedBy(int leader, String topic, Map<Integer, Integer> known) {
        Map<Integer, Integer> led = new HashMap<>(known);
        led.keySet().removeIf(number -> routes.leaderOf(new TopicPartition(topic, number)) != leader);
        return led;
    }

    private Map<Integer, Integer> unreadable(int leader, String topic, int partitions) {
        Map<Integer, Integer> unreadable = new HashMap<>();
        for (int number = 0; number < partitions; number++) {
            if (routes.leaderOf(new TopicPartition(topic, number)) == leader) unreadable.put(number, UNREADABLE);
        }
        return unreadable;
    }

    /** Asks whoever leads until somebody has heard it, or the time is up. */
    private <R> Future<R> patiently(
            TopicPartition partition, Supplier<Future<R>> here, PartitionRequest<R> request, long timeoutMs) {
        Promise<R> done = promise();
        long untilMs = Clock.system().elapsedMs() + timeoutMs;
        patiently(partition, here, request, untilMs, done);
        return done.future();
    }

    private <R> void patiently(
            TopicPartition partition,
            Supplier<Future<R>> here,
            PartitionRequest<R> request,
            long untilMs,
            Promise<R> done) {
        long leftMs = Math.max(1, untilMs - Clock.system().elapsedMs());
        once(partition, here, request, leftMs).onComplete(outcome -> {
            if (outcome.succeeded()) {
                done.complete(outcome.result());
            } else if (!isUnheard(partition, outcome.cause()) || Clock.system().elapsedMs() + RETRY_MS >= untilMs) {
                done.fail(refusal(request, outcome.cause()));
            } else {
                long waitMs = routes.learn(partition, outcome.cause()) ? 1 : RETRY_MS;
                vertx.setTimer(waitMs, again -> patiently(partition, here, request, untilMs, done));
            }
        });
    }

    /** Whether a failure says for certain that nobody has done anything, and that somebody may. */
    private boolean isUnheard(TopicPartition partition, Throwable failure) {
        if (failure instanceof PeerException peer) return !peer.mayBeDone();
        if (!(failure instanceof ApiException refusal)) return false;
        return switch (refusal.code()) {
            case NOT_LEADER, NOT_COORDINATOR -> true;
            case UNKNOWN_PARTITION -> routes.exists(partition);
            default -> false;
        };
    }

    /** Whoever asks a coordinator is told in the words of coordinators that none answers. */
    private static Throwable refusal(PartitionRequest<?> request, Throwable failure) {
        boolean asked = request instanceof AskCoordinator<?>;
        boolean unanswered = failure instanceof PeerException
                || failure instanceof ApiException refusal && refusal.code() == ErrorCode.NOT_LEADER;
        if (!asked || !unanswered) return failure;
        return new ApiException(ErrorCode.COORDINATOR_NOT_AVAILABLE, failure.getMessage());
    }

    /** Asks whoever leads, once. The future completes on the caller's context. */
    private <R> Future<R> once(
            TopicPartition partition, Supplier<Future<R>> here, PartitionRequest<R> request, long timeoutMs) {
        int leader = routes.leaderOf(partition);
        if (leader == self()) return here.get();
        if (leader == Routes.NOBODY && !routes.exists(partition)) return here.get();
        Promise<R> done = promise();
        if (leader == Routes.NOBODY) {
            done.fail(PeerException.notSent(leader, "nobody is known to lead " + partition));
        } else {
            Future<R> answer = forward(leader, request, Math.min(timeoutMs, ATTEMPT_MS))
                    .onFailure(failure -> routes.learn(partition, failure));
            open.await(partition, leader, answer, done);
        }
        return done.future();
    }

    private <R> Future<R> forward(int leader, PartitionRequest<R> request, long timeoutMs) {
        Buffer body = codec.encode(request);
        if (body.length() > Peers.MAX_BODY_BYTES) {
            return Future.failedFuture(new ApiException(
                    ErrorCode.RECORD_TOO_LARGE,
                    "A batch of " + body.length() + " bytes is too large to be handed to node " + leader
                            + ", which leads the partition. Publish it there."));
        }
        sent.increment();
        return peers.ask(leader, PeerRequestKind.PARTITIONS, body, timeoutMs)
                .map(answer -> codec.decodeAnswer(request, answer))
                .onFailure(refused -> failed.increment());
    }

    /** How much was forwarded so far. */
    public ClusterFigures.Forwarding forwarding() {
        // In this order: none may seem to have failed before it was sent.
        long failures = failed.sum();
        return new ClusterFigures.Forwarding(sent.sum(), failures);
    }

    private int self() {
        return peers.self().node();
    }

    private <R> Promise<R> promise() {
        return vertx.getOrCreateContext().promise();
    }
}
