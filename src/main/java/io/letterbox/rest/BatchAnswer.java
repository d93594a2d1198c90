package io.letterbox.rest;

import io.letterbox.bus.Appended;
import io.letterbox.http.Problem;
import io.letterbox.http.ProblemException;
import io.letterbox.publishing.PublishCallback;
import java.util.Arrays;

/**
 * The callback of a request with many records: notes the run of each record and the outcome of each run, and answers
 * when all runs are settled. Subclasses write the answer. Owned by one event loop.
 */
abstract class BatchAnswer implements PublishCallback {
    /** Stands for the run of a record that was refused before it got into one. */
    static final int NO_RUN = -1;

    private static final int INITIAL_RUNS = 4;

    final PublishRequest request;

    /** The run of each record, in the order of the request. */
    private final int[] runOf;

    private int records;

    // Parallel arrays, one entry per run.
    private int[] partitions = new int[INITIAL_RUNS];
    private int[] counts = new int[INITIAL_RUNS];
    private long[] offsets = new long[INITIAL_RUNS];
    private long[] appendTimesMs = new long[INITIAL_RUNS];
    private Problem[] problems = new Problem[INITIAL_RUNS];
    private int runs;
    private int outstanding;
    private int failures;
    private boolean sealed;

    BatchAnswer(PublishRequest request, int maxRecords) {
        this.request = request;
        this.runOf = new int[maxRecords];
    }

    /** Notes the run of the next record, or {@link #NO_RUN}. */
    final void record(int run) {
        runOf[records++] = run;
        if (run != NO_RUN) counts[run]++;
    }

    /** Marks the end of the records; the request is answered when all runs are settled. */
    final void seal() {
        sealed = true;
        answerWhenSettled();
    }

    @Override
    public final int begin(int partition) {
        if (runs == partitions.length) grow();
        partitions[runs] = partition;
        outstanding++;
        return runs++;
    }

    @Override
    public final void acknowledged(int run, long firstOffset, Appended appended) {
        offsets[run] = firstOffset;
        appendTimesMs[run] = appended.logAppendTimeMs();
        outstanding--;
        answerWhenSettled();
    }

    @Override
    public final void failed(int run, Throwable why) {
        problems[run] = request.problem(why);
        failures++;
        outstanding--;
        answerWhenSettled();
    }

    private void answerWhenSettled() {
        if (!sealed || outstanding > 0) return;
        if (runs > 0 && failures == runs && refusesAsWhole()) {
            request.refuse(new ProblemException(problems[0]));
        } else {
            answer();
        }
    }

    /** Whether a request of which nothing was written is refused as a whole. */
    boolean refusesAsWhole() {
        return true;
    }

    /** Writes the answer; called once, when the outcome of every record is known. */
    abstract void answer();

    final int records() {
        return records;
    }

    final int runOf(int record) {
        return runOf[record];
    }

    final int runs() {
        return runs;
    }

    final int partition(int run) {
        return partitions[run];
    }

    final int count(int run) {
        return counts[run];
    }

    /** The offset of the run's first record. */
    final long offset(int run) {
        return offsets[run];
    }

    /** The append time of the run's records, or -1. */
    final long appendTimeMs(int run) {
        return appendTimesMs[run];
    }

    /** Why a run was refused, or null if it was written. */
    final Problem problem(int run) {
        return problems[run];
    }

    /** True if a run was refused. */
    final boolean hasFailures() {
        return failures > 0;
    }

    /** The first offset of each run, as cursors for walking the records in order. */
    final long[] walk() {
        return Arrays.copyOf(offsets, runs);
    }

    private void grow() {
        int room = runs * 2;
        partitions = Arrays.copyOf(partitions, room);
        counts = Arrays.copyOf(counts, room);
        offsets = Arrays.copyOf(offsets, room);
        appendTimesMs = Arrays.copyOf(appendTimesMs, room);
        problems = Arrays.copyOf(problems, room);
    }
}
