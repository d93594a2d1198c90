package io.letterbox.transactions;

import io.letterbox.access.Principal;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.coordinator.CoordinatorEffect;
import io.letterbox.coordinator.CoordinatorOutbox;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.error.VerificationGuard;
import io.letterbox.memory.StatePart;
import io.letterbox.record.TopicPartition;
import io.letterbox.time.TestClock;
import io.letterbox.transactions.TransactionCommand.AddPartitionsToTxn;
import io.letterbox.transactions.TransactionCommand.EndTransaction;
import io.letterbox.transactions.TransactionCommand.InitProducer;
import io.letterbox.transactions.TransactionCommand.Intent;
import io.letterbox.transactions.TransactionCommand.MarkersWritten;
import io.letterbox.transactions.TransactionCommand.WithProducerId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;

/** A harness for the coordinator: with a list as its log, a clock that is set, and effects that a test performs. */
final class TransactionHarness implements CoordinatorOutbox {
    static final String ID = "shop";
    static final TopicPartition A = new TopicPartition("a", 0);
    static final TopicPartition B = new TopicPartition("b", 3);
    static final int TIMEOUT_MS = 60_000;
    static final int MAX_TIMEOUT_MS = 900_000;
    static final long MEMORY_BYTES = 240_000;
    static final long EXPIRATION_MS = 604_800_000;

    final List<CoordinatorRecord> log = new ArrayList<>();
    final ArrayDeque<WriteMarkers> markers = new ArrayDeque<>();
    private final StatePart limit = new StatePart("transactions", "limits.transactionBytes", MEMORY_BYTES);
    StatePart memory = limit;
    TransactionCoordinator core = core();
    final TestClock clock = new TestClock();
    long nextProducerId = 4000;
    private int writesLeft = Integer.MAX_VALUE;

    private final ArrayDeque<CoordinatorRequest<?>> needIds = new ArrayDeque<>();

    /** The id and epoch that a producer believes to have. */
    record Owner(long id, short epoch) {}

    private TransactionCoordinator core() {
        return new TransactionCoordinator(new TransactionLimits(MAX_TIMEOUT_MS, EXPIRATION_MS, memory));
    }

    /** Removes the limit of memory. */
    void unlimited() {
        memory = StatePart.unlimited();
        restart();
    }

    /** Sets a low limit of memory, from the next restart on. */
    void limited() {
        memory = limit;
    }

    /** NONE if an id is known. */
    Errors state(String id) {
        return Errors.forCode(
                ask(new TransactionCommand.DescribeTransaction(id)).answer.errorCode());
    }

    /** Restarts: a new coordinator replays the log. */
    void restart() {
        core.close();
        core = core();
        markers.clear();
        log.forEach(core::apply);
        core.activate(clock.now(), this);
    }

    /** Lets the log refuse writes after this many more. */
    void refuseAfter(int writes) {
        writesLeft = writes;
    }

    @Override
    public void write(List<CoordinatorRecord> records) {
        if (writesLeft-- <= 0) throw new ApiException(ErrorCode.DISK_FULL, "The disk is full.");
        log.addAll(records);
        records.forEach(core::apply);
    }

    @Override
    public void writeTransactional(
            long producerId, short producerEpoch, VerificationGuard guard, List<CoordinatorRecord> records) {
        throw new AssertionError("a coordinator of transactions takes part in none");
    }

    @Override
    public <R> void reply(CoordinatorRequest<R> to, R answer) {
        to.reply().succeed(answer);
    }

    @Override
    public void perform(CoordinatorEffect effect) {
        if (effect instanceof WriteMarkers write) markers.add(write);
        else if (effect instanceof AcquireProducerId acquire) needIds.add(acquire.question());
        else throw new AssertionError(effect);
    }

    /** The answer to a command, once it is there. */
    static final class Reply<R> implements CoordinatorRequest.ReplyTarget<R> {
        R answer;
        Throwable refusal;
        boolean done;

        @Override
        public void succeed(R value) {
            if (done) throw new AssertionError("answered twice");
            done = true;
            answer = value;
        }

        @Override
        public void fail(Throwable why) {
            if (done) throw new AssertionError("answered twice");
            done = true;
            refusal = why;
        }
    }

    <R> Reply<R> ask(CoordinatorCommand<R> command) {
        Reply<R> reply = new Reply<>();
        core.handle(new CoordinatorRequest<>(command, Principal.ANONYMOUS, reply), clock.now(), this);
        while (!needIds.isEmpty()) grant(needIds.remove());
        return reply;
    }

    private <R> void grant(CoordinatorRequest<R> question) {
        core.handle(
                new CoordinatorRequest<>(
                        new WithProducerId(question, nextProducerId++), Principal.ANONYMOUS, new Reply<Void>()),
                clock.now(),
                this);
    }

    // ---- what producers do

    InitProducerIdResponseData init(String id, int timeoutMs, long producerId, int epoch) {
        return ask(new InitProducer(new InitProducerIdRequestData()
                        .setTransactionalId(id)
                        .setTransactionTimeoutMs(timeoutMs)
                        .setProducerId(producerId)
                        .setProducerEpoch((short) epoch)))
                .answer;
    }

    Owner init() {
        InitProducerIdResponseData answer = init(ID, TIMEOUT_MS, -1, -1);
        if (answer.errorCode() != 0) throw new AssertionError(Errors.forCode(answer.errorCode()));
        return new Owner(answer.producerId(), answer.producerEpoch());
    }

    Reply<Map<TopicPartition, Errors>> asking(Owner owner, Intent intent, TopicPartition... partitions) {
        return ask(new AddPartitionsToTxn(ID, owner.id(), owner.epoch(), Set.of(partitions), intent));
    }

    Set<Errors> add(Owner owner, Intent intent, TopicPartition... partitions) {
        Reply<Map<TopicPartition, Errors>> reply = asking(owner, intent, partitions);
        if (!reply.done) throw new AssertionError("not answered yet");
        return Set.copyOf(reply.answer.values());
    }

    EndTxnResponseData end(Owner owner, boolean commit, boolean raiseEpoch) {
        return ask(new EndTransaction(
                        new EndTxnRequestData()
                                .setTransactionalId(ID)
                                .setProducerId(owner.id())
                                .setProducerEpoch(owner.epoch())
                                .setCommitted(commit),
                        raiseEpoch))
                .answer;
    }

    Errors endError(Owner owner, boolean commit, boolean raiseEpoch) {
        return Errors.forCode(end(owner, commit, raiseEpoch).errorCode());
    }

    /** Writes the pending markers. */
    void writeMarkers() {
        while (!markers.isEmpty()) written(markers.remove());
    }

    Reply<Void> written(WriteMarkers write) {
        return ask(new MarkersWritten(write.transactionalId(), write.producerId(), write.epoch()));
    }

    void pass(long ms) {
        clock.pass(ms);
        if (core.nextDeadlineMs() <= clock.elapsedMs()) core.tick(clock.now(), this);
    }

    DescribeTransactionsResponseData.TransactionState describe() {
        return ask(new TransactionCommand.DescribeTransaction(ID)).answer;
    }

    String state() {
        return describe().transactionState();
    }

    /** The states in the order in which the log got them; a tombstone is a dash. */
    String history() {
        return log.stream()
                .map(r -> r.value() == null
                        ? "-"
                        : TransactionCodec.decode(ID, r.value()).state().title())
                .collect(Collectors.joining(" "));
    }

    /** Sets the owner's epoch in the log, to come close to exhaustion. */
    void wearTo(short epoch) {
        Transaction last = TransactionCodec.decode(ID, log.get(log.size() - 1).value());
        Transaction worn = new Transaction(
                last.id(),
                last.producerId(),
                epoch,
                last.previousProducerId(),
                last.nextProducerId(),
                last.timeoutMs(),
                last.state(),
                last.partitions(),
                last.startMs(),
                last.updatedMs(),
                last.clientVersion());
        log.add(TransactionCodec.encode(worn));
        restart();
    }
}
