package io.letterbox.transactions;

import io.letterbox.coordinator.CommandTable;
import io.letterbox.coordinator.Coordinator;
import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.coordinator.CoordinatorOutbox;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.error.ApiException;
import io.letterbox.memory.StateAccount;
import io.letterbox.record.TopicPartition;
import io.letterbox.time.Moment;
import io.letterbox.transactions.TransactionCommand.AddPartitionsToTxn;
import io.letterbox.transactions.TransactionCommand.DescribeTransaction;
import io.letterbox.transactions.TransactionCommand.EndTransaction;
import io.letterbox.transactions.TransactionCommand.InitProducer;
import io.letterbox.transactions.TransactionCommand.Intent;
import io.letterbox.transactions.TransactionCommand.ListTransactions;
import io.letterbox.transactions.TransactionCommand.MarkersWritten;
import io.letterbox.transactions.TransactionCommand.WithProducerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;

/**
 * The core of one partition of {@code __transaction_state}: decides about its transactional ids.
 *
 * <pre>
 *   InitProducerId        AddPartitions            EndTxn, timeout, fence       markers written
 *  ───────────────▶ EMPTY ─────────────▶ ONGOING ────────────────────▶ PREPARE_* ──────────▶ COMPLETE_*
 *                     ▲                     ▲                                                   │ │
 *                     │                     └───────────────── AddPartitions ───────────────────┘ │
 *                     └──────────────────────────────── InitProducerId ───────────────────────────┘
 * </pre>
 *
 * An outcome is one record, so a transaction is committed or aborted as a whole. Its markers are written once the
 * record is committed, and again after a restart.
 */
public final class TransactionCoordinator implements Coordinator {
    /** How long a request waits for the markers of the previous transaction, which usually take one group commit. */
    static final long MAX_WAIT_MS = 1000;

    /** How many requests of one transactional id may wait; a producer has a handful in flight. */
    static final int MAX_WAITING = 64;

    /** How long after a refusal of the log due work is retried. */
    static final long RETRY_MS = 1000;

    /** How many transactional ids are expired in one batch. */
    static final int MAX_EXPIRED = 500;

    private final TransactionLimits limits;
    private final StateAccount account;
    private final TransactionalIds ids;
    private final CommandTable commands;

    // A lower bound of all deadlines. It may be too low when a transaction has ended early; the next tick computes it
    // exactly.
    private long nextDeadlineMs = Long.MAX_VALUE;

    // The time of the current call; null while the log is replayed.
    private Moment callTime;

    public TransactionCoordinator(TransactionLimits limits) {
        this.limits = limits;
        this.account = limits.memory().open();
        this.ids = new TransactionalIds(account);
        this.commands = commands();
    }

    @Override
    public void apply(CoordinatorRecord record) {
        String id = TransactionCodec.id(record.key());
        if (id == null) return;
        if (record.value() == null) {
            ids.remove(id);
            return;
        }
        TransactionalIdState tracked = ids.put(TransactionCodec.decode(id, record.value()));
        // During the replay, deadlines are not set: the activation sets them.
        if (callTime != null) schedule(tracked);
        else forgetUnread();
    }

    /**
     * Drops ids during the replay if the memory limit is exceeded, which may have been higher, or not have existed,
     * when they were written. A later record of a dropped id restores it completely.
     */
    private void forgetUnread() {
        for (TransactionalIdState oldest; !account.hasRoom(0) && (oldest = ids.oldestIdle()) != null; ) {
            account.dropped(1);
            ids.remove(oldest.transaction.id());
        }
    }

    /**
     * Chooses idle ids to drop, so that there is room for this many more bytes: those that were unused for longest.
     *
     * @param but the id that needs the room, which is not dropped; may be unknown
     * @return their tombstones, to be written with the record that needs the room; null if dropping idle ids is not
     *     enough
     */
    private List<CoordinatorRecord> makeRoom(long growthBytes, String but) {
        List<CoordinatorRecord> tombstones = new ArrayList<>();
        long freedBytes = 0;
        TransactionalIdState oldest = ids.oldestIdle();
        while (!account.hasRoom(growthBytes - freedBytes)) {
            while (oldest != null && oldest.transaction.id().equals(but)) oldest = ids.nextIdle(oldest);
            if (oldest == null || tombstones.size() == MAX_EXPIRED) {
                account.refused();
                return null;
            }
            tombstones.add(TransactionCodec.tombstone(oldest.transaction.id()));
            freedBytes += TransactionalIds.weightBytes(oldest.transaction);
            oldest = ids.nextIdle(oldest);
        }
        if (!tombstones.isEmpty()) account.dropped(tombstones.size());
        return tombstones;
    }

    @Override
    public void close() {
        account.close();
    }

    private void schedule(TransactionalIdState tracked) {
        nextDeadlineMs = Math.min(nextDeadlineMs, tracked.deadlineMs(limits.expirationMs(), callTime));
    }

    /** Does nothing: {@code __transaction_state} has no transactional records. */
    @Override
    public void applyTransactional(long producerId, short producerEpoch, CoordinatorRecord record) {}

    @Override
    public void applyMarker(long producerId, short producerEpoch, boolean commit) {}

    /** Ends the replay: writes the markers of decided transactions, which may have been written before. */
    @Override
    public void activate(Moment now, CoordinatorOutbox outbox) {
        callTime = now;
        nextDeadlineMs = Long.MAX_VALUE;
        CoordinatorContext context = new CoordinatorContext(now, outbox);
        for (TransactionalIdState tracked : ids.all()) {
            tracked.recovered(now);
            schedule(tracked);
            if (tracked.transaction.state().isPrepared()) writeMarkers(tracked.transaction, context);
        }
    }

    private CommandTable commands() {
        return CommandTable.of(TransactionCommand.class)
                .on(InitProducer.class, (init, ask, context) -> init(init, ask, context, Transaction.NO_ID))
                .on(EndTransaction.class, (end, ask, context) -> end(end, ask, context, Transaction.NO_ID))
                .on(AddPartitionsToTxn.class, this::addPartitions)
                .on(MarkersWritten.class, this::complete)
                .on(WithProducerId.class, this::resume)
                .on(
                        DescribeTransaction.class,
                        (describe, ask, context) ->
                                context.reply(ask, TransactionDescriptions.of(describe.key(), ids.get(describe.key()))))
                .on(
                        ListTransactions.class,
                        (list, ask, context) -> context.reply(
                                ask, TransactionDescriptions.page(list, ids.after(list.after()), context.now())))
                .complete();
    }

    @Override
    public void handle(CoordinatorRequest<?> ask, Moment now, CoordinatorOutbox outbox) {
        callTime = now;
        commands.handle(ask, new CoordinatorContext(now, outbox));
    }

    /** Goes on with a command that needed a producer id; these are the two that ask for one. */
    private void resume(WithProducerId with, CoordinatorRequest<Void> ask, CoordinatorContext context) {
        CoordinatorRequest<?> question = with.question();
        if (question.command() instanceof InitProducer init) init(init, as(question), context, with.producerId());
        else if (question.command() instanceof EndTransaction end) end(end, as(question), context, with.producerId());
        else throw new AssertionError(question.command() + " needs no producer id");
        context.reply(ask, null);
    }

    /**
     * Casts a request to the type of its answer, which its command's class determines, but which the compiler cannot
     * infer.
     */
    @SuppressWarnings("unchecked")
    private static <R> CoordinatorRequest<R> as(CoordinatorRequest<?> ask) {
        return (CoordinatorRequest<R>) ask;
    }

    /** @param freshId an id that nobody had before, or {@link Transaction#NO_ID} if there is none yet */
    private void init(
            InitProducer init,
            CoordinatorRequest<InitProducerIdResponseData> ask,
            CoordinatorContext context,
            long freshId) {
        Errors wrong = InitRules.check(init.data(), limits.maxTimeoutMs());
        TransactionalIdState known = ids.get(init.key());
        InitRules.InitDecision verdict = wrong != Errors.NONE
                ? new InitRules.InitDecision.Refuse(wrong)
                : InitRules.decide(known, init.data(), freshId, context.wallMs());
        if (verdict instanceof InitRules.InitDecision.NeedProducerId) {
            context.perform(new AcquireProducerId(ask));
        } else if (verdict instanceof InitRules.InitDecision.Refuse refuse) {
            context.reply(ask, initRefusal(refuse.error()));
        } else if (verdict instanceof InitRules.InitDecision.Fence) {
            decide(known.transaction.fenced(context.wallMs()), context);
            context.reply(ask, initRefusal(Errors.CONCURRENT_TRANSACTIONS));
        } else if (verdict instanceof InitRules.InitDecision.Admit admit) {
            if (!writeGrown(known == null ? null : known.transaction, admit.next(), context)) {
                context.reply(ask, initRefusal(Errors.POLICY_VIOLATION));
                return;
            }
            ids.get(init.key()).lastEpoch = admit.lastEpoch();
            context.reply(
                    ask,
                    new InitProducerIdResponseData()
                            .setProducerId(admit.next().producerId())
                            .setProducerEpoch(admit.next().epoch()));
        } else throw new AssertionError(verdict);
    }

    private static InitProducerIdResponseData initRefusal(Errors error) {
        return new InitProducerIdResponseData()
                .setErrorCode(error.code())
                .setProducerId(Transaction.NO_ID)
                .setProducerEpoch((short) -1);
    }

    private void addPartitions(
            AddPartitionsToTxn add, CoordinatorRequest<Map<TopicPartition, Errors>> ask, CoordinatorContext context) {
        TransactionalIdState known = ids.get(add.key());
        Errors error = ownership(known, add);
        if (error != Errors.NONE) {
            answer(add, ask, context, error);
            return;
        }
        Transaction t = known.transaction;
        if (t.state().isPrepared()) {
            park(known, add, ask, context);
        } else if (add.intent() == Intent.VERIFY) {
            context.reply(
                    ask,
                    results(
                            add.partitions(),
                            p -> t.partitions().contains(p) ? Errors.NONE : Errors.TRANSACTION_ABORTABLE));
        } else {
            boolean there =
                    add.partitions().isEmpty() || t.state() == TransactionState.ONGOING && t.covers(add.partitions());
            short version = add.intent() == Intent.ADD ? Transaction.EPOCH_PER_TRANSACTION : Transaction.CLASSIC;
            Transaction next = there ? t : t.with(add.partitions(), version, context.wallMs());
            boolean fits = there || TransactionCodec.fits(next);
            if (!there && fits) fits = writeGrown(t, next, context);
            if (!there && fits) {
                known.markOngoing(context.now());
                schedule(known);
            }
            answer(add, ask, context, fits ? Errors.NONE : Errors.POLICY_VIOLATION);
        }
    }

    private static Errors ownership(TransactionalIdState known, AddPartitionsToTxn add) {
        if (add.key().isEmpty()) return Errors.INVALID_REQUEST;
        if (known == null || known.transaction.producerId() != add.producerId()) {
            // While the markers of the last epoch are being written, the owner may use its next id already.
            boolean early = known != null && known.transaction.ownerId() == add.producerId() && add.epoch() == 0;
            return early ? Errors.NONE : Errors.INVALID_PRODUCER_ID_MAPPING;
        }
        return known.transaction.epoch() == add.epoch() ? Errors.NONE : Errors.PRODUCER_FENCED;
    }

    private void park(
            TransactionalIdState known,
            AddPartitionsToTxn add,
            CoordinatorRequest<Map<TopicPartition, Errors>> ask,
            CoordinatorContext context) {
        if (known.waiting.size() >= MAX_WAITING) {
            answer(add, ask, context, Errors.CONCURRENT_TRANSACTIONS);
            return;
        }
        if (known.waiting.isEmpty()) known.waitUntilMs = context.elapsedMs() + MAX_WAIT_MS;
        known.waiting.add(ask);
        schedule(known);
    }

    private static void answer(
            AddPartitionsToTxn add,
            CoordinatorRequest<Map<TopicPartition, Errors>> ask,
            CoordinatorContext context,
            Errors error) {
        context.reply(ask, results(add.partitions(), p -> error));
    }

    private static Map<TopicPartition, Errors> results(
            Set<TopicPartition> partitions, Function<TopicPartition, Errors> error) {
        return partitions.stream().collect(Collectors.toMap(Function.identity(), error));
    }

    /** @param freshId an id that nobody had before, or {@link Transaction#NO_ID} if there is none yet */
    private void end(
            EndTransaction end, CoordinatorRequest<EndTxnResponseData> ask, CoordinatorContext context, long freshId) {
        TransactionalIdState known = ids.get(end.key());
        if (known == null) {
            Errors error = end.key().isEmpty() ? Errors.INVALID_REQUEST : Errors.INVALID_PRODUCER_ID_MAPPING;
            context.reply(ask, new EndTxnResponseData().setErrorCode(error.code()));
            return;
        }
        Transaction t = known.transaction;
        EndRules.EndDecision verdict = EndRules.decide(t, end.data(), end.raiseEpoch());
        if (verdict == EndRules.EndDecision.END) {
            boolean rotate = end.raiseEpoch() && t.isExhausted();
            if (rotate && freshId == Transaction.NO_ID) {
                context.perform(new AcquireProducerId(ask));
                return;
            }
            short version = end.raiseEpoch() ? Transaction.EPOCH_PER_TRANSACTION : Transaction.CLASSIC;
            long nextId = rotate ? freshId : Transaction.NO_ID;
            decide(t.prepared(end.data().committed(), version, nextId, context.wallMs()), context);
        } else if (verdict != EndRules.EndDecision.REPEAT) {
            context.reply(
                    ask, new EndTxnResponseData().setErrorCode(verdict.error().code()));
            return;
        }
        context.reply(
                ask,
                new EndTxnResponseData()
                        .setProducerId(known.transaction.ownerId())
                        .setProducerEpoch(known.transaction.ownerEpoch()));
    }

    /** Writes an outcome, and has its markers written. A transaction without partitions is completed at once. */
    private void decide(Transaction prepared, CoordinatorContext context) {
        boolean nothing = prepared.partitions().isEmpty();
        write(nothing ? prepared.completed(context.wallMs()) : prepared, context);
        ids.get(prepared.id()).lastEpoch = -1;
        if (!nothing) writeMarkers(prepared, context);
    }

    private static void writeMarkers(Transaction prepared, CoordinatorContext context) {
        context.perform(new WriteMarkers(
                prepared.id(),
                prepared.producerId(),
                prepared.epoch(),
                prepared.state() == TransactionState.PREPARE_COMMIT,
                prepared.clientVersion(),
                prepared.partitions()));
    }

    private void complete(MarkersWritten written, CoordinatorRequest<Void> ask, CoordinatorContext context) {
        TransactionalIdState known = ids.get(written.key());
        boolean expected = known != null
                && known.transaction.state().isPrepared()
                && known.transaction.producerId() == written.producerId()
                && known.transaction.epoch() == written.epoch();
        if (expected) {
            write(known.transaction.completed(context.wallMs()), context);
            for (CoordinatorRequest<Map<TopicPartition, Errors>> waiting : unpark(known)) tryAgain(waiting, context);
        }
        context.reply(ask, null);
    }

    private static List<CoordinatorRequest<Map<TopicPartition, Errors>>> unpark(TransactionalIdState known) {
        List<CoordinatorRequest<Map<TopicPartition, Errors>>> waiting = new ArrayList<>(known.waiting);
        known.waiting.clear();
        return waiting;
    }

    /** Handles a request that waited. Its failure must not fail the command that it waited for. */
    private void tryAgain(CoordinatorRequest<Map<TopicPartition, Errors>> waiting, CoordinatorContext context) {
        AddPartitionsToTxn add = (AddPartitionsToTxn) waiting.command();
        try {
            addPartitions(add, waiting, context);
        } catch (ApiException refused) {
            answer(add, waiting, context, Errors.COORDINATOR_NOT_AVAILABLE);
        }
    }

    /** Writes a record that may need more memory. Returns false, and writes nothing, if no room can be made for it. */
    private boolean writeGrown(Transaction before, Transaction after, CoordinatorContext context) {
        long growthBytes =
                TransactionalIds.weightBytes(after) - (before == null ? 0 : TransactionalIds.weightBytes(before));
        List<CoordinatorRecord> records = growthBytes <= 0 ? new ArrayList<>() : makeRoom(growthBytes, after.id());
        if (records == null) return false;
        records.add(TransactionCodec.encode(after));
        context.write(records);
        return true;
    }

    private static void write(Transaction transaction, CoordinatorContext context) {
        context.write(List.of(TransactionCodec.encode(transaction)));
    }

    @Override
    public long nextDeadlineMs() {
        return nextDeadlineMs;
    }

    @Override
    public void tick(Moment now, CoordinatorOutbox outbox) {
        callTime = now;
        if (now.elapsedMs() < nextDeadlineMs) return;
        nextDeadlineMs = Long.MAX_VALUE;
        List<TransactionalIdState> due = new ArrayList<>();
        for (TransactionalIdState tracked : ids.all()) {
            if (tracked.deadlineMs(limits.expirationMs(), now) <= now.elapsedMs()) due.add(tracked);
            else schedule(tracked);
        }
        CoordinatorContext context = new CoordinatorContext(now, outbox);
        try {
            expire(due, context);
            for (TransactionalIdState tracked : due) overdue(tracked, context);
        } catch (ApiException refused) {
            nextDeadlineMs = now.elapsedMs() + RETRY_MS;
        }
    }

    private void overdue(TransactionalIdState tracked, CoordinatorContext context) {
        for (CoordinatorRequest<Map<TopicPartition, Errors>> waiting : unpark(tracked)) {
            answer((AddPartitionsToTxn) waiting.command(), waiting, context, Errors.CONCURRENT_TRANSACTIONS);
        }
        if (tracked.transaction.state() == TransactionState.ONGOING) {
            decide(tracked.transaction.fenced(context.wallMs()), context);
        }
    }

    /** Deletes transactional ids that were unused for too long. */
    private void expire(Collection<TransactionalIdState> due, CoordinatorContext context) {
        List<CoordinatorRecord> tombstones = new ArrayList<>();
        for (TransactionalIdState tracked : due) {
            if (!tracked.transaction.state().isIdle()) continue;
            if (tombstones.size() < MAX_EXPIRED) {
                tombstones.add(TransactionCodec.tombstone(tracked.transaction.id()));
            } else nextDeadlineMs = context.elapsedMs();
        }
        context.write(tombstones);
    }
}
