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
 * Makes several logs durable at the same time. A disk answers six forces that it gets at once in well under half the
 * time that it needs for one after the other: the kernel joins their flushes. Used by any shard; keeps nothing.
 */
public final class ParallelFsync {
    /** Forces under way at the same time, all shards together; more did not make a disk faster. */
    public static final int THREADS = 6;

    private final Executor threads;
    private final Runnable onFailure;

    /**
     * @param threads may block on a disk; {@value #THREADS} of them are as many as are useful
     * @param onFailure told at once, on the thread that saw it, when a force has failed
     */
    public ParallelFsync(Executor threads, Runnable onFailure) {
        this.threads = threads;
        this.onFailure = onFailure;
    }

    /**
     * Returns when all of them are over, so that no force runs beside what the shard does next.
     *
     * @throws ForceFailedException where one failed; its log is poisoned
     * @throws IOException where one lacked something and may be tried again
     */
    void force(List<Flush> flushes) throws IOException {
        List<Callable<Void>> works = new ArrayList<>(flushes.size());
        for (Flush flush : flushes) {
            works.add(() -> {
                try {
                    force(flush);
                } catch (RuntimeException | Error failed) {
                    // Nobody knows how far it got.
                    throw new ForceFailedException("A log", new IOException(FileTrouble.reason(failed), failed));
                }
                return null;
            });
        }
        all(works);
    }

    /**
     * Does several things that wait for a disk, as many at the same time as are useful. Returns when all of them are
     * over, with what they gave, in order.
     *
     * @throws ForceFailedException where a force failed
     * @throws IOException where one lacked something
     */
    <R> List<R> all(List<Callable<R>> works) throws IOException {
        List<FutureTask<R>> tasks = new ArrayList<>(works.size());
        for (Callable<R> work : works) tasks.add(new FutureTask<>(work));
        for (int index = 1; index < tasks.size(); index++) threads.execute(tasks.get(index));
        // Whatever no thread has begun yet, this one does: a busy pool costs speed, never a wait for a free thread.
        for (FutureTask<R> task : tasks) task.run();
        return awaitAll(tasks);
    }

    /**
     * Makes several logs durable one after the other, while the caller goes on. Those that lack something keep nobody
     * else from it; fails with a failed force at once, otherwise with the first that lacked something.
     */
    CompletableFuture<Void> forceInBackground(List<Flush> flushes) {
        return CompletableFuture.runAsync(() -> forceAll(flushes), threads);
    }

    /** Does something else that forces files, while the caller goes on. */
    CompletableFuture<Void> inBackground(Housekeeping.Chore work) {
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
