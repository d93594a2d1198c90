package io.letterbox.storage.coordinator;

import io.letterbox.groups.patterns.TopicMatch;
import io.letterbox.groups.patterns.TopicPatterns;
import io.letterbox.metadata.ClusterImage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.WorkerExecutorInternal;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Matches the expressions of all groups on one thread of its own, so that neither a shard nor an event loop waits for what
 * strangers write, and remembers the results. Safe from any thread.
 */
public final class PatternDesk implements TopicPatterns {
    /** Expressions that are remembered; of each its text and the names that match. */
    static final int MAX_KNOWN = 500;

    /** Expressions that may wait for the thread; who comes later asks again with the next heartbeat. */
    static final int MAX_WAITING = 200;

    /** So long a heartbeat waits for its expression; then it goes on, and the topics come with a later one. */
    private static final long LONGEST_WAIT_MS = 1_000;

    private static final String THREAD = "letterbox-topic-patterns";

    private final VertxInternal vertx;
    private final WorkerExecutorInternal thread;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Map<String, Future<?>> waiting = new ConcurrentHashMap<>();
    private final AtomicLong uses = new AtomicLong();

    /** A result, and when it was last used. */
    private static final class Known {
        final TopicMatch match;
        volatile long used;

        Known(TopicMatch match, long used) {
            this.match = match;
            this.used = used;
        }
    }

    public PatternDesk(Vertx vertx) {
        this.vertx = (VertxInternal) vertx;
        this.thread = (WorkerExecutorInternal) vertx.createSharedWorkerExecutor(THREAD, 1);
    }

    /** Runs something on the thread that matches, behind what waits there. */
    public void onThread(Runnable work) {
        thread.pool().executor().execute(work);
    }

    @Override
    public Optional<TopicMatch> find(String regex, ClusterImage image) {
        Optional<TopicMatch> found = look(regex, image);
        if (found.isEmpty()) match(regex, image);
        return found;
    }

    /** Finds out what an expression stands for before its group is asked; completes on the caller's context, without fail. */
    Future<Void> prepare(String regex, ClusterImage image) {
        Promise<Void> ready = vertx.getOrCreateContext().promise();
        if (look(regex, image).isPresent()) ready.complete();
        else match(regex, image).timeout(LONGEST_WAIT_MS, TimeUnit.MILLISECONDS).onComplete(done -> ready.complete());
        return ready.future();
    }

    private Optional<TopicMatch> look(String regex, ClusterImage image) {
        Known found = known.get(regex);
        if (found == null) return Optional.empty();
        found.used = uses.incrementAndGet();
        // One that is ahead of a shard has no more than topics that this one does not know yet.
        boolean current = found.match.topics() == null || found.match.image().version() >= image.version();
        return current ? Optional.of(found.match) : Optional.empty();
    }

    private Future<?> match(String regex, ClusterImage image) {
        Future<?> under = waiting.get(regex);
        if (under != null) return under;
        if (waiting.size() >= MAX_WAITING) return Future.succeededFuture();
        Promise<Void> done = Promise.promise();
        under = waiting.putIfAbsent(regex, done.future());
        if (under != null) return under;
        thread.executeBlocking(() -> remember(regex, image)).onComplete(matched -> {
            waiting.remove(regex);
            done.complete();
        });
        return done.future();
    }

    private TopicMatch remember(String regex, ClusterImage image) {
        Known before = known.get(regex);
        TopicMatch match = TopicMatch.of(regex, image, before == null ? null : before.match);
        known.put(regex, new Known(match, uses.incrementAndGet()));
        if (known.size() > MAX_KNOWN) {
            known.entrySet().stream()
                    .min(Comparator.comparingLong(each -> each.getValue().used))
                    .ifPresent(unused -> known.remove(unused.getKey()));
        }
        return match;
    }
}
