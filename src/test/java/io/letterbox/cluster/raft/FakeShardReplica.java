package io.letterbox.cluster.raft;

import io.letterbox.storage.replica.LogPosition;
import io.letterbox.storage.replica.Proposal;
import io.letterbox.storage.replica.ShardReplica;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** A shard that keeps texts in memory, and says what became of each that it was to publish. */
final class FakeShardReplica implements ShardReplica, AutoCloseable {
    static final String STORED = "stored";
    static final String REFUSED = "refused";
    static final String UNKNOWN = "unknown";

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Semaphore room = new Semaphore(64);
    private final RaftShardLog log;

    // Written by the shard's thread, read by tests.
    private final List<String> entries = new CopyOnWriteArrayList<>();
    private final List<Long> terms = new CopyOnWriteArrayList<>();
    private final List<String> wrong = new CopyOnWriteArrayList<>();
    private volatile LogPosition last;
    private volatile boolean leading;
    private volatile int owned;

    // The shard's thread.
    private final Deque<Text> queued = new ArrayDeque<>();
    private final List<Text> inFlight = new ArrayList<>();

    private final class Text implements Proposal {
        private final byte[] text;
        private final CompletableFuture<String> outcome = new CompletableFuture<>();

        Text(byte[] text) {
            this.text = text;
        }

        @Override
        public void refused(Throwable why) {
            inFlight.remove(this);
            outcome.complete(REFUSED);
        }
    }

    /** @param before what a replica has kept of an earlier start of it; null for nothing */
    FakeShardReplica(RaftShardLog log, FakeShardReplica before) {
        this.log = log;
        this.last = before == null ? LogPosition.START : before.last;
        if (before != null) entries.addAll(before.entries);
    }

    List<String> entries() {
        return entries;
    }

    List<Long> terms() {
        return terms;
    }

    List<String> wrong() {
        return wrong;
    }

    LogPosition last() {
        return last;
    }

    boolean isLeading() {
        return leading;
    }

    int owned() {
        return owned;
    }

    CompletableFuture<String> publish(String text) {
        return publish(text.getBytes(StandardCharsets.UTF_8));
    }

    CompletableFuture<String> publish(byte[] bytes) {
        Text text = new Text(bytes);
        thread.execute(() -> {
            queued.add(text);
            propose();
        });
        return text.outcome;
    }

    private void propose() {
        while (!queued.isEmpty() && inFlight.size() < log.capacity()) {
            Text next = queued.remove();
            if (!leading) {
                next.outcome.complete(REFUSED);
                continue;
            }
            inFlight.add(next);
            log.propose(ByteBuffer.wrap(next.text.clone()), next);
        }
    }

    /** From now on nothing is done until what is returned is run. */
    Runnable hold() {
        CountDownLatch held = new CountDownLatch(1);
        thread.execute(() -> {
            try {
                held.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        return held::countDown;
    }

    @Override
    public LogPosition restored() {
        return last;
    }

    @Override
    public void apply(LogPosition at, ByteBuffer entry, Proposal own, Runnable applied, Consumer<Throwable> broken) {
        queue(() -> {
            moved(at);
            if (!entry.hasArray()) wrong.add("no heap buffer");
            ByteBuffer read = entry.duplicate();
            byte[] bytes = new byte[Math.min(100, read.remaining())];
            read.get(bytes);
            entries.add(new String(bytes, StandardCharsets.UTF_8));
            if (own instanceof Text text) {
                owned++;
                if (inFlight.remove(text)) text.outcome.complete(STORED);
            }
            applied.run();
            propose();
        });
    }

    @Override
    public void skipped(LogPosition at) {
        queue(() -> moved(at));
    }

    private void moved(LogPosition at) {
        if (at.index() != last.index() + 1) wrong.add(at + " after " + last);
        if (at.term() < last.term()) wrong.add(at + " after " + last);
        last = at;
    }

    @Override
    public void leads(long term) {
        queue(() -> {
            if (leading) wrong.add("leads twice");
            leading = true;
            terms.add(term);
            propose();
        });
    }

    @Override
    public void leadsNoMore() {
        queue(() -> {
            if (!leading) wrong.add("leads no more, and did not");
            leading = false;
            for (Text text : List.copyOf(inFlight)) text.outcome.complete(UNKNOWN);
            inFlight.clear();
            propose();
        });
    }

    private void queue(Runnable task) {
        room.acquireUninterruptibly();
        thread.execute(() -> {
            try {
                task.run();
            } finally {
                room.release();
            }
        });
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
