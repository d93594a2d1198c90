package io.letterbox.ingress;

import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The bodies or frames that are arriving in several pieces, or the pages that are being written out, oldest first. A
 * client that trickles bytes keeps its connection from being idle; its request is ended all the same, because it holds
 * a part of a budget. Owned by one event loop.
 */
public final class Transfers {
    /** The longest time that a transfer may take; enough for the largest one at 70 KB/s with the default limits. */
    public static final long MAX_SECONDS = 120;

    private static final long LOOK_MS = 5_000;

    private final Map<Transfer, Long> startedNanos = new LinkedHashMap<>();

    /** A body, frame or page in transfer. */
    public interface Transfer {
        /** Ends the transfer, which has taken too long and is no longer listed. */
        void expire();
    }

    /** A list whose overdue transfers are ended every few seconds, on the current event loop. */
    public static Transfers watched(Vertx vertx) {
        Transfers transfers = new Transfers();
        vertx.setPeriodic(LOOK_MS, tick -> transfers.expire(System.nanoTime()));
        return transfers;
    }

    /**
     * Adds a transfer.
     *
     * @param nowNanos by the same clock as in {@link #expire}; not earlier than in any call before
     */
    public void add(Transfer transfer, long nowNanos) {
        startedNanos.put(transfer, nowNanos);
    }

    /** Removes a transfer that is complete; does nothing if it was not added. */
    public void remove(Transfer transfer) {
        startedNanos.remove(transfer);
    }

    /** The number of transfers. */
    public int size() {
        return startedNanos.size();
    }

    /** Ends the transfers that began too long ago. */
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
