package io.letterbox.kafka.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.bus.FakePartitions;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.error.UnverifiedTransactionException;
import io.letterbox.error.VerificationGuard;
import io.letterbox.kafka.transactions.Verification.Writer;
import io.letterbox.record.TopicPartition;
import io.letterbox.transactions.TransactionCommand.AddPartitionsToTxn;
import io.letterbox.transactions.TransactionCommand.Intent;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A shard and a coordinator that answer what the test says, when the test says so. */
class TransactionalAppendsTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final Writer NEWER = new Writer("id", 7, (short) 1, Intent.ADD, true);

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final FakePartitions partitions = new FakePartitions();
    private final BlockingQueue<Append> shard = partitions.appends();
    private final FakeTransactions coordinator = new FakeTransactions();
    private TransactionalAppends appends;

    @BeforeEach
    void start() throws Exception {
        appends = onLoop(() -> new TransactionalAppends(vertx, partitions, coordinator));
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(30, TimeUnit.SECONDS);
    }

    private interface Work<T> {
        T run();
    }

    private <T> T onLoop(Work<T> work) throws Exception {
        Promise<T> done = Promise.promise();
        context.runOnContext(v -> done.complete(work.run()));
        return done.future().await(30, TimeUnit.SECONDS);
    }

    private Future<Appended> append(Writer writer, int number) throws Exception {
        ByteBuffer bytes = ByteBuffer.allocate(1).put(0, (byte) number);
        Promise<Appended> done = Promise.promise();
        return onLoop(() -> {
            appends.append(writer, new Append(PARTITION, bytes, 1, null, done));
            return done.future();
        });
    }

    private Append atShard(int number) throws Exception {
        Append append = shard.poll(30, TimeUnit.SECONDS);
        assertThat(append).as("batch %d at the shard", number).isNotNull();
        assertThat(append.batch().get(0)).isEqualTo((byte) number);
        return append;
    }

    private void accept(Append append) {
        append.done().complete(new Appended(append.batch().get(0), -1, 0, false));
    }

    private static VerificationGuard refuse(Append append) {
        VerificationGuard guard = new VerificationGuard(7);
        append.done().fail(new UnverifiedTransactionException(guard, "Who is that?"));
        return guard;
    }

    private static Throwable failure(Future<Appended> answer) throws Exception {
        answer.otherwiseEmpty().await(30, TimeUnit.SECONDS);
        return answer.cause();
    }

    @Test
    void aKnownTransactionTakesNoDetour() throws Exception {
        Future<Appended> answer = append(NEWER, 1);
        accept(atShard(1));
        assertThat(answer.await(30, TimeUnit.SECONDS).baseOffset()).isEqualTo(1);
        assertThat(coordinator.asked).isEmpty();
    }

    @Test
    void theFirstBatchComesBackWithItsGuard() throws Exception {
        Future<Appended> answer = append(NEWER, 1);
        VerificationGuard guard = refuse(atShard(1));
        FakeTransactions.Question question = coordinator.next();
        assertThat(question.command())
                .isEqualTo(new AddPartitionsToTxn("id", 7, (short) 1, java.util.Set.of(PARTITION), Intent.ADD));
        question.answer(PARTITION, Errors.NONE);
        Append again = atShard(1);
        assertThat(again.guard()).isSameAs(guard);
        accept(again);
        assertThat(answer.await(30, TimeUnit.SECONDS).baseOffset()).isEqualTo(1);
    }

    @Test
    void nothingOvertakesTheDetour() throws Exception {
        append(NEWER, 1);
        append(NEWER, 2);
        Append first = atShard(1);
        Append second = atShard(2);
        refuse(first);
        FakeTransactions.Question question = coordinator.next();
        // The third batch comes while the first is being verified, and before the second has been refused.
        append(NEWER, 3);
        question.answer(PARTITION, Errors.NONE);
        assertThat(shard.poll(100, TimeUnit.MILLISECONDS))
                .as("the second is still out")
                .isNull();
        refuse(second);
        assertThat(atShard(1).guard()).isNotNull();
        assertThat(atShard(2).guard()).isNull();
        assertThat(atShard(3).guard()).isNull();
        assertThat(coordinator.asked).isEmpty();
    }

    @Test
    void otherProducersDoNotWait() throws Exception {
        append(NEWER, 1);
        refuse(atShard(1));
        coordinator.next();
        append(new Writer("other", 8, (short) 1, Intent.ADD, true), 9);
        accept(atShard(9));
    }

    @Test
    void whatTheCoordinatorRefusesIsRefusedInAWordThatProducersKnow() throws Exception {
        for (List<Errors> said : List.of(
                List.of(Errors.PRODUCER_FENCED, Errors.INVALID_PRODUCER_EPOCH),
                List.of(Errors.CONCURRENT_TRANSACTIONS, Errors.NOT_ENOUGH_REPLICAS),
                List.of(Errors.COORDINATOR_LOAD_IN_PROGRESS, Errors.NOT_ENOUGH_REPLICAS),
                List.of(Errors.TRANSACTION_ABORTABLE, Errors.TRANSACTION_ABORTABLE),
                List.of(Errors.INVALID_PRODUCER_ID_MAPPING, Errors.INVALID_PRODUCER_ID_MAPPING))) {
            Future<Appended> answer = append(NEWER, 1);
            Future<Appended> behind = append(NEWER, 2);
            refuse(atShard(1));
            refuse(atShard(2));
            coordinator.next().answer(PARTITION, said.get(0));
            assertThat(Errors.forException(failure(answer))).isEqualTo(said.get(1));
            assertThat(Errors.forException(failure(behind))).isEqualTo(said.get(1));
        }
    }

    @Test
    void olderProducersAreToldInTheirWords() throws Exception {
        Future<Appended> answer = append(new Writer("id", 7, (short) 1, Intent.VERIFY, false), 1);
        refuse(atShard(1));
        coordinator.next().answer(PARTITION, Errors.TRANSACTION_ABORTABLE);
        assertThat(Errors.forException(failure(answer))).isEqualTo(Errors.INVALID_TXN_STATE);
    }

    @Test
    void aCoordinatorThatCannotBeReachedIsOneToComeBackTo() throws Exception {
        Future<Appended> answer = append(NEWER, 1);
        refuse(atShard(1));
        coordinator.next().fail(new ApiException(ErrorCode.NOT_COORDINATOR, "Not here."));
        assertThat(Errors.forException(failure(answer))).isEqualTo(Errors.NOT_ENOUGH_REPLICAS);
    }

    @Test
    void guardsThatAreVoidedAgainAndAgainEndSomewhen() throws Exception {
        Future<Appended> answer = append(NEWER, 1);
        for (int attempt = 1; attempt < 3; attempt++) {
            refuse(atShard(1));
            coordinator.next().answer(PARTITION, Errors.NONE);
        }
        refuse(atShard(1));
        assertThat(Errors.forException(failure(answer))).isEqualTo(Errors.NOT_ENOUGH_REPLICAS);
        Future<Appended> next = append(NEWER, 2);
        accept(atShard(2));
        assertThat(next.await(30, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void otherRefusalsPass() throws Exception {
        Future<Appended> answer = append(NEWER, 1);
        atShard(1).done().fail(new ApiException(ErrorCode.DISK_FULL, "Full."));
        assertThat(failure(answer)).hasMessage("Full.");
    }
}
