package io.letterbox.ingress;

import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The bodies or frames that did not come in one piece, or the pages that did not go in one, oldest first. A client that trickles
 * bytes keeps its connection from being idle; this ends its request all the same, because it holds a part of a budget.
 * Owned by one event loop.
 */
public final class Transfers {
    /** How long one may take from its beginning; enough for the largest at 70 KB/s with the standard limits. */
    public static final long MAX_SECONDS = 120;

    private static final long LOOK_MS = 5_000;

    private final Map<Transfer, Long> startedNanos = new LinkedHashMap<>();

    /** A body or a page under way. */
    public interface Transfer {
        /** It has taken too long. It is not looked after any more. */
        void expire();
    }

    /** Ends what is late every few seconds, on the current event loop. */
    public static Transfers watched(Vertx vertx) {
        Transfers transfers = new Transfers();
        vertx.setPeriodic(LOOK_MS, tick -> transfers.expire(System.nanoTime()));
        return transfers;
    }

    /**
     * Looks after a transfer from now on.
     *
     * @param nowNanos of a clock that only {@link #expire} reads as well; not earlier than in any call before
     */
    public void add(Transfer transfer, long nowNanos) {
        startedNanos.put(transfer, nowNanos);
    }

    /** It is done, or was never begun. */
    public void remove(Transfer transfer) {
        startedNanos.remove(transfer);
    }

    /** How many are under way. */
    public int size() {
        return startedNanos.size();
    }

    /** Ends those that began too long ago. */
    public void expire(long nowNanos) {
        List<Transfer> late = new ArrayList<>();
        Iterator<Map.Entry<Transfer, Long>> oldest = startedNanos.entrySet().iterator();
        while (oldest.hasNext()) {
            Map.Entry<Transfer, Long> next = oldest.next();
            if (nowNanos - next.getValue() < TimeUnit.SECONDS.toNanos(MAX_SECONDS)) break;
            oldest.remove();
            late.add(next.getKey());
        }
        late.forEach(Transfer::expire);
    }
}
