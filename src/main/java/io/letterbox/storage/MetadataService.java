package io.letterbox.storage;

import io.letterbox.audit.Actor;
import io.letterbox.audit.Audit;
import io.letterbox.bus.Metadata;
import io.letterbox.bus.TopicUse;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.LeaderOverlay;
import io.letterbox.metadata.MetadataLog;
import io.letterbox.metadata.QuorumStatus;
import io.letterbox.metadata.Reply;
import io.letterbox.metadata.ShardLeader;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import io.letterbox.storage.ShardMessage.ApplyImage;
import io.letterbox.text.FileTrouble;
import io.letterbox.time.Clock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Joins the metadata log with the shards: an image becomes visible when every shard of this node has tried to serve it,
 * and a proposal is answered after that. So a client that was told that a topic exists can publish to it at once, and a
 * client that made a topic that cannot be served yet gets an error that says so, while the shards retry.
 */
public final class MetadataService implements Metadata {
    /** So many changes may be agreed on before the first of them is answered. */
    private static final int MAX_UNAUDITED = 1_000;

    /** How long {@link #newest} waits. */
    static final long BARRIER_MS = 2_000;

    /** How long the leaders of partitions may take to follow a change of topics, where nobody says. */
    private static final long FOLLOW_MS = 5_000;

    private final Vertx vertx;
    private final MetadataLog log;
    private final HostedShards shards;
    private final Context context;

    /** Has the shards deployed that an image gives to this node. */
    private volatile ShardDeployer deployer = image -> Future.succeededFuture();

    // Any thread.
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private volatile ClusterImage visible;

    /** Asks which version the cluster has agreed on; null on a single node. */
    private volatile Supplier<Future<Long>> agreedVersion;

    private volatile Supplier<Future<QuorumStatus>> quorum = Future::succeededFuture;

    /** Null on a single node, where a change is followed when it is shown. */
    private volatile TopicUse topicUse;

    // The service's own context.
    private final List<PendingReply> waiting = new ArrayList<>();
    private Map<TopicPartition, ApiException> unserved = Map.of();

    /** The image that the shards were given last; null before the first. */
    private ClusterImage given;

    /** What shards were given and have not answered, by shard. */
    private final Map<Integer, List<Promise<Map<TopicPartition, ApiException>>>> applying = new HashMap<>();

    /** The image that the metadata log published last. */
    private ClusterImage newest;

    /** Of the last image, the deployment of its shards. */
    private Future<Void> deployed = Future.succeededFuture();

    /** The image that the shards have tried to serve last. */
    private ClusterImage applied;

    private final LeaderOverlay overlay = new LeaderOverlay();
    private Map<Integer, ShardLeader> leaders = Map.of();
    private Set<Integer> absent = Set.of();

    /**
     * By version: the images before and after commands that are not answered yet. In a cluster most are answered
     * elsewhere, and audited there: only the last ones are kept.
     */
    private final Map<Long, ImageStep> unaudited = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, ImageStep> eldest) {
            return size() > MAX_UNAUDITED;
        }
    };

    /** Deploys shards. */
    public interface ShardDeployer {
        /**
         * Deploys what an image gives to this node and is not deployed yet, into {@link HostedShards}. Called with one
         * image after the other.
         *
         * @return complete when all of that has been tried. Never fails: what fails is reported elsewhere, and tried
         *     again with the next image
         */
        Future<Void> deploy(ClusterImage image);
    }

    private record Listener(Context context, Consumer<ClusterImage> consumer) {}

    /** The images before and after a command. */
    private record ImageStep(ClusterImage before, ClusterImage after) {}

    /**
     * An answer that is given when an image is visible.
     *
     * @param version of the image
     * @param topic the topic that the command makes or adds partitions to; null for other commands
     */
    private record PendingReply(long version, Reply reply, String topic, Promise<Reply> promise) {}

    /** Nothing is visible before {@link #start()} has completed. */
    public MetadataService(Vertx vertx, MetadataLog log, HostedShards shards) {
        this.vertx = vertx;
        this.log = log;
        this.shards = shards;
        this.context = ((VertxInternal) vertx).createEventLoopContext();
        this.visible = log.image();
        this.newest = visible;
        this.applied = visible;
    }

    /** For a node whose shards are not the same all the time; before {@link #start}. */
    public void deployBy(ShardDeployer shardDeployer) {
        deployer = shardDeployer;
    }

    /** Applies the image that the log begins with, and follows it from there. */
    public Future<Void> start() {
        Promise<Void> started = Promise.promise();
        log.onChange(image -> context.runOnContext(v -> {
            unaudited.put(image.version(), new ImageStep(newest, image));
            newest = image;
            apply(image);
        }));
        context.runOnContext(v -> apply(log.image()).onComplete(started));
        return started.future();
    }

    /**
     * Has doors see who leads which shard. The shards are not asked: who leads is not agreed on, and they know it
     * before anybody else does. Any thread.
     *
     * @param now the leaders by shard, all that are known
     */
    public void showLeaders(Map<Integer, ShardLeader> now) {
        Map<Integer, ShardLeader> known = Map.copyOf(now);
        context.runOnContext(v -> {
            if (known.equals(leaders)) return;
            leaders = known;
            show();
        });
    }

    /** Has doors see which nodes nobody reaches, as {@link #showLeaders} does with leaders. Any thread. */
    public void showAbsent(Set<Integer> now) {
        Set<Integer> gone = Set.copyOf(now);
        context.runOnContext(v -> {
            if (gone.equals(absent)) return;
            absent = gone;
            show();
        });
    }

    /**
     * Has {@link #newest} ask the cluster.
     *
     * @param version gives, on any thread, the version of an image that has everything agreed on before the call
     */
    public void askCluster(Supplier<Future<Long>> version) {
        agreedVersion = version;
    }

    /**
     * Has {@link #quorum} answered.
     *
     * @param status asks the controller, on any thread
     */
    public void describeQuorumBy(Supplier<Future<QuorumStatus>> status) {
        quorum = status;
    }

    @Override
    public Future<QuorumStatus> quorum() {
        Promise<QuorumStatus> asked =
                ((VertxInternal) vertx).getOrCreateContext().promise();
        quorum.get().onComplete(asked);
        return asked.future();
    }

    /** Has changes of topics answered when they have arrived where partitions are led. */
    public void awaitUse(TopicUse use) {
        topicUse = use;
    }

    @Override
    public boolean mayBeBehind() {
        return agreedVersion != null;
    }

    @Override
    public Future<ClusterImage> newest() {
        ContextInternal caller = ((VertxInternal) vertx).getOrCreateContext();
        Supplier<Future<Long>> cluster = agreedVersion;
        if (cluster == null) return caller.succeededFuture(visible);
        Promise<ClusterImage> newest = caller.promise();
        ApiException unknown = new ApiException(
                ErrorCode.NODE_UNREACHABLE,
                "Whether that exists has to be asked of the cluster, and it has not answered. Try again later.");
        context.runOnContext(v -> {
            long timer = vertx.setTimer(BARRIER_MS, late -> newest.tryFail(unknown));
            newest.future().onComplete(settled -> vertx.cancelTimer(timer));
            cluster.get()
                    .onFailure(failure -> newest.tryFail(unknown))
                    .onSuccess(version -> context.runOnContext(known -> showWhenVisible(version, newest)));
        });
        return newest.future();
    }

    private void showWhenVisible(long version, Promise<ClusterImage> newest) {
        if (applied.version() >= version) {
            newest.tryComplete(visible);
            return;
        }
        Promise<Reply> shown = Promise.promise();
        shown.future().onSuccess(reply -> newest.tryComplete(visible));
        PendingReply pending = new PendingReply(version, new Reply.Applied(version), null, shown);
        waiting.add(pending);
        newest.future().onFailure(late -> context.runOnContext(v -> waiting.remove(pending)));
    }

    @Override
    public ClusterImage image() {
        return visible;
    }

    @Override
    public Future<Reply> propose(Command command, Actor by) {
        return changed(command, by, FOLLOW_MS).map(Arrival::reply);
    }

    @Override
    public Future<Reply> propose(Command command, Actor by, long timeoutMs) {
        return changed(command, by, timeoutMs).map(arrival -> {
            if (arrival.everywhere()) return arrival.reply();
            throw new ApiException(
                    ErrorCode.OUTCOME_UNKNOWN,
                    "The change of the topic '" + createdTopic(command) + "' is made, but not all of its partitions"
                            + " take records yet. They do as soon as their leaders can be reached.");
        });
    }

    /**
     * A change that was made.
     *
     * @param everywhere false if the time was up before all leaders of partitions that it makes followed it
     */
    private record Arrival(Reply reply, boolean everywhere) {}

    private Future<Arrival> changed(Command command, Actor by, long timeoutMs) {
        TopicUse use = topicUse;
        if (use == null) return decide(command, by).map(reply -> new Arrival(reply, true));
        long untilMs = Clock.system().elapsedMs() + timeoutMs;
        TopicImage before =
                command instanceof Command.DeleteTopic delete ? visible.topics().get(delete.name()) : null;
        String made = createdTopic(command);
        return decide(command, by).compose(reply -> {
            long leftMs = Math.max(0, untilMs - Clock.system().elapsedMs());
            if (before != null)
                return use.deleted(before, Math.min(leftMs, FOLLOW_MS)).map(gone -> new Arrival(reply, true));
            if (made != null) return use.made(made, leftMs).map(led -> new Arrival(reply, led));
            return Future.succeededFuture(new Arrival(reply, true));
        });
    }

    private Future<Reply> decide(Command command, Actor by) {
        Promise<Reply> promise = ((ContextInternal) vertx.getOrCreateContext()).promise();
        String topic = createdTopic(command);
        log.propose(command)
                .whenComplete((reply, failure) -> context.runOnContext(v -> {
                    audit(command, reply, by);
                    answer(reply, failure, topic, promise);
                }));
        return promise.future();
    }

    @Override
    public void onChange(Consumer<ClusterImage> listener) {
        listeners.add(new Listener(vertx.getOrCreateContext(), listener));
    }

    private static String createdTopic(Command command) {
        if (command instanceof Command.CreateTopic create) return create.name();
        return command instanceof Command.AddPartitions add ? add.name() : null;
    }

    private void audit(Command command, Reply reply, Actor by) {
        if (!(reply instanceof Reply.Applied)) return;
        // The metadata log publishes an image before it answers the command that led to it, so the step is known by
        // now.
        ImageStep step = unaudited.remove(reply.version());
        if (step != null) Audit.record(command, step.before(), step.after(), by);
    }

    private void answer(Reply reply, Throwable failure, String topic, Promise<Reply> promise) {
        if (failure instanceof ApiException refusal) {
            promise.fail(refusal);
        } else if (failure != null) {
            promise.fail(new ApiException(
                    ErrorCode.STORAGE_FAILED, "The change could not be written: " + FileTrouble.reason(failure)));
        } else {
            PendingReply answer = new PendingReply(reply.version(), reply, topic, promise);
            if (visible.version() >= answer.version()) complete(answer);
            else waiting.add(answer);
        }
    }

    private void complete(PendingReply answer) {
        if (answer.reply() instanceof Reply.Refused refused) {
            answer.promise().fail(new ApiException(refused.code(), refused.detail()));
            return;
        }
        ApiException missing = answer.topic() == null ? null : unserved(answer.topic());
        if (missing == null) answer.promise().complete(answer.reply());
        else answer.promise().fail(missing);
    }

    /** Why some partition of a topic that was just made is not served; null if all are. */
    private ApiException unserved(String topic) {
        for (Map.Entry<TopicPartition, ApiException> each : unserved.entrySet()) {
            if (!each.getKey().topic().equals(topic)) continue;
            return new ApiException(
                    each.getValue().code(),
                    "The change of the topic '" + topic + "' is made, but "
                            + each.getValue().getMessage() + ". GET /health/ready shows it until then.");
        }
        return null;
    }

    private Future<Void> apply(ClusterImage image) {
        Promise<Void> ready = ((ContextInternal) context).promise();
        deployed.compose(before -> deployer.deploy(image)).onComplete(ready);
        deployed = ready.future();
        return deployed.compose(there -> applyInShards(image));
    }

    /** Gives a shard that was deployed again what the others have been given already. Any thread. */
    public void bring(int shard) {
        context.runOnContext(v -> {
            ClusterImage newest = given;
            String address = shards.address(shard);
            if (newest == null || address == null) return;
            Promise<Map<TopicPartition, ApiException>> done = ((ContextInternal) context).promise();
            vertx.eventBus().send(address, new ApplyImage(newest, done), LocalCodec.LOCAL);
        });
    }

    /** A shard was undeployed: what it was given and has not taken over any more is not waited for. Any thread. */
    public void gone(int shard) {
        context.runOnContext(v -> {
            List<Promise<Map<TopicPartition, ApiException>>> unanswered = applying.remove(shard);
            if (unanswered != null) unanswered.forEach(each -> each.tryComplete(Map.of()));
        });
    }

    private Future<Void> applyInShards(ClusterImage image) {
        given = image;
        List<Future<Map<TopicPartition, ApiException>>> applied = new ArrayList<>();
        for (int shard : shards.ids()) {
            String address = shards.address(shard);
            if (address == null) continue;
            Promise<Map<TopicPartition, ApiException>> done = ((ContextInternal) context).promise();
            applying.computeIfAbsent(shard, first -> new ArrayList<>()).add(done);
            done.future().onComplete(tried -> forget(shard, done));
            vertx.eventBus().send(address, new ApplyImage(image, done), LocalCodec.LOCAL);
            applied.add(done.future());
        }
        return Future.join(applied)
                .onSuccess(tried -> {
                    Map<TopicPartition, ApiException> all = new HashMap<>();
                    for (Future<Map<TopicPartition, ApiException>> each : applied) all.putAll(each.result());
                    unserved = all;
                    publishImage(image);
                })
                .mapEmpty();
    }

    private void forget(int shard, Promise<Map<TopicPartition, ApiException>> done) {
        List<Promise<Map<TopicPartition, ApiException>>> unanswered = applying.get(shard);
        if (unanswered != null) unanswered.remove(done);
    }

    private void publishImage(ClusterImage image) {
        if (image.version() > applied.version()) applied = image;
        show();
        waiting.removeIf(answer -> {
            if (answer.version() > image.version()) return false;
            complete(answer);
            return true;
        });
    }

    private void show() {
        ClusterImage shown = overlay.show(applied, leaders, absent);
        visible = shown;
        for (Listener listener : listeners) {
            listener.context().runOnContext(v -> listener.consumer().accept(shown));
        }
    }
}
