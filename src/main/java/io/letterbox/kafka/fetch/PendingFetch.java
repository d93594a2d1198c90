package io.letterbox.kafka.fetch;

import io.letterbox.bus.FetchBudget;
import io.letterbox.bus.FetchedData;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.ReadRequest;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.kafka.api.KafkaResponse;
import io.letterbox.reading.Waiter;
import io.letterbox.telemetry.Door;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;

/**
 * One fetch, from its request to its response. The response is sent when there are enough bytes, when a partition
 * cannot be read, when the deadline has passed, or when the server stops. A waiting fetch costs no CPU. Owned by one
 * event loop.
 */
final class PendingFetch implements Waiter {
    private static final byte READ_COMMITTED = 1;

    /** The first version whose clients may read replicas that do not lead (KIP-392). */
    private static final short FOLLOWERS_FROM = 11;

    private enum State {
        LOOKING,
        WAITING,
        READING,
        OVER
    }

    private final FetchLoop loop;
    private final KafkaRequest request;
    private final FetchRequestData body;
    private final FetchSessions.ResolvedFetch wanted;
    private final Isolation isolation;
    private final long deadlineMs;
    private final Promise<KafkaResponse> promise = Promise.promise();
    private State state = State.LOOKING;
    private boolean mayWait;
    private final boolean following;

    /** Whether partitions that no commit has touched since the last check may be skipped. */
    private final boolean lookOver;

    private Runnable forgetClose = () -> {};

    PendingFetch(
            FetchLoop loop,
            KafkaRequest request,
            FetchSessions.ResolvedFetch wanted,
            long deadlineMs,
            boolean mayWait) {
        this.loop = loop;
        this.request = request;
        this.body = request.body(FetchRequestData.class);
        this.wanted = wanted;
        this.isolation = body.isolationLevel() == READ_COMMITTED ? Isolation.COMMITTED : Isolation.UNCOMMITTED;
        this.deadlineMs = deadlineMs;
        this.following = request.version() >= FOLLOWERS_FROM;
        this.mayWait = mayWait;
        this.lookOver = wanted.incremental() && !wanted.session().isCheckDue(loop.elapsedMs());
    }

    List<? extends PartitionWait> partitions() {
        return wanted.partitions();
    }

    boolean hasSession() {
        return wanted.session() != null;
    }

    long deadlineMs() {
        return deadlineMs;
    }

    boolean isWaiting() {
        return state == State.WAITING;
    }

    Future<KafkaResponse> start() {
        for (PartitionWait partition : partitions()) partition.resetCount();
        evaluate();
        return promise.future();
    }

    /** Looks again, because a partition that the fetch waits for has changed. */
    @Override
    public void wake() {
        if (state != State.WAITING) return;
        leave();
        evaluate();
    }

    /** Ends the wait: the response is what there is now. */
    void answerNow() {
        mayWait = false;
        wake();
    }

    private void evaluate() {
        if (!mayWait || partitions().isEmpty() || isEnough()) read();
        else await();
    }

    /** Checks the partitions until there is a reason to answer. */
    private boolean isEnough() {
        long bytes = 0;
        boolean enough = body.minBytes() <= 0;
        for (PartitionWait partition : partitions()) {
            if (isQuiet(partition)) continue;
            if (partition.check(loop.gate(), following) != Errors.NONE) return true;
            if (enough) continue;
            if (preferred(partition) != PartitionGate.NO_NODE) return true;
            if (partition.requested().lastFetchedEpoch() >= 0 && loop.gate().divergence(partition) != null) return true;
            if (!partition.isReadable(isolation)) continue;
            bytes += body.minBytes() == 1 ? 1 : count(partition);
            if (bytes >= body.minBytes()) return true;
        }
        return enough;
    }

    private int preferred(PartitionWait partition) {
        return following ? loop.gate().preferredReplica(partition.image(), body.rackId()) : PartitionGate.NO_NODE;
    }

    private boolean isQuiet(PartitionWait partition) {
        return lookOver && partition.isQuiet(loop.gate().image(), isolation);
    }

    private long count(PartitionWait partition) {
        long end = partition.status().readableEnd(isolation);
        if (end > partition.countedTo() && partition.readableBytes() < partition.maxBytes()) {
            int limit = partition.maxBytes();
            partition.counted(end, loop.reader().cachedBytes(partition.id(), partition.countedTo(), end, limit));
        }
        return partition.readableBytes();
    }

    private void await() {
        state = State.WAITING;
        loop.startWaiting(this);
        forgetClose = request.client().onClose(this::abandon);
    }

    /** Ends the wait without a response, because the connection has closed. */
    private void abandon() {
        if (state != State.WAITING) return;
        leave();
        state = State.OVER;
        promise.complete(KafkaResponse.NONE);
    }

    private void leave() {
        forgetClose.run();
        forgetClose = () -> {};
        state = State.LOOKING;
        loop.stopWaiting(this);
    }

    /**
     * Reads partition by partition; from the first one on that is not in memory all on a thread that may block. Each
     * partition that is not quiet is looked at again, for three reasons: {@link #isEnough} stops at the first partition
     * that is reason enough to answer; it is not called for a fetch that may not wait; and after {@link #hasMoved} the
     * last look is older than a whole read.
     */
    private void read() {
        state = State.READING;
        FetchBudget budget = new FetchBudget(Math.min(body.maxBytes(), FetchLimits.RESPONSE_BYTES));
        List<? extends PartitionWait> partitions = partitions();
        PartitionResult[] found = new PartitionResult[partitions.size()];
        List<ReadRequest> asks = new ArrayList<>(0);
        int[] askedFor = new int[partitions.size()];
        for (int index = 0; index < found.length; index++) {
            PartitionWait partition = partitions.get(index);
            if (isQuiet(partition) && partition.isTold()) continue;
            found[index] = refusalOf(partition);
            if (found[index] != null) continue;
            FetchedData located = null;
            if (partition.isReadable(isolation)) {
                ReadRequest ask =
                        new ReadRequest(partition.id(), partition.topicId(), partition.offset(), partition.maxBytes());
                if (asks.isEmpty()) located = loop.reader().fetchCached(ask, budget, isolation);
                if (located == null) {
                    askedFor[asks.size()] = index;
                    asks.add(ask);
                }
            } else {
                located = FetchedData.nothing(partition.status());
            }
            found[index] = PartitionResult.read(partition, located);
        }
        if (asks.isEmpty()) {
            answer(found);
            return;
        }
        loop.reader().locate(asks, budget, isolation).onFailure(promise::fail).onSuccess(located -> {
            for (int at = 0; at < asks.size(); at++) {
                PartitionResult before = found[askedFor[at]];
                found[askedFor[at]] = before.with(located.get(at));
            }
            answer(found);
        });
    }

    /**
     * What was found in one partition: a refusal, the point of divergence, the replica to ask instead, or the records
     * from an offset on. In place
     * of a partition about which there is nothing new to tell stands null.
     */
    private record PartitionResult(
            long offset,
            Errors refusal,
            FetchResponseData.EpochEndOffset divergence,
            int preferredReplica,
            FetchedData located) {
        static PartitionResult read(PartitionWait partition, FetchedData located) {
            return new PartitionResult(partition.offset(), Errors.NONE, null, PartitionGate.NO_NODE, located);
        }

        static PartitionResult refused(PartitionWait partition, Errors refusal) {
            return new PartitionResult(partition.offset(), refusal, null, PartitionGate.NO_NODE, null);
        }

        PartitionResult with(FetchedData now) {
            return new PartitionResult(offset, refusal, divergence, preferredReplica, now);
        }

        boolean isEmpty() {
            return refusal == Errors.NONE
                    && divergence == null
                    && preferredReplica == PartitionGate.NO_NODE
                    && located.refusal() == null
                    && located.sizeBytes() == 0;
        }
    }

    private PartitionResult refusalOf(PartitionWait partition) {
        Errors refusal = partition.check(loop.gate(), following);
        if (refusal != Errors.NONE) return PartitionResult.refused(partition, refusal);
        // It has waited for as long as it may; the client asks for the metadata, and again.
        if (partition.isAhead() && !mayWait) return PartitionResult.refused(partition, Errors.OFFSET_NOT_AVAILABLE);
        int preferred = preferred(partition);
        if (preferred != PartitionGate.NO_NODE) {
            FetchedData nothing = FetchedData.nothing(partition.status());
            return new PartitionResult(partition.offset(), Errors.NONE, null, preferred, nothing);
        }
        if (partition.requested().lastFetchedEpoch() < 0) return null;
        FetchResponseData.EpochEndOffset divergence = loop.gate().divergence(partition);
        return divergence == null
                ? null
                : new PartitionResult(
                        partition.offset(),
                        Errors.NONE,
                        divergence,
                        PartitionGate.NO_NODE,
                        FetchedData.nothing(partition.status()));
    }

    private void answer(PartitionResult[] found) {
        // Compaction may have left no record between the offset and the end; an empty answer would make the client ask
        // in a loop.
        if (mayWait && body.minBytes() > 0 && found.length > 0 && isEmpty(found) && loop.hasTime(this)) {
            // A commit during the read did not wake this fetch, because it did not wait then.
            if (hasMoved(found)) read();
            else await();
            return;
        }
        state = State.OVER;
        if (wanted.session() != null && wanted.session().pending() == this)
            wanted.session().setPending(null);
        int sessionId = wanted.session() == null ? 0 : wanted.session().id();
        FetchAnswer answer = new FetchAnswer(request.version(), sessionId, isolation == Isolation.COMMITTED);
        List<PartitionWait> served = new ArrayList<>(0);
        for (int index = 0; index < found.length; index++) {
            PartitionWait partition = partitions().get(index);
            if (found[index] == null) continue;
            PartitionData data = data(answer, partition, found[index]);
            // The session notes what the client is told (KIP-227), even if the response includes every partition
            // anyway.
            boolean changed = partition.maybeUpdateResponse(data);
            if (changed || wanted.session() == null || !wanted.incremental()) answer.add(partition, data);
            if (data.records().sizeInBytes() > 0) {
                served.add(partition);
                count(partition, found[index]);
            }
        }
        if (wanted.session() != null) wanted.session().moveBack(served);
        // If the connection has closed meanwhile, it discards the response and releases the files.
        promise.complete(answer.response());
    }

    /**
     * Whether records were committed during a read that found nothing. This takes a third look at each partition: the
     * second one was before the read, and commits during the read did not wake the fetch, because it did not wait.
     */
    private boolean hasMoved(PartitionResult[] found) {
        for (int index = 0; index < found.length; index++) {
            PartitionWait partition = partitions().get(index);
            if (found[index] == null && !partition.hasMoved()) continue;
            if (found[index] == null || partition.check(loop.gate(), following) != Errors.NONE) return true;
            long before = found[index].located.status().readableEnd(isolation);
            if (partition.status().readableEnd(isolation) > before) return true;
        }
        return false;
    }

    private static boolean isEmpty(PartitionResult[] found) {
        for (PartitionResult one : found) if (one != null && !one.isEmpty()) return false;
        return true;
    }

    private static PartitionData data(FetchAnswer answer, PartitionWait partition, PartitionResult found) {
        if (found.refusal != Errors.NONE) return answer.refused(partition, found.refusal);
        if (found.located.refusal() != null) {
            Errors refusal = Errors.forCode(found.located.refusal().code().kafkaCode());
            return answer.refused(partition, refusal);
        }
        PartitionData data = answer.read(partition, found.located).setPreferredReadReplica(found.preferredReplica);
        return found.divergence == null ? data : data.setDivergingEpoch(found.divergence);
    }

    private void count(PartitionWait partition, PartitionResult found) {
        int records = (int) Math.min(Integer.MAX_VALUE, found.located.nextOffset() - found.offset);
        loop.meter(partition.id().topic()).out(Door.KAFKA, records, found.located.sizeBytes());
    }
}
