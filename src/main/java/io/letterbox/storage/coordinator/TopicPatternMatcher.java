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
 * Matches the regular expressions of all groups with topics on one thread of its own, so that neither a shard nor an
 * event loop waits for expressions that clients write, and caches the results. Safe from any thread.
 */
public final class TopicPatternMatcher implements TopicPatterns {
    /** Expressions that are cached, each with its text and the names that match. */
    static final int MAX_KNOWN = 500;

    /**
     * Expressions that may wait for the thread. A member whose expression is not taken asks again with its next
     * heartbeat.
     */
    static final int MAX_WAITING = 200;

    /**
     * How long a heartbeat waits for its expression. After that it goes on without, and a later heartbeat gets the
     * topics.
     */
    private static final long LONGEST_WAIT_MS = 1_000;

    private static final String THREAD = "letterbox-topic-patterns";

    private final VertxInternal vertx;
    private final WorkerExecutorInternal thread;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Map<String, Future<?>> waiting = new ConcurrentHashMap<>();
    private final AtomicLong uses = new AtomicLong();

    /** A cached result, and when it was last used. */
    private static final class Known {
        final TopicMatch match;
        volatile long used;

        Known(TopicMatch match, long used) {
            this.match = match;
            this.used = used;
        }
    }

    public TopicPatternMatcher(Vertx vertx) {
        this.vertx = (VertxInternal) vertx;
        this.thread = (WorkerExecutorInternal) vertx.createSharedWorkerExecutor(THREAD, 1);
    }

    /** Queues a task on the thread that matches. */
    public void onThread(Runnable work) {
        thread.pool().executor().execute(work);
    }

    @Override
    public Optional<TopicMatch> find(String regex, ClusterImage image) {
        Optional<TopicMatch> found = lookUp(regex, image);
        if (found.isEmpty()) match(regex, image);
        return found;
    }

    /** Matches an expression before its coordinator looks it up. Completes on the caller's context and never fails. */
    Future<Void> prepare(String regex, ClusterImage image) {
        Promise<Void> ready = vertx.getOrCreateContext().promise();
        if (lookUp(regex, image).isPresent()) ready.complete();
        else match(regex, image).timeout(LONGEST_WAIT_MS, TimeUnit.MILLISECONDS).onComplete(done -> ready.complete());
        return ready.future();
    }

    private Optional<TopicMatch> lookUp(String regex, ClusterImage image) {
        Known found = known.get(regex);
        if (found == null) return Optional.empty();
        found.used = uses.incrementAndGet();
        // A result for a newer image is fine: it can only have topics that this shard does not know yet.
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
