package io.letterbox.cluster.raft;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.ClientId;

/** One leadership of this node in a group, from when everything of earlier ones is applied to its end. */
final class Leadership {
    private final long term;
    private final ClientId client = ClientId.randomId();
    private final AtomicLong calls = new AtomicLong();
    private volatile boolean over;

    Leadership(long term) {
        this.term = term;
    }

    long term() {
        return term;
    }

    /** As whom entries are proposed: never used again, because Ratis remembers what it refused. */
    ClientId client() {
        return client;
    }

    long nextCall() {
        return calls.incrementAndGet();
    }

    boolean isOver() {
        return over;
    }

    void end() {
        over = true;
    }
}
