package io.letterbox.cluster.forwarding;

import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.record.TopicPartition;
import io.letterbox.time.Clock;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The lanes of one event loop, which owns this object, with their clock and their timer. */
final class PublishLanes {
    /** The most bytes of batches that one event loop keeps until they are answered; more are refused at once. */
    static final long MAX_BYTES = 16L << 20;

    /** Lanes beyond this number are dropped when they have nothing to do; a new one has another producer id. */
    static final int MAX_IDLE = 4_096;

    private static final long TICK_MS = 20;

    private final ContextInternal context;
    private final Surroundings surroundings;
    private final Map<TopicPartition, Lane> lanes = new HashMap<>();
    private final Set<Lane> busy = new LinkedHashSet<>();
    private long bytes;
    private boolean ticking;

    /**
     * What the lanes work with.
     *
     * @param send one attempt to append a batch, completing on the caller's context
     * @param exists whether there is a partition as far as this node knows
     * @param producerIds allocates producer ids
     */
    record Surroundings(
            Function<LaneBatch, Future<Appended>> send,
            Predicate<TopicPartition> exists,
            Supplier<Future<Long>> producerIds) {}

    PublishLanes(ContextInternal context, Surroundings surroundings) {
        this.context = context;
        this.surroundings = surroundings;
    }

    /** On the event loop. */
    void append(Append append) {
        int size = append.batch().remaining();
        if (bytes + size > MAX_BYTES || !lane(append.partition()).offer(append, size)) {
            ApiException full = new ApiException(
                    ErrorCode.TOO_MANY_REQUESTS,
                    "So much waits to be written to " + append.partition() + " or other partitions that no more is"
                            + " taken: nothing was stored. Try again in a moment.");
            context.runOnContext(later -> append.done().tryFail(full));
        }
    }

    /** Another node may lead something: what waits is tried at once. */
    void hurry() {
        long now = now();
        for (Lane lane : List.copyOf(busy)) lane.core.hurry(now);
    }

    private Lane lane(TopicPartition partition) {
        Lane known = lanes.get(partition);
        if (known != null) return known;
        if (lanes.size() >= MAX_IDLE) lanes.values().removeIf(lane -> !busy.contains(lane));
        Lane made = new Lane(partition);
        lanes.put(partition, made);
        return made;
    }

    private void tick() {
        long now = now();
        try {
            for (Lane lane : List.copyOf(busy)) {
                lane.core.tick(now);
                if (lane.core.isIdle()) busy.remove(lane);
            }
        } finally {
            ticking = !busy.isEmpty();
            if (ticking) context.setTimer(TICK_MS, late -> tick());
        }
    }

    private static long now() {
        return Clock.system().elapsedMs();
    }

    /** One lane with what it asks for. */
    private final class Lane implements PublishLane.Outbox {
        private final TopicPartition partition;
        private final PublishLane core = new PublishLane(this);

        Lane(TopicPartition partition) {
            this.partition = partition;
        }

        boolean offer(Append append, int size) {
            bytes += size;
            if (!core.offer(append, now())) {
                bytes -= size;
                return false;
            }
            busy.add(this);
            if (!ticking) context.setTimer(TICK_MS, late -> tick());
            ticking = true;
            return true;
        }

        @Override
        public void send(LaneBatch batch) {
            // An attempt that throws has failed like any other.
            Future.succeededFuture()
                    .compose(now -> surroundings.send().apply(batch))
                    .onComplete(outcome -> context.runOnContext(settled -> {
                        if (outcome.succeeded()) {
                            core.acknowledged(batch, outcome.result(), now());
                        } else {
                            AttemptFailure kind = AttemptFailure.of(
                                    outcome.cause(), surroundings.exists().test(partition));
                            core.failed(batch, kind, AttemptFailure.refusal(outcome.cause()), now());
                        }
                    }));
        }

        @Override
        public void acknowledge(Append append, Appended appended) {
            bytes -= append.batch().remaining();
            append.done().tryComplete(appended);
        }

        @Override
        public void fail(Append append, ApiException why) {
            bytes -= append.batch().remaining();
            append.done().tryFail(why);
        }

        @Override
        public void needProducerId() {
            surroundings
                    .producerIds()
                    .get()
                    .onComplete(outcome -> context.runOnContext(got -> {
                        core.identify(outcome.succeeded() ? outcome.result() : -1, now());
                    }));
        }
    }
}
