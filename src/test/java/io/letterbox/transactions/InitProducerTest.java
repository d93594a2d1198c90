package io.letterbox.transactions;

import static io.letterbox.transactions.TransactionHarness.A;
import static io.letterbox.transactions.TransactionHarness.ID;
import static io.letterbox.transactions.TransactionHarness.TIMEOUT_MS;
import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.record.TopicPartition;
import io.letterbox.transactions.TransactionCommand.InitProducer;
import io.letterbox.transactions.TransactionCommand.Intent;
import io.letterbox.transactions.TransactionHarness.Owner;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class InitProducerTest {
    private final TransactionHarness desk = new TransactionHarness();

    private Errors refusal(String id, int timeoutMs, long producerId, int epoch) {
        return Errors.forCode(desk.init(id, timeoutMs, producerId, epoch).errorCode());
    }

    @Test
    void aNewIdGetsAProducerIdAndEpochZero() {
        assertThat(desk.init()).isEqualTo(new Owner(4000, (short) 0));
        assertThat(desk.history()).isEqualTo("Empty");
    }

    @Test
    void aLaterProducerGetsTheNextEpoch() {
        desk.init();
        assertThat(desk.init()).isEqualTo(new Owner(4000, (short) 1));
    }

    @Test
    void anEmptyIdIsRefused() {
        assertThat(refusal("", TIMEOUT_MS, -1, -1)).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(desk.log).isEmpty();
    }

    @Test
    void aTimeoutOutsideItsBoundsIsRefused() {
        assertThat(refusal(ID, 0, -1, -1)).isEqualTo(Errors.INVALID_TRANSACTION_TIMEOUT);
        assertThat(refusal(ID, TransactionHarness.MAX_TIMEOUT_MS + 1, -1, -1))
                .isEqualTo(Errors.INVALID_TRANSACTION_TIMEOUT);
        assertThat(refusal(ID, TransactionHarness.MAX_TIMEOUT_MS, -1, -1)).isEqualTo(Errors.NONE);
    }

    @Test
    void anEpochWithoutAProducerIdIsRefused() {
        assertThat(refusal(ID, TIMEOUT_MS, -1, 3)).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(refusal(ID, TIMEOUT_MS, 7, -1)).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void twoPhaseCommitIsRefused() {
        InitProducerIdRequestData data = new InitProducerIdRequestData()
                .setTransactionalId(ID)
                .setTransactionTimeoutMs(TIMEOUT_MS)
                .setEnable2Pc(true);
        assertThat(desk.ask(new InitProducer(data)).answer.errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
        data = data.duplicate().setEnable2Pc(false).setKeepPreparedTxn(true);
        assertThat(desk.ask(new InitProducer(data)).answer.errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
    }

    @Test
    void theOwnerReinitialisesItself() {
        Owner owner = desk.init();
        InitProducerIdResponseData again = desk.init(ID, TIMEOUT_MS, owner.id(), owner.epoch());
        assertThat(again.producerEpoch()).isEqualTo((short) 1);
        // If the answer was lost, a repetition gets the same answer.
        assertThat(desk.init(ID, TIMEOUT_MS, owner.id(), owner.epoch())).isEqualTo(again);
    }

    @Test
    void aRepetitionAfterAnotherProducerCameIsFenced() {
        Owner owner = desk.init();
        desk.init(ID, TIMEOUT_MS, owner.id(), owner.epoch());
        desk.init();
        assertThat(refusal(ID, TIMEOUT_MS, owner.id(), owner.epoch())).isEqualTo(Errors.PRODUCER_FENCED);
    }

    @Test
    void anOlderEpochOrAnotherProducerIsFenced() {
        Owner old = desk.init();
        desk.init();
        assertThat(refusal(ID, TIMEOUT_MS, old.id(), old.epoch())).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(refusal(ID, TIMEOUT_MS, 99, 1)).isEqualTo(Errors.PRODUCER_FENCED);
    }

    @Test
    void anOngoingTransactionIsAbortedFirst() {
        Owner zombie = desk.init();
        desk.add(zombie, Intent.ADD, A);
        assertThat(refusal(ID, TIMEOUT_MS, -1, -1)).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        assertThat(refusal(ID, TIMEOUT_MS, -1, -1)).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        assertThat(desk.markers).hasSize(1);
        WriteMarkers abort = desk.markers.peek();
        assertThat(abort.commit()).isFalse();
        assertThat(abort.epoch()).isEqualTo((short) 1);
        assertThat(abort.partitions()).containsExactly(A);
        desk.writeMarkers();
        assertThat(desk.init()).isEqualTo(new Owner(4000, (short) 2));
        assertThat(desk.history()).isEqualTo("Empty Ongoing PrepareAbort CompleteAbort Empty");
    }

    @Test
    void aFencedProducerIsRefusedInEveryState() {
        Owner zombie = desk.init();
        desk.add(zombie, Intent.ADD, A);
        desk.init(ID, TIMEOUT_MS, -1, -1);
        assertThat(desk.endError(zombie, true, true)).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(desk.endError(zombie, false, true)).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(desk.add(zombie, Intent.ADD, A)).containsExactly(Errors.PRODUCER_FENCED);
        desk.writeMarkers();
        assertThat(desk.endError(zombie, true, true)).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(desk.endError(zombie, false, true)).isEqualTo(Errors.PRODUCER_FENCED);
        desk.init();
        assertThat(desk.endError(zombie, true, false)).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(desk.add(zombie, Intent.VERIFY, A)).containsExactly(Errors.PRODUCER_FENCED);
    }

    @Test
    void anOldIncarnationDoesNotAbortTheNewOnesTransaction() {
        Owner old = desk.init();
        Owner young = desk.init();
        desk.add(young, Intent.ADD, A);
        assertThat(refusal(ID, TIMEOUT_MS, old.id(), old.epoch())).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(desk.state()).isEqualTo("Ongoing");
    }

    @Test
    void exhaustedEpochsBringANewProducerId() {
        Owner owner = desk.init();
        desk.wearTo(Transaction.LAST_EPOCH);
        assertThat(desk.init()).isEqualTo(new Owner(4001, (short) 0));
        assertThat(desk.init()).isEqualTo(new Owner(4001, (short) 1));
        assertThat(owner.id()).isEqualTo(4000);
    }

    @Test
    void theOwnerOfExhaustedEpochsMayRepeatItself() {
        desk.init();
        desk.wearTo(Transaction.LAST_EPOCH);
        InitProducerIdResponseData first = desk.init(ID, TIMEOUT_MS, 4000, Transaction.LAST_EPOCH);
        assertThat(first.producerId()).isEqualTo(4001);
        assertThat(desk.init(ID, TIMEOUT_MS, 4000, Transaction.LAST_EPOCH)).isEqualTo(first);
        desk.init();
        assertThat(refusal(ID, TIMEOUT_MS, 4000, Transaction.LAST_EPOCH)).isEqualTo(Errors.PRODUCER_FENCED);
    }

    @Test
    void theLastEpochCanStillBeFenced() {
        Owner owner = desk.init();
        desk.wearTo(Transaction.LAST_EPOCH);
        Owner last = new Owner(owner.id(), Transaction.LAST_EPOCH);
        desk.add(last, Intent.ADD, A);
        desk.init(ID, TIMEOUT_MS, -1, -1);
        assertThat(desk.markers.peek().epoch()).isEqualTo(Short.MAX_VALUE);
        desk.writeMarkers();
        assertThat(desk.init()).isEqualTo(new Owner(4001, (short) 0));
    }

    @Test
    void theIdsThatWereUnusedForLongestMakeRoom() {
        Owner owner = desk.init();
        desk.add(owner, Intent.ADD, A);
        for (int i = 0; i < 2000; i++) {
            desk.pass(1);
            assertThat(refusal("id" + i, TIMEOUT_MS, -1, -1)).isEqualTo(Errors.NONE);
        }
        assertThat(desk.memory.usedBytes()).isLessThanOrEqualTo(TransactionHarness.MEMORY_BYTES);
        assertThat(desk.memory.dropped()).isGreaterThan(1000);
        assertThat(desk.state("id7")).isEqualTo(Errors.TRANSACTIONAL_ID_NOT_FOUND);
        assertThat(desk.state("id1999")).isEqualTo(Errors.NONE);
        // Ongoing transactions are never dropped.
        assertThat(desk.endError(owner, true, true)).isEqualTo(Errors.NONE);
        long before = desk.memory.usedBytes();
        desk.restart();
        assertThat(desk.memory.usedBytes()).isEqualTo(before);
        assertThat(desk.state("id1999")).isEqualTo(Errors.NONE);
    }

    @Test
    void idsThatHaveHadATransactionAreForgottenLast() {
        Owner owner = desk.init();
        desk.add(owner, Intent.ADD, A);
        desk.end(owner, true, true);
        desk.writeMarkers();
        for (int i = 0; i < 2000; i++) desk.init("id" + i, TIMEOUT_MS, -1, -1);
        assertThat(desk.state(ID)).isEqualTo(Errors.NONE);
    }

    @Test
    void partitionsOfOpenTransactionsAreCounted() {
        Owner owner = desk.init();
        TopicPartition[] many = new TopicPartition[3000];
        for (int number = 0; number < many.length; number++) many[number] = new TopicPartition("a", number);
        assertThat(desk.add(owner, Intent.ADD, many)).containsExactly(Errors.POLICY_VIOLATION);
        assertThat(desk.memory.refused()).isEqualTo(1);
        assertThat(desk.add(owner, Intent.ADD, A)).containsExactly(Errors.NONE);
    }

    @Test
    void aLogThatHoldsMoreThanFitsIsReadNevertheless() {
        desk.unlimited();
        for (int i = 0; i < 2000; i++) desk.init("id" + i, TIMEOUT_MS, -1, -1);
        desk.limited();
        desk.restart();
        assertThat(desk.memory.usedBytes()).isLessThanOrEqualTo(TransactionHarness.MEMORY_BYTES);
        assertThat(desk.state("id0")).isEqualTo(Errors.TRANSACTIONAL_ID_NOT_FOUND);
        assertThat(desk.state("id1999")).isEqualTo(Errors.NONE);
        assertThat(refusal("id0", TIMEOUT_MS, -1, -1)).isEqualTo(Errors.NONE);
    }

    @Test
    void idsAreListedInPages() {
        for (int i = 100; i < 125; i++) desk.init("id" + i, TIMEOUT_MS, -1, -1);
        List<String> ids = new ArrayList<>();
        String after = null;
        do {
            ListedTransactions page = desk.ask(
                            new TransactionCommand.ListTransactions(new ListTransactionsRequestData(), after, 10))
                    .answer;
            page.response().transactionStates().forEach(state -> ids.add(state.transactionalId()));
            after = page.last();
        } while (after != null);
        assertThat(ids).hasSize(25).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void theOwnerIsToldToWaitWhileItsMarkersAreWritten() {
        Owner owner = desk.init();
        desk.add(owner, Intent.ADD, A);
        desk.end(owner, true, true);
        assertThat(refusal(ID, TIMEOUT_MS, owner.id(), 1)).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
    }
}
