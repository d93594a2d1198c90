package io.letterbox.storage;

import io.letterbox.disk.ForceFailedException;
import io.letterbox.log.Flush;
import io.letterbox.text.FileTrouble;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;

/**
 * Makes several logs durable at the same time. Six concurrent forces take well under half the time of six consecutive
 * ones, because the kernel merges their flushes. Used by all shards; has no state of its own.
 */
public final class ParallelFsync {
    /** Forces under way at the same time, over all shards; more did not make a disk faster. */
    public static final int THREADS = 6;

    private final Executor threads;
    private final Runnable onFailure;

    /**
     * @param threads threads that may block on a disk; more than {@value #THREADS} are of no use
     * @param onFailure run when a force has failed, at once and on the thread that forced
     */
    public ParallelFsync(Executor threads, Runnable onFailure) {
        this.threads = threads;
        this.onFailure = onFailure;
    }

    /**
     * Forces all of them, and returns when all are over, so that no force runs beside what the shard does next.
     *
     * @throws ForceFailedException if one failed; its log is poisoned
     * @throws IOException if a resource was short for one of them; it may be tried again
     */
    void force(List<Flush> flushes) throws IOException {
        List<Callable<Void>> works = new ArrayList<>(flushes.size());
        for (Flush flush : flushes) {
            works.add(() -> {
                try {
                    force(flush);
                } catch (RuntimeException | Error failed) {
                    // It is unknown how much was forced, so this counts as a failed force.
                    throw new ForceFailedException("A log", new IOException(FileTrouble.reason(failed), failed));
                }
                return null;
            });
        }
        all(works);
    }

    /**
     * Runs several tasks that wait for a disk, in parallel as far as that is useful. Returns when all of them are over,
     * with their results in order.
     *
     * @throws ForceFailedException if a force failed
     * @throws IOException if a resource was short for one of them
     */
    <R> List<R> all(List<Callable<R>> works) throws IOException {
        List<FutureTask<R>> tasks = new ArrayList<>(works.size());
        for (Callable<R> work : works) tasks.add(new FutureTask<>(work));
        for (int index = 1; index < tasks.size(); index++) threads.execute(tasks.get(index));
        // This thread runs the tasks that no pool thread has begun: a busy pool costs speed, never a wait for a free
        // thread.
        for (FutureTask<R> task : tasks) task.run();
        return awaitAll(tasks);
    }

    /**
     * Makes several logs durable one after the other, while the caller goes on. A shortage in one of them does not stop
     * the others. The future fails at once if a force failed, otherwise with the first shortage.
     */
    CompletableFuture<Void> forceInBackground(List<Flush> flushes) {
        return CompletableFuture.runAsync(() -> forceAll(flushes), threads);
    }

    /** Runs another task that forces files, while the caller goes on. */
    CompletableFuture<Void> inBackground(Housekeeping.DiskTask work) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        work.run();
                    } catch (ForceFailedException fatal) {
                        onFailure.run();
                        throw new UncheckedIOException(fatal);
                    } catch (IOException lacking) {
                        throw new UncheckedIOException(lacking);
                    }
                },
                threads);
    }

    private void forceAll(List<Flush> flushes) {
        IOException first = null;
        for (Flush flush : flushes) {
            try {
                force(flush);
            } catch (ForceFailedException fatal) {
                throw new UncheckedIOException(fatal);
            } catch (IOException lacking) {
                if (first == null) first = lacking;
            }
        }
        if (first != null) throw new UncheckedIOException(first);
    }

    private void force(Flush flush) throws IOException {
        try {
            flush.force();
        } catch (ForceFailedException | RuntimeException failed) {
            onFailure.run();
            throw failed;
        }
    }

    private static <R> List<R> awaitAll(List<FutureTask<R>> tasks) throws IOException {
        List<R> results = new ArrayList<>(tasks.size());
        Throwable failure = null;
        boolean interrupted = false;
        for (FutureTask<R> task : tasks) {
            for (boolean over = false; !over; ) {
                try {
                    results.add(task.get());
                    over = true;
                } catch (ExecutionException e) {
                    if (failure == null || !isLacking(e.getCause())) failure = e.getCause();
                    over = true;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
        if (failure instanceof IOException io) throw io;
        if (failure instanceof RuntimeException unexpected) throw unexpected;
        if (failure instanceof Error unexpected) throw unexpected;
        if (failure != null) throw new IOException(failure);
        return results;
    }

    private static boolean isLacking(Throwable failure) {
        return failure instanceof IOException && !(failure instanceof ForceFailedException);
    }
}
