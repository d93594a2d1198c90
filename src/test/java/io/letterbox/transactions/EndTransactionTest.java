package io.letterbox.transactions;

import static io.letterbox.transactions.TransactionHarness.A;
import static io.letterbox.transactions.TransactionHarness.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.transactions.TransactionCommand.Intent;
import io.letterbox.transactions.TransactionHarness.Owner;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class EndTransactionTest {
    private final TransactionHarness desk = new TransactionHarness();
    private final Owner owner = desk.init();

    private static Owner told(EndTxnResponseData answer) {
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
        return new Owner(answer.producerId(), answer.producerEpoch());
    }

    @Test
    void aCommitReachesEveryPartition() {
        desk.add(owner, Intent.ADD, A, B);
        Owner next = told(desk.end(owner, true, true));
        assertThat(next).isEqualTo(new Owner(owner.id(), (short) 1));
        WriteMarkers commit = desk.markers.peek();
        assertThat(commit.partitions()).containsExactlyInAnyOrder(A, B);
        assertThat(commit.commit()).isTrue();
        assertThat(commit.epoch()).isEqualTo((short) 1);
        assertThat(commit.transactionVersion()).isEqualTo((short) 2);
        assertThat(desk.state()).isEqualTo("PrepareCommit");
        desk.writeMarkers();
        assertThat(desk.history()).isEqualTo("Empty Ongoing PrepareCommit CompleteCommit");
        assertThat(desk.describe().topics()).isEmpty();
    }

    @Test
    void anOlderProducerKeepsItsEpoch() {
        desk.add(owner, Intent.ADD_CLASSIC, A);
        assertThat(told(desk.end(owner, false, false))).isEqualTo(owner);
        assertThat(desk.markers.peek().epoch()).isEqualTo(owner.epoch());
        assertThat(desk.markers.peek().transactionVersion()).isZero();
        desk.writeMarkers();
        assertThat(desk.add(owner, Intent.ADD_CLASSIC, B)).containsExactly(Errors.NONE);
        assertThat(desk.state()).isEqualTo("Ongoing");
    }

    @Test
    void aRepetitionIsAnsweredAlikeInEveryLaterState() {
        desk.add(owner, Intent.ADD, A);
        EndTxnResponseData answer = desk.end(owner, true, true);
        assertThat(desk.end(owner, true, true)).isEqualTo(answer);
        assertThat(desk.endError(owner, false, true)).isEqualTo(Errors.INVALID_TXN_STATE);
        desk.writeMarkers();
        assertThat(desk.end(owner, true, true)).isEqualTo(answer);
        assertThat(desk.endError(owner, false, true)).isEqualTo(Errors.INVALID_TXN_STATE);
        desk.restart();
        assertThat(desk.end(owner, true, true)).isEqualTo(answer);
        assertThat(desk.history()).isEqualTo("Empty Ongoing PrepareCommit CompleteCommit");
    }

    @Test
    void aRepetitionIsFencedOnceTheNextTransactionGoesOn() {
        desk.add(owner, Intent.ADD, A);
        Owner next = told(desk.end(owner, true, true));
        desk.writeMarkers();
        desk.add(next, Intent.ADD, B);
        assertThat(desk.endError(owner, true, true)).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(desk.state()).isEqualTo("Ongoing");
    }

    @Test
    void anOlderProducersRepetitionIsAnsweredAlike() {
        desk.add(owner, Intent.ADD_CLASSIC, A);
        EndTxnResponseData answer = desk.end(owner, true, false);
        assertThat(desk.end(owner, true, false)).isEqualTo(answer);
        desk.writeMarkers();
        assertThat(desk.end(owner, true, false)).isEqualTo(answer);
        assertThat(desk.endError(owner, false, false)).isEqualTo(Errors.INVALID_TXN_STATE);
    }

    @Test
    void anAbortWithoutPartitionsRaisesTheEpochAtOnce() {
        Owner next = told(desk.end(owner, false, true));
        assertThat(next.epoch()).isEqualTo((short) 1);
        assertThat(desk.markers).isEmpty();
        assertThat(desk.state()).isEqualTo("CompleteAbort");
        Owner afterNext = told(desk.end(next, false, true));
        assertThat(afterNext.epoch()).isEqualTo((short) 2);
        // A repetition of the first request is fenced by now.
        assertThat(desk.endError(owner, false, true)).isEqualTo(Errors.PRODUCER_FENCED);
        // A repetition of the last request gets the same answer.
        assertThat(told(desk.end(next, false, true))).isEqualTo(afterNext);
    }

    @Test
    void thereIsNothingToCommitWithoutPartitions() {
        assertThat(desk.endError(owner, true, true)).isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(desk.endError(owner, true, false)).isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(desk.endError(owner, false, false)).isEqualTo(Errors.INVALID_TXN_STATE);
        desk.add(owner, Intent.ADD, A);
        Owner next = told(desk.end(owner, true, true));
        desk.writeMarkers();
        assertThat(desk.endError(next, true, true)).isEqualTo(Errors.INVALID_TXN_STATE);
    }

    @Test
    void whatComesBeforeTheMarkersAreWrittenWaits() {
        desk.add(owner, Intent.ADD, A);
        Owner next = told(desk.end(owner, true, true));
        assertThat(desk.endError(next, false, true)).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        desk.writeMarkers();
        assertThat(told(desk.end(next, false, true)).epoch()).isEqualTo((short) 2);
    }

    @Test
    void unknownAndFencedProducersAreRefused() {
        desk.add(owner, Intent.ADD, A);
        assertThat(desk.endError(new Owner(1, (short) 0), true, true)).isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
        assertThat(desk.endError(new Owner(owner.id(), (short) 7), true, true)).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(new TransactionHarness().endError(owner, true, true)).isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
    }

    @Test
    void theLastEpochsEndBringsANewProducerId() {
        desk.wearTo(Transaction.LAST_EPOCH);
        Owner last = new Owner(owner.id(), Transaction.LAST_EPOCH);
        desk.add(last, Intent.ADD, A);
        Owner next = told(desk.end(last, true, true));
        assertThat(next).isEqualTo(new Owner(4001, (short) 0));
        assertThat(desk.markers.peek().epoch()).isEqualTo(Short.MAX_VALUE);
        assertThat(desk.markers.peek().producerId()).isEqualTo(owner.id());
        // While markers are being written, the owner uses its next id, or repeats its request.
        assertThat(desk.asking(next, Intent.ADD, B).done).isFalse();
        assertThat(desk.endError(next, false, true)).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        assertThat(told(desk.end(last, true, true))).isEqualTo(next);
        desk.restart();
        desk.writeMarkers();
        assertThat(told(desk.end(last, true, true))).isEqualTo(next);
        assertThat(desk.nextProducerId).isEqualTo(4002);
        assertThat(desk.add(next, Intent.ADD, B)).containsExactly(Errors.NONE);
        assertThat(desk.endError(last, true, true)).isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
    }

    @Test
    void aLateReportOfMarkersEndsNothingElse() {
        desk.add(owner, Intent.ADD, A);
        Owner next = told(desk.end(owner, true, true));
        WriteMarkers first = desk.markers.peek();
        desk.writeMarkers();
        desk.add(next, Intent.ADD, B);
        desk.end(next, false, true);
        desk.written(first);
        assertThat(desk.state()).isEqualTo("PrepareAbort");
        desk.writeMarkers();
        assertThat(desk.state()).isEqualTo("CompleteAbort");
    }
}
