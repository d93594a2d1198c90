package io.letterbox.storage.coordinator;

import io.letterbox.bus.Append;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.PartitionLog;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TopicPartition;
import io.letterbox.time.Clock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The coordinators of one shard. Owned by the shard's thread. */
public final class ShardCoordinators {
    private final Map<String, CoordinatorType> kinds = new HashMap<>();
    private final Map<TopicPartition, CoordinatorShell> byPartition = new HashMap<>();

    /**
     * Shells that have to replay their logs, one after the other: a replay holds deleted state in memory until its end.
     */
    private final ArrayDeque<CoordinatorShell> toLoad = new ArrayDeque<>();

    private CoordinatorShell loading;
    private final Clock clock;
    private Predicate<Append> appender;
    private ShellTimers timers;
    private ClusterImage image;
    private ApiException failure;

    /**
     * @param kinds the coordinator types, by their internal topics
     * @param clock the node's clock
     */
    public ShardCoordinators(List<CoordinatorType> kinds, Clock clock) {
        for (CoordinatorType kind : kinds) this.kinds.put(kind.topic(), kind);
        this.clock = clock;
    }

    /**
     * Starts; to be called before anything else.
     *
     * @param context the shard's context
     * @param appender appends a batch on the shard's thread, as if it had come as a message; returns false if the
     *     batch is refused, whose promise fails before that or when the reason is committed
     */
    public void start(Vertx vertx, Context context, Predicate<Append> appender) {
        start(ShellTimers.of(vertx, context), appender);
    }

    void start(ShellTimers shellTimers, Predicate<Append> shardAppender) {
        timers = shellTimers;
        appender = shardAppender;
    }

    /** The topics whose partitions have coordinators. */
    public Set<String> topics() {
        return kinds.keySet();
    }

    /**
     * Opens or configures the coordinator of a partition that the shard serves, if the topic is internal.
     *
     * @param epoch the partition's leader epoch
     */
    public void onServed(TopicPartition id, int epoch, PartitionLog log, TopicConfig config) {
        CoordinatorType kind = kinds.get(id.topic());
        if (kind == null || log == null || failure != null) return;
        CoordinatorShell held = byPartition.get(id);
        // A shell that gave up is replaced by a new one, which replays the log.
        if (held != null && held.log() == log && held.isOpen()) {
            held.configure(config);
            return;
        }
        if (held != null) held.close(notCoordinator(id));
        CoordinatorShell opened = new CoordinatorShell(id, epoch, log, kind, appender, timers, clock);
        opened.configure(config);
        byPartition.put(id, opened);
        toLoad.add(opened);
        loadNext();
    }

    private void loadNext() {
        while (loading == null || !loading.isLoading()) {
            loading = toLoad.poll();
            if (loading == null) return;
            if (loading.isOpen()) loading.load(this::loadNext);
        }
    }

    /** Closes the coordinators of partitions that the shard does not serve any more. */
    public void retain(Predicate<TopicPartition> served) {
        byPartition.values().removeIf(shell -> {
            if (served.test(shell.partition())) return false;
            shell.close(notCoordinator(shell.partition()));
            return true;
        });
    }

    /** Hands a new image to all coordinators; the shard serves it already. */
    public void onImage(ClusterImage newImage) {
        image = newImage;
        for (CoordinatorShell shell : byPartition.values()) shell.onImage(image);
    }

    /** True if a shell has closed because a resource was short, and should be opened again. */
    public boolean needsReopening() {
        return byPartition.values().stream().anyMatch(CoordinatorShell::mayReopen);
    }

    /** Hands a request to its coordinator, which answers now or later. */
    public void ask(TopicPartition partition, CoordinatorRequest<?> request) {
        CoordinatorType kind = kinds.get(partition.topic());
        Future<Void> prepared = kind == null || image == null ? null : kind.prepare(request.command(), image);
        if (prepared == null) hand(partition, request);
        else prepared.onComplete(ready -> hand(partition, request));
    }

    private void hand(TopicPartition partition, CoordinatorRequest<?> request) {
        CoordinatorShell shell = byPartition.get(partition);
        if (failure != null) request.reply().fail(failure);
        else if (shell == null) request.reply().fail(notCoordinator(partition));
        else shell.ask(request);
    }

    /**
     * Why a batch from outside may not be appended; null if it may. Only coordinators write to their topics, except for
     * the markers that end transactions.
     */
    public ApiException refusal(Append append) {
        if (!kinds.containsKey(append.partition().topic())) return null;
        if (RecordBatch.of(append.batch()).isControl()) return null;
        return new ApiException(
                ErrorCode.INVALID_TOPIC,
                append.partition().topic() + " is kept by the server itself; nobody else publishes to it.");
    }

    /** The transaction's outcome, if the batch is a marker for a partition of an internal topic; else null. */
    public TransactionOutcome outcomeIn(Append append) {
        return kinds.containsKey(append.partition().topic())
                ? TransactionOutcome.of(RecordBatch.of(append.batch()))
                : null;
    }

    /** Tells the partition's coordinator that a marker has been appended: the transaction is decided. */
    public void onMarker(TopicPartition id, TransactionOutcome decision) {
        CoordinatorShell shell = byPartition.get(id);
        if (shell != null) shell.onMarker(decision);
    }

    /** Closes all coordinators because the shard has ended: every request is refused with this error. */
    public void fail(ApiException why) {
        failure = why;
        closeAll(why);
    }

    /** Closes all coordinators because the server stops. */
    public void close() {
        closeAll(new ApiException(ErrorCode.COORDINATOR_NOT_AVAILABLE, "The server is shutting down."));
    }

    private void closeAll(ApiException why) {
        for (CoordinatorShell shell : byPartition.values()) shell.close(why);
        byPartition.clear();
    }

    private static ApiException notCoordinator(TopicPartition id) {
        return new ApiException(ErrorCode.NOT_COORDINATOR, "This node does not coordinate what belongs to " + id + ".");
    }
}
