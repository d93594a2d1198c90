package io.letterbox.cluster.raft;

import io.letterbox.storage.replica.LogPosition;
import io.letterbox.storage.replica.Proposal;
import io.letterbox.storage.replica.ShardReplica;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Calls a replica, one call at a time: entries come on one thread of Ratis, and that leadership has ended is known
 * while Ratis holds the group's lock, in which nothing may wait; so that is told by another thread. The shard's thread
 * never waits here.
 */
final class ReplicaTurns {
    private final ShardReplica replica;
    private final Semaphore turn = new Semaphore(1, true);

    // Whoever has the turn.
    private Leadership told;
    private boolean toldItsEnd = true;

    ReplicaTurns(ShardReplica replica) {
        this.replica = replica;
    }

    void apply(LogPosition at, ByteBuffer entry, Proposal own, Runnable applied, Consumer<Throwable> broken) {
        inTurn(() -> replica.apply(at, entry, own, applied, broken));
    }

    void skipped(LogPosition at) {
        inTurn(() -> replica.skipped(at));
    }

    void leads(Leadership begun) {
        inTurn(() -> {
            tellEnd();
            told = begun;
            toldItsEnd = false;
            replica.leads(begun.term());
            if (begun.isOver()) tellEnd();
        });
    }

    void leadsNoMore(Leadership ended) {
        inTurn(() -> {
            if (told == ended) tellEnd();
        });
    }

    private void tellEnd() {
        if (toldItsEnd) return;
        toldItsEnd = true;
        replica.leadsNoMore();
    }

    private void inTurn(Runnable call) {
        turn.acquireUninterruptibly();
        try {
            call.run();
        } finally {
            turn.release();
        }
    }
}
