package io.letterbox.transactions;

import static io.letterbox.transactions.TransactionHarness.A;
import static io.letterbox.transactions.TransactionHarness.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.letterbox.record.TopicPartition;
import io.letterbox.transactions.TransactionCommand.AddPartitionsToTxn;
import io.letterbox.transactions.TransactionCommand.Intent;
import io.letterbox.transactions.TransactionHarness.Owner;
import io.letterbox.transactions.TransactionHarness.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class AddPartitionsTest {
    private final TransactionHarness desk = new TransactionHarness();
    private final Owner owner = desk.init();

    @Test
    void partitionsGatherInOneTransaction() {
        assertThat(desk.add(owner, Intent.ADD, A)).containsExactly(Errors.NONE);
        long began = desk.clock.wallMs();
        desk.pass(10);
        assertThat(desk.add(owner, Intent.ADD, B)).containsExactly(Errors.NONE);
        assertThat(desk.describe().transactionStartTimeMs()).isEqualTo(began);
        assertThat(desk.describe().topics()).hasSize(2);
    }

    @Test
    void whatIsThereAlreadyIsNotWrittenAgain() {
        desk.add(owner, Intent.ADD, A, B);
        int records = desk.log.size();
        assertThat(desk.add(owner, Intent.ADD, A)).containsExactly(Errors.NONE);
        assertThat(desk.log).hasSize(records);
    }

    @Test
    void nothingBeginsWithoutAPartition() {
        assertThat(desk.asking(owner, Intent.ADD).answer).isEmpty();
        assertThat(desk.state()).isEqualTo("Empty");
    }

    @Test
    void verifyingChangesNothing() {
        desk.add(owner, Intent.ADD_CLASSIC, A);
        assertThat(desk.asking(owner, Intent.VERIFY, A, B).answer)
                .containsOnly(entry(A, Errors.NONE), entry(B, Errors.TRANSACTION_ABORTABLE));
        assertThat(desk.history()).isEqualTo("Empty Ongoing");
    }

    @Test
    void whatIsOverIsNotVerified() {
        desk.add(owner, Intent.ADD_CLASSIC, A);
        desk.end(owner, true, false);
        desk.writeMarkers();
        assertThat(desk.add(owner, Intent.VERIFY, A)).containsExactly(Errors.TRANSACTION_ABORTABLE);
    }

    @Test
    void unknownAndFencedProducersAreRefused() {
        assertThat(desk.add(new Owner(1, (short) 0), Intent.ADD, A))
                .containsExactly(Errors.INVALID_PRODUCER_ID_MAPPING);
        assertThat(desk.add(new Owner(owner.id(), (short) 1), Intent.ADD, A)).containsExactly(Errors.PRODUCER_FENCED);
        AddPartitionsToTxn nameless = new AddPartitionsToTxn("", owner.id(), owner.epoch(), Set.of(A), Intent.ADD);
        assertThat(desk.ask(nameless).answer).containsExactly(entry(A, Errors.INVALID_REQUEST));
        assertThat(new TransactionHarness().add(owner, Intent.VERIFY, A))
                .containsExactly(Errors.INVALID_PRODUCER_ID_MAPPING);
        assertThat(desk.state()).isEqualTo("Empty");
    }

    @Test
    void theNextTransactionBeginsWhenTheMarkersOfTheLastAreWritten() {
        desk.add(owner, Intent.ADD, A);
        Owner next = new Owner(owner.id(), desk.end(owner, true, true).producerEpoch());
        Reply<Map<TopicPartition, Errors>> waiting = desk.asking(next, Intent.ADD, B);
        assertThat(waiting.done).isFalse();
        desk.writeMarkers();
        assertThat(waiting.answer).containsExactly(entry(B, Errors.NONE));
        assertThat(desk.history()).isEqualTo("Empty Ongoing PrepareCommit CompleteCommit Ongoing");
    }

    @Test
    void waitingRequestsTimeOut() {
        desk.add(owner, Intent.ADD, A);
        Owner next = new Owner(owner.id(), desk.end(owner, true, true).producerEpoch());
        Reply<Map<TopicPartition, Errors>> waiting = desk.asking(next, Intent.ADD, B);
        desk.pass(TransactionCoordinator.MAX_WAIT_MS - 1);
        assertThat(waiting.done).isFalse();
        desk.pass(1);
        assertThat(waiting.answer).containsExactly(entry(B, Errors.CONCURRENT_TRANSACTIONS));
        assertThat(desk.state()).isEqualTo("PrepareCommit");
    }

    @Test
    void thereIsALimitToThoseWhoWait() {
        desk.add(owner, Intent.ADD, A);
        Owner next = new Owner(owner.id(), desk.end(owner, true, true).producerEpoch());
        List<Reply<Map<TopicPartition, Errors>>> all = new ArrayList<>();
        for (int i = 0; i <= TransactionCoordinator.MAX_WAITING; i++) all.add(desk.asking(next, Intent.ADD, B));
        Reply<Map<TopicPartition, Errors>> last = all.remove(all.size() - 1);
        assertThat(last.answer).containsExactly(entry(B, Errors.CONCURRENT_TRANSACTIONS));
        assertThat(all).noneMatch(reply -> reply.done);
        desk.writeMarkers();
        assertThat(all).allMatch(reply -> reply.answer.get(B) == Errors.NONE);
    }

    /** Otherwise the record that ends the transaction would be too large for the log, and it could never be ended. */
    @Test
    void aTransactionDoesNotGrowBeyondItsRecord() {
        desk.unlimited();
        desk.wearTo(Transaction.LAST_EPOCH);
        Owner last = new Owner(owner.id(), Transaction.LAST_EPOCH);
        int added = 0;
        for (int hundred = 0; hundred < 100; hundred++) {
            TopicPartition[] more = new TopicPartition[100];
            for (int i = 0; i < more.length; i++) {
                more[i] = new TopicPartition(("topic" + (hundred * 100 + i)).repeat(20), i);
            }
            Set<Errors> answers = desk.add(last, Intent.ADD, more);
            if (answers.contains(Errors.NONE)) added += more.length;
            else assertThat(answers).containsExactly(Errors.POLICY_VIOLATION);
        }
        assertThat(desk.describe().topics()).hasSize(added);
        assertThat(desk.endError(last, true, true)).isEqualTo(Errors.NONE);
        int bytes = desk.log.get(desk.log.size() - 1).value().length;
        assertThat(bytes).isBetween(900_000, 1_000_000);
    }

    @Test
    void waitingRequestsAreAnsweredWhenTheLogRefuses() {
        desk.add(owner, Intent.ADD, A);
        Owner next = new Owner(owner.id(), desk.end(owner, true, true).producerEpoch());
        Reply<Map<TopicPartition, Errors>> waiting = desk.asking(next, Intent.ADD, B);
        desk.refuseAfter(1);
        desk.writeMarkers();
        assertThat(waiting.answer).containsExactly(entry(B, Errors.COORDINATOR_NOT_AVAILABLE));
        assertThat(desk.state()).isEqualTo("CompleteCommit");
    }
}
