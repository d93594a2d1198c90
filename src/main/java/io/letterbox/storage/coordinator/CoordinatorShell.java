package io.letterbox.storage.coordinator;

import io.letterbox.access.Principal;
import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.coordinator.Coordinator;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.coordinator.CoordinatorEffect;
import io.letterbox.coordinator.CoordinatorOutbox;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.error.VerificationGuard;
import io.letterbox.log.CorruptLogException;
import io.letterbox.log.PartitionLog;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.record.TopicPartition;
import io.letterbox.text.FileTrouble;
import io.letterbox.time.Clock;
import io.letterbox.time.Moment;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One coordinator on one partition: loading, then serving, then closed. Owned by the shard's thread.
 *
 * <p>A core encodes what it decides as records of its partition. {@link #write} appends them and hands the same records
 * back to {@link Coordinator#apply}, which decodes and applies them, all in the call that decided. The detour through
 * bytes is on purpose: what is served and what a replay rebuilds are changed by the same code, so that a replay leads
 * to the state that was served.
 *
 * <p>An answer waits for the writes that were made before it, whoever made them: what a core says may rest on them.
 */
final class CoordinatorShell implements CoordinatorOutbox, CoordinatorType.Origin {
    private static final Logger LOG = LoggerFactory.getLogger(CoordinatorShell.class);

    /** How long one step of a replay may occupy the shard before other work gets a chance. */
    private static final long REPLAY_SLICE_MS = 50;

    /** How long after a failed tick the next one comes. */
    private static final long RETRY_MS = 1000;

    private final TopicPartition id;
    private final int epoch;
    private final PartitionLog log;
    private final CoordinatorType kind;
    private final Predicate<Append> appender;
    private final ShellTimers timers;
    private final Clock clock;
    private final Coordinator core;
    private final CoordinatorBatches batches;

    /** Requests that the core has and has not answered; they are failed when the shell closes. */
    private final Set<CoordinatorRequest<?>> open = Collections.newSetFromMap(new IdentityHashMap<>());

    private final ArrayDeque<PendingEffect> held = new ArrayDeque<>();
    private Replay replay;
    private Runnable onLoaded;
    private ClusterImage image;
    private ApiException closed;
    private boolean lacking;
    private long written;
    private long committed;
    private Moment now;
    private long timer = -1;
    private long timerDueMs = Long.MAX_VALUE;

    /** Counts the timers, because one that has gone off cannot be cancelled on its way here. */
    private long timersSet;

    /**
     * An answer or effect that waits until a number of writes is committed.
     *
     * @param release what runs then
     * @param drop what runs if the shell closes before
     */
    private record PendingEffect(long afterWrites, Runnable release, Consumer<ApiException> drop) {}

    /**
     * Makes a coordinator, which has to be loaded.
     *
     * @param id its partition
     * @param epoch the partition's leader epoch
     * @param log the partition's log
     * @param appender appends to the partition, see {@link ShardCoordinators#start}
     */
    CoordinatorShell(
            TopicPartition id,
            int epoch,
            PartitionLog log,
            CoordinatorType kind,
            Predicate<Append> appender,
            ShellTimers timers,
            Clock clock) {
        this.id = id;
        this.epoch = epoch;
        this.log = log;
        this.kind = kind;
        this.appender = appender;
        this.timers = timers;
        this.clock = clock;
        this.core = kind.create(id);
        this.batches = new CoordinatorBatches();
        this.replay = new Replay(log, core);
    }

    /**
     * Begins to replay the log.
     *
     * @param over run once when the replay has ended, also if it failed; maybe before this returns
     */
    void load(Runnable over) {
        onLoaded = over;
        replaySome();
    }

    /** True while the log is being replayed. */
    boolean isLoading() {
        return closed == null && replay != null;
    }

    @Override
    public TopicPartition partition() {
        return id;
    }

    @Override
    public int epoch() {
        return epoch;
    }

    @Override
    public boolean isOpen() {
        return closed == null;
    }

    PartitionLog log() {
        return log;
    }

    /** True if it is closed because a resource was short, so that a new shell may succeed. */
    boolean mayReopen() {
        return closed != null && lacking;
    }

    void configure(TopicConfig config) {
        batches.limit(config.maxMessageBytes());
    }

    // ---- replay

    private void replaySome() {
        if (closed != null) return;
        try {
            long until = clock.elapsedMs() + REPLAY_SLICE_MS;
            while (!replay.isDone()) {
                replay.step();
                if (clock.elapsedMs() >= until && !replay.isDone()) {
                    timers.soon(this::replaySome);
                    return;
                }
            }
            activate();
        } catch (IOException | RuntimeException e) {
            lacking = e instanceof IOException && !(e instanceof CorruptLogException);
            if (lacking) LOG.warn("{} cannot be replayed, and is tried again: {}", id, FileTrouble.sentence(e));
            else LOG.error("{} cannot be replayed, so what it coordinates is not served", id, e);
            close(new ApiException(
                    ErrorCode.COORDINATOR_NOT_AVAILABLE,
                    "The state in " + id + " cannot be read: " + FileTrouble.reason(e)));
        }
    }

    private void activate() {
        if (replay.records() > 0) LOG.info("{}: replayed {} records", id, replay.records());
        replay = null;
        callCore(() -> core.activate(now, this));
        if (image != null) sendImage();
        loaded();
    }

    private void loaded() {
        if (onLoaded == null) return;
        Runnable told = onLoaded;
        onLoaded = null;
        told.run();
    }

    // ---- what comes in

    void onImage(ClusterImage newImage) {
        image = newImage;
        if (closed == null && replay == null) sendImage();
    }

    private void sendImage() {
        CoordinatorCommand<Void> command = kind.imageChanged(image);
        if (command == null) return;
        ask(command)
                .onFailure(refusal ->
                        LOG.debug("The coordinator of {} did not take a notice: {}", id, refusal.toString()));
    }

    @Override
    public <R> Future<R> ask(CoordinatorCommand<R> command) {
        Promise<R> answer = Promise.promise();
        ask(new CoordinatorRequest<>(command, Principal.SERVER, new CoordinatorRequest.ReplyTarget<>() {
            @Override
            public void succeed(R result) {
                answer.complete(result);
            }

            @Override
            public void fail(Throwable refusal) {
                answer.fail(refusal);
            }
        }));
        return answer.future();
    }

    void ask(CoordinatorRequest<?> ask) {
        if (closed != null) {
            ask.reply().fail(closed);
        } else if (replay != null) {
            ask.reply()
                    .fail(new ApiException(
                            ErrorCode.COORDINATOR_LOADING, "The state in " + id + " is still being read. Try again."));
        } else {
            open.add(ask);
            try {
                callCore(() -> core.handle(ask, now, this));
            } catch (ApiException refusal) {
                refuse(ask, refusal);
            } catch (RefusedLaterException later) {
                later.outcome.onFailure(cause -> refuse(ask, refusal(cause)));
            } catch (RuntimeException | AssertionError | StackOverflowError e) {
                LOG.error("The coordinator of {} failed at {}", id, name(ask.command()), e);
                refuse(ask, new ApiException(ErrorCode.INTERNAL, "The coordinator failed."));
            }
        }
    }

    @Override
    public void refuse(CoordinatorRequest<?> ask, ApiException why) {
        if (open.remove(ask)) ask.reply().fail(why);
    }

    /** A command for the log: its type and key only, because members' metadata may have a megabyte. */
    private static String name(CoordinatorCommand<?> command) {
        return command.getClass().getSimpleName() + " " + command.key();
    }

    void onMarker(TransactionOutcome decision) {
        // A replay that is under way will read the marker from the log.
        if (closed != null || replay != null) return;
        callCore(() -> core.applyMarker(decision.producerId(), decision.producerEpoch(), decision.commit()));
    }

    private void tick(long number) {
        if (number != timersSet) return;
        timer = -1;
        timerDueMs = Long.MAX_VALUE;
        if (closed != null) return;
        try {
            callCore(() -> core.tick(now, this));
        } catch (RuntimeException | AssertionError | StackOverflowError e) {
            LOG.error("The coordinator of {} failed at what was due", id, e);
            // The failed deadline is still due: without a pause it would fail again at once.
            if (timer >= 0) timers.cancel(timer);
            timerDueMs = Long.MAX_VALUE;
            arm(clock.elapsedMs() + RETRY_MS);
        }
    }

    /** One call into the core. */
    private void callCore(Runnable call) {
        now = clock.now();
        try {
            call.run();
        } finally {
            if (closed == null) arm(core.nextDeadlineMs());
        }
    }

    private void arm(long dueMs) {
        if (dueMs >= timerDueMs || dueMs == Long.MAX_VALUE) return;
        if (timer >= 0) timers.cancel(timer);
        timerDueMs = dueMs;
        long number = ++timersSet;
        timer = timers.after(Math.max(1, dueMs - clock.elapsedMs()), () -> tick(number));
    }

    // ---- what the core wants

    @Override
    public void write(List<CoordinatorRecord> records) {
        append(CoordinatorBatches.NO_PRODUCER, null, records);
        for (CoordinatorRecord record : records) core.apply(record);
    }

    @Override
    public void writeTransactional(
            long producerId, short producerEpoch, VerificationGuard guard, List<CoordinatorRecord> records) {
        append(new CoordinatorBatches.TransactionalProducer(producerId, producerEpoch), guard, records);
        for (CoordinatorRecord record : records) core.applyTransactional(producerId, producerEpoch, record);
    }

    private void append(
            CoordinatorBatches.TransactionalProducer producer,
            VerificationGuard guard,
            List<CoordinatorRecord> records) {
        if (closed != null) throw closed;
        Promise<Appended> done = Promise.promise();
        ByteBuffer batch = batches.build(now.wallMs(), producer, records);
        boolean appended = appender.test(new Append(id, batch, records.size(), guard, done));
        if (done.future().failed()) throw refusal(done.future().cause());
        if (!appended) throw new RefusedLaterException(done.future());
        written++;
        done.future().onComplete(outcome -> {
            if (outcome.succeeded()) {
                committed();
                return;
            }
            ApiException why = refusal(outcome.cause());
            lacking = why.code() != ErrorCode.STORAGE_FAILED;
            close(why);
        });
    }

    private static ApiException refusal(Throwable cause) {
        if (cause instanceof ApiException known) return known;
        return new ApiException(ErrorCode.INTERNAL, "Appending failed: " + cause);
    }

    private void committed() {
        committed++;
        while (!held.isEmpty() && held.peek().afterWrites() <= committed)
            held.remove().release().run();
    }

    @Override
    public <R> void reply(CoordinatorRequest<R> to, R answer) {
        if (!open.remove(to)) return;
        whenCommitted(() -> to.reply().succeed(answer), to.reply()::fail);
    }

    @Override
    public void perform(CoordinatorEffect effect) {
        // Effects wait for the commit: other partitions must not see the results of a decision that a crash could undo.
        whenCommitted(() -> kind.perform(this, effect), why -> {});
    }

    private void whenCommitted(Runnable release, Consumer<ApiException> drop) {
        if (committed >= written) release.run();
        else held.add(new PendingEffect(written, release, drop));
    }

    /** How many requests the core has not answered yet. */
    int openRequests() {
        return open.size();
    }

    /** Refuses the requests that wait and all later ones. */
    void close(ApiException why) {
        if (closed != null) return;
        closed = why;
        if (timer >= 0) timers.cancel(timer);
        open.forEach(ask -> ask.reply().fail(why));
        open.clear();
        // Their answers depend on writes that may never be committed.
        held.forEach(waiting -> waiting.drop().accept(why));
        held.clear();
        core.close();
        loaded();
    }

    /** Passes through a core whose batch is refused for a reason that is not committed yet. */
    private static final class RefusedLaterException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Future<Appended> outcome;

        RefusedLaterException(Future<Appended> outcome) {
            super("refused later", null, false, false);
            this.outcome = outcome;
        }
    }
}
