package io.letterbox.transactions;

import static io.letterbox.transactions.TransactionHarness.A;
import static io.letterbox.transactions.TransactionHarness.B;
import static io.letterbox.transactions.TransactionHarness.EXPIRATION_MS;
import static io.letterbox.transactions.TransactionHarness.TIMEOUT_MS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.error.ApiException;
import io.letterbox.time.Moment;
import io.letterbox.transactions.TransactionCommand.Intent;
import io.letterbox.transactions.TransactionHarness.Owner;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Tests timeouts, expiration, restarts and a log that refuses. */
class TransactionTimeTest {
    private static final long DAY_MS = 86_400_000;

    private final TransactionHarness desk = new TransactionHarness();
    private final Owner owner = desk.init();

    @Test
    void aTransactionThatTakesTooLongIsAbortedAndItsProducerFenced() {
        desk.add(owner, Intent.ADD, A);
        desk.pass(TIMEOUT_MS - 1);
        assertThat(desk.state()).isEqualTo("Ongoing");
        desk.pass(1);
        assertThat(desk.state()).isEqualTo("PrepareAbort");
        assertThat(desk.markers.peek().commit()).isFalse();
        assertThat(desk.markers.peek().epoch()).isEqualTo((short) 1);
        assertThat(desk.endError(owner, true, true)).isEqualTo(Errors.PRODUCER_FENCED);
        desk.writeMarkers();
        assertThat(desk.endError(owner, true, true)).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(desk.add(owner, Intent.ADD, A)).containsExactly(Errors.PRODUCER_FENCED);
    }

    @Test
    void addingPartitionsDoesNotProlongATransaction() {
        desk.add(owner, Intent.ADD, A);
        desk.pass(TIMEOUT_MS / 2);
        desk.add(owner, Intent.ADD, B);
        desk.pass(TIMEOUT_MS / 2);
        assertThat(desk.state()).isEqualTo("PrepareAbort");
    }

    @Test
    void theTimeoutSurvivesARestart() {
        desk.add(owner, Intent.ADD, A);
        desk.pass(TIMEOUT_MS - 1);
        desk.restart();
        assertThat(desk.core.nextDeadlineMs()).isEqualTo(desk.clock.elapsedMs() + 1);
        desk.pass(1);
        assertThat(desk.state()).isEqualTo("PrepareAbort");
    }

    @Test
    void aTransactionRunsByTheMonotonicClock() {
        desk.add(owner, Intent.ADD, A);
        desk.clock.step(DAY_MS);
        desk.pass(0);
        assertThat(desk.state()).as("the wall clock went forward").isEqualTo("Ongoing");
        desk.clock.step(-2 * DAY_MS);
        desk.pass(TIMEOUT_MS - 1);
        assertThat(desk.state()).isEqualTo("Ongoing");
        desk.pass(1);
        assertThat(desk.state()).as("the wall clock went back").isEqualTo("PrepareAbort");
    }

    @Test
    void aWallClockThatWentBackOverARestartGivesATransactionItsTimeOnceMore() {
        desk.add(owner, Intent.ADD, A);
        desk.pass(TIMEOUT_MS / 2);
        desk.clock.step(-DAY_MS);
        desk.restart();
        desk.pass(TIMEOUT_MS - 1);
        assertThat(desk.state()).isEqualTo("Ongoing");
        desk.pass(1);
        assertThat(desk.state()).isEqualTo("PrepareAbort");
    }

    @Test
    void anIdIsForgottenByTheWallClock() {
        desk.clock.step(EXPIRATION_MS);
        desk.pass(TransactionalIdState.CHECK_INTERVAL_MS);
        assertThat(desk.describe().errorCode()).isEqualTo(Errors.TRANSACTIONAL_ID_NOT_FOUND.code());
    }

    @Test
    void anIdIsNotForgottenByAWallClockInDoubt() {
        desk.clock.step(EXPIRATION_MS);
        desk.core.tick(
                new Moment(desk.clock.elapsedMs() + TransactionalIdState.CHECK_INTERVAL_MS, desk.clock.wallMs(), false),
                desk);
        assertThat(desk.state()).isEqualTo("Empty");
        desk.pass(2 * TransactionalIdState.CHECK_INTERVAL_MS);
        assertThat(desk.describe().errorCode()).isEqualTo(Errors.TRANSACTIONAL_ID_NOT_FOUND.code());
    }

    @Test
    void whatHadBeenDecidedIsCarriedOutAfterARestart() {
        desk.add(owner, Intent.ADD, A, B);
        desk.end(owner, true, true);
        WriteMarkers before = desk.markers.peek();
        desk.restart();
        assertThat(desk.markers).containsExactly(before);
        desk.writeMarkers();
        assertThat(desk.state()).isEqualTo("CompleteCommit");
        desk.restart();
        assertThat(desk.markers).isEmpty();
    }

    @Test
    void aFenceSurvivesARestart() {
        desk.add(owner, Intent.ADD, A);
        desk.pass(TIMEOUT_MS);
        desk.restart();
        assertThat(desk.endError(owner, false, true)).isEqualTo(Errors.PRODUCER_FENCED);
        desk.writeMarkers();
        desk.restart();
        assertThat(desk.endError(owner, false, true)).isEqualTo(Errors.PRODUCER_FENCED);
    }

    @Test
    void anIdThatNobodyUsesIsForgotten() {
        desk.pass(EXPIRATION_MS - 1);
        assertThat(desk.state()).isEqualTo("Empty");
        desk.pass(1);
        assertThat(desk.describe().errorCode()).isEqualTo(Errors.TRANSACTIONAL_ID_NOT_FOUND.code());
        assertThat(desk.history()).isEqualTo("Empty -");
        desk.restart();
        assertThat(desk.core.nextDeadlineMs()).isEqualTo(Long.MAX_VALUE);
        assertThat(desk.init().id()).isNotEqualTo(owner.id());
    }

    @Test
    void manyIdsAreForgottenBitByBit() {
        int more = TransactionCoordinator.MAX_EXPIRED + 1;
        for (int i = 0; i < more; i++) desk.init("id" + i, TIMEOUT_MS, -1, -1);
        desk.pass(EXPIRATION_MS);
        assertThat(desk.core.nextDeadlineMs()).isEqualTo(desk.clock.elapsedMs());
        desk.pass(1);
        assertThat(desk.core.nextDeadlineMs()).isEqualTo(Long.MAX_VALUE);
        assertThat(desk.log.stream().filter(r -> r.value() == null)).hasSize(more + 1);
    }

    @Test
    void whatIsOngoingOrDecidedIsNotForgotten() {
        desk.add(owner, Intent.ADD, A);
        desk.end(owner, true, true);
        desk.pass(EXPIRATION_MS * 2);
        assertThat(desk.state()).isEqualTo("PrepareCommit");
        desk.writeMarkers();
        assertThat(desk.state()).isEqualTo("CompleteCommit");
    }

    @Test
    void aLogThatRefusesIsAskedAgainLater() {
        desk.add(owner, Intent.ADD, A);
        desk.refuseAfter(0);
        desk.pass(TIMEOUT_MS);
        assertThat(desk.state()).isEqualTo("Ongoing");
        assertThat(desk.core.nextDeadlineMs()).isEqualTo(desk.clock.elapsedMs() + TransactionCoordinator.RETRY_MS);
        desk.refuseAfter(Integer.MAX_VALUE);
        desk.pass(TransactionCoordinator.RETRY_MS);
        assertThat(desk.state()).isEqualTo("PrepareAbort");
    }

    @Test
    void aDecisionThatTheLogRefusesIsNone() {
        desk.add(owner, Intent.ADD, A);
        desk.refuseAfter(0);
        assertThatThrownBy(() -> desk.end(owner, true, true)).isInstanceOf(ApiException.class);
        assertThat(desk.markers).isEmpty();
        assertThat(desk.state()).isEqualTo("Ongoing");
        desk.refuseAfter(Integer.MAX_VALUE);
        assertThat(desk.endError(owner, true, true)).isEqualTo(Errors.NONE);
        desk.refuseAfter(0);
        assertThatThrownBy(desk::writeMarkers).isInstanceOf(ApiException.class);
        assertThat(desk.state()).isEqualTo("PrepareCommit");
    }
}
