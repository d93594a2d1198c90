package io.letterbox.entrance;

import io.letterbox.host.Descriptors;
import java.util.concurrent.TimeUnit;

/**
 * The number of files that the process has open, connections among them, and the limit. Logs have to be opened and
 * rolled while clients connect, so connections leave a reserve. Counting lists a directory, so it is done at intervals,
 * and what was opened since is added.
 */
final class OpenFiles {
    /** The share of the limit that is reserved for the server's own files, at most {@link #LARGEST_RESERVE}. */
    private static final int RESERVED_PART = 4;

    private static final long LARGEST_RESERVE = 4096;
    private static final long RARELY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long OFTEN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final long forConnections;
    private final long reserve;
    private long open;
    private long countedNanos;

    /** Reads the limit of this process, as it is at the start. */
    OpenFiles(long nowNanos) {
        this(Descriptors.most() < 0 ? Long.MAX_VALUE : Descriptors.most(), nowNanos);
    }

    private OpenFiles(long max, long nowNanos) {
        this.reserve = Math.min(max / RESERVED_PART, LARGEST_RESERVE);
        this.forConnections = max - reserve;
        count(nowNanos);
    }

    /** Whether one more connection leaves the reserve untouched; if so, it is counted. */
    boolean tryTake(long nowNanos) {
        boolean near = open + reserve > forConnections;
        if (nowNanos - countedNanos > (near ? OFTEN_NANOS : RARELY_NANOS)) count(nowNanos);
        if (open >= forConnections) return false;
        open++;
        return true;
    }

    /** Notes that a connection has been closed. */
    void closed() {
        open--;
    }

    /** How many files may be open before connections are refused. */
    long forConnections() {
        return forConnections;
    }

    private void count(long nowNanos) {
        countedNanos = nowNanos;
        open = Descriptors.open();
    }
}
