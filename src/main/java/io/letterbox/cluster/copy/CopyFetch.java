package io.letterbox.cluster.copy;

import io.letterbox.cluster.PeerRequestKind;
import io.letterbox.cluster.Peers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;

/**
 * Fetches one copy from another node: asks for what {@link CopyPlan} says, within a {@link CopyBudget}, and has it
 * written by workers. Ends with the first failure; whoever begins again goes on from what was noted. One step after the
 * other.
 */
public final class CopyFetch {
    private static final long PIN_TIMEOUT_MS = 30_000;
    private static final long READ_TIMEOUT_MS = 15_000;

    private final Vertx vertx;
    private final Peers peers;
    private final WorkerExecutor workers;
    private final CopyTarget target;
    private final CopyBudget budget;
    private final LongSupplier elapsedMs;

    // One step after the other; read by any thread.
    private volatile CopyPlan plan;
    private volatile boolean stopped;

    /**
     * @param workers for files
     * @param budget of all copies of this node; used by one event loop
     * @param elapsedMs the monotonic clock
     */
    public CopyFetch(
            Vertx vertx,
            Peers peers,
            WorkerExecutor workers,
            CopyTarget target,
            CopyBudget budget,
            LongSupplier elapsedMs) {
        this.vertx = vertx;
        this.peers = peers;
        this.workers = workers;
        this.target = target;
        this.budget = budget;
        this.elapsedMs = elapsedMs;
    }

    /** Deletes what is left of another copy; blocks. */
    @FunctionalInterface
    public interface Clearing {
        void clear() throws IOException;
    }

    /**
     * Fetches all of it, or goes on; to be called on an event loop.
     *
     * @param from the node that has the files
     * @param clear used where what was begun before cannot go on
     * @return complete when everything is on disk and forced; then it is to be checked, and {@link #release}d
     */
    public Future<CopyManifest> run(int from, int shard, long leastIndex, Clearing clear) {
        return blocking(target::begun)
                .compose(begun -> {
                    boolean same = begun != null
                            && begun.from() == from
                            && target.manifest().shard() == shard
                            && target.manifest().position().index() >= leastIndex;
                    long copy = same ? begun.copy() : 0;
                    return pin(from, new CopyRequest.Pin(shard, leastIndex, copy))
                            .compose(pinned -> same && pinned.copy() == copy
                                    ? Future.succeededFuture(begun)
                                    : begin(from, pinned, clear));
                })
                .compose(progress -> {
                    plan = new CopyPlan(target.manifest(), progress);
                    Promise<Void> done = Promise.promise();
                    step(from, progress.copy(), done);
                    return done.future();
                })
                .map(done -> target.manifest())
                .eventually(() -> blocking(() -> {
                    target.close();
                    return null;
                }));
    }

    private Future<CopyAnswer.Pinned> pin(int from, CopyRequest.Pin pin) {
        return ask(from, pin, PIN_TIMEOUT_MS).map(answer -> (CopyAnswer.Pinned) answer);
    }

    private Future<CopyProgress> begin(int from, CopyAnswer.Pinned pinned, Clearing clear) {
        CopyProgress beginning = new CopyProgress(from, pinned.copy(), 0, 0);
        return manifest(from, pinned, Buffer.buffer())
                .map(CopyManifest::decode)
                .compose(listed -> blocking(() -> {
                    clear.clear();
                    target.begin(listed, beginning);
                    return beginning;
                }));
    }

    private Future<Buffer> manifest(int from, CopyAnswer.Pinned pinned, Buffer list) {
        long left = pinned.manifestBytes() - list.length();
        if (left <= 0) return Future.succeededFuture(list);
        int length = (int) Math.min(left, CopyPlan.RANGE_BYTES);
        CopyRequest read = new CopyRequest.Read(pinned.copy(), CopyRequest.Read.MANIFEST, list.length(), length);
        return ask(from, read, READ_TIMEOUT_MS).compose(answer -> {
            Buffer bytes = ((CopyAnswer.Range) answer).bytes();
            if (bytes.length() == 0) return Future.failedFuture(new IOException("The list of files ends too early."));
            return manifest(from, pinned, list.appendBuffer(bytes));
        });
    }

    /** No chain of futures: a copy has very many steps. */
    private void step(int from, long copy, Promise<Void> done) {
        if (stopped) {
            done.fail(new IOException("The copy was stopped."));
            return;
        }
        CopyStep next = plan.next();
        if (next instanceof CopyStep.Check) {
            done.complete();
            return;
        }
        Future<Void> performed =
                next instanceof CopyStep.Note note ? note(note) : fetch(from, copy, (CopyStep.Fetch) next);
        performed.onComplete(result -> {
            if (result.failed()) done.fail(result.cause());
            else step(from, copy, done);
        });
    }

    private Future<Void> note(CopyStep.Note note) {
        return this.<Void>blocking(() -> {
                    target.note(note);
                    return null;
                })
                .onSuccess(noted -> plan.noted());
    }

    private Future<Void> waited(long waitMs) {
        return waitMs == 0 ? Future.succeededFuture() : vertx.timer(waitMs).mapEmpty();
    }

    private Future<Void> fetch(int from, long copy, CopyStep.Fetch fetch) {
        CopyRequest read = new CopyRequest.Read(copy, fetch.file(), fetch.offset(), fetch.length());
        return waited(budget.take(fetch.length(), elapsedMs.getAsLong()))
                .compose(now -> ask(from, read, READ_TIMEOUT_MS))
                .compose(answer -> write(fetch, (CopyAnswer.Range) answer));
    }

    private Future<Void> write(CopyStep.Fetch fetch, CopyAnswer.Range range) {
        return this.<Void>blocking(() -> {
                    target.write(fetch, range.bytes());
                    return null;
                })
                .map(written -> {
                    // Fails where the other node gives what cannot be.
                    plan.fetched(range.bytes().length(), range.ends());
                    return written;
                });
    }

    /** Tells the other node that its files are not needed any more. */
    public Future<Void> release(CopyProgress progress) {
        return ask(progress.from(), new CopyRequest.Release(progress.copy()), READ_TIMEOUT_MS)
                .mapEmpty();
    }

    private Future<CopyAnswer> ask(int node, CopyRequest request, long timeoutMs) {
        return peers.ask(node, PeerRequestKind.COPY, CopyCodec.encode(request), timeoutMs)
                .map(CopyCodec::decodeAnswer);
    }

    private <T> Future<T> blocking(Callable<T> work) {
        return workers.executeBlocking(work, true);
    }

    /** Ends before the next step; what was noted stays. */
    public void stop() {
        stopped = true;
    }

    /** How many bytes need not be fetched any more; 0 before it is known. Any thread, a little late at times. */
    public long doneBytes() {
        CopyPlan known = plan;
        return known == null ? 0 : known.doneBytes();
    }

    /** How many bytes all of it has; 0 before that is known. Any thread. */
    public long totalBytes() {
        CopyPlan known = plan;
        return known == null ? 0 : known.totalBytes();
    }

    /** How far the copy has come; null before it has begun. */
    public CopyProgress progress() {
        CopyPlan known = plan;
        return known == null ? null : known.progress();
    }
}
