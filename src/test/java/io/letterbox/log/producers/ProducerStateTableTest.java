package io.letterbox.log.producers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.error.OutOfOrderSequenceException;
import io.letterbox.error.UnverifiedTransactionException;
import io.letterbox.error.VerificationGuard;
import io.letterbox.memory.StatePart;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TransactionMarker;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProducerStateTableTest {
    private static final long EXPIRY_MS = 1_000;

    private ProducerStateTable states = new ProducerStateTable(limited(4, StatePart.unlimited()));
    private long end;
    private long nowMs = 10_000;

    // ---- numbers

    @Test
    void anUnknownProducerMayBeginWithAnySequence() {
        write(data(1, 0, 77, 3));
        assertGap(data(1, 0, 77, 2), 80);
        assertGap(data(1, 0, 81, 1), 80);
        write(data(1, 0, 80, 1));
    }

    @Test
    void numbersGoOnAtZero() {
        write(data(1, 0, Integer.MAX_VALUE - 1, 4));
        assertThat(states.get(1).lastSequence()).isEqualTo(1);
        assertThat(check(data(1, 0, Integer.MAX_VALUE - 1, 4)).baseOffset()).isZero();
        write(data(1, 0, 2, 1));
        write(data(2, 0, Integer.MAX_VALUE, 1));
        write(data(2, 0, 0, 1));
    }

    @Test
    void theLastFiveAreKnownAgain() {
        for (int i = 0; i < 7; i++) write(data(1, 0, i * 2, 2));
        for (int i = 2; i < 7; i++) {
            ProducerBatch first = check(data(1, 0, i * 2, 2));
            assertThat(first.baseOffset()).isEqualTo(i * 2L);
            assertThat(first.timestampMs()).isEqualTo(5_000);
        }
        assertGap(data(1, 0, 2, 2), 14);
        // Not the same batch, though it begins at the same number.
        assertGap(data(1, 0, 12, 1), 14);
    }

    @Test
    void aNewEpochBeginsAtZeroAndShutsTheOldOneOut() {
        write(data(1, 3, 10, 1));
        assertGap(data(1, 4, 11, 1), 0);
        write(data(1, 4, 0, 1));
        assertRefused(data(1, 3, 11, 1), ErrorCode.INVALID_PRODUCER_EPOCH);
        assertRefused(data(1, 3, 10, 1), ErrorCode.INVALID_PRODUCER_EPOCH);
    }

    @Test
    void aCheckChangesNothing() {
        write(data(1, 0, 0, 1));
        for (int i = 0; i < 3; i++) assertThat(check(data(1, 0, 1, 1))).isNull();
        assertThat(states.get(1).lastSequence()).isZero();
        assertThat(check(data(9, 0, 0, 1))).isNull();
        assertThat(states.get(9)).isNull();
    }

    @Test
    void batchesWithoutSequencesAreNotChecked() {
        write(data(-1, -1, -1, 3));
        assertThat(states.all()).isEmpty();
    }

    // ---- transactions

    @Test
    void readersWaitForTheOldestUndecidedTransaction() {
        write(data(-1, -1, -1, 2));
        begin(transactional(1, 0, 0, 2));
        begin(transactional(2, 0, 0, 1));
        write(transactional(1, 0, 2, 1));
        write(data(-1, -1, -1, 1));
        assertThat(states.stableOffset(end)).isEqualTo(2);
        write(marker(2, 0, true, 1));
        assertThat(states.stableOffset(end)).isEqualTo(2);
        assertThat(write(marker(1, 0, true, 1))).isNull();
        // A marker counts when it is committed, not when it is written.
        assertThat(states.stableOffset(end - 1)).isEqualTo(2);
        assertThat(states.stableOffset(end)).isEqualTo(end);
    }

    @Test
    void anAbortSaysWhatIsNotToBeShown() {
        begin(transactional(1, 0, 0, 2));
        begin(transactional(2, 0, 0, 2));
        assertThat(write(marker(1, 1, false, 0))).isEqualTo(new AbortedTxn(1, 0, 4, 2));
        assertThat(write(marker(2, 1, false, 0))).isEqualTo(new AbortedTxn(2, 2, 5, 6));
        // A repeated marker ends no transaction.
        assertThat(write(marker(2, 1, false, 0))).isNull();
        assertThat(states.get(2).epoch()).isEqualTo((short) 1);
        begin(transactional(2, 1, 0, 1));
    }

    @Test
    void anOldCoordinatorIsFenced() {
        begin(transactional(1, 0, 0, 1));
        write(marker(1, 0, true, 5));
        assertRefused(marker(1, 0, true, 4), ErrorCode.TRANSACTION_COORDINATOR_FENCED);
        assertThat(check(marker(1, 0, true, 5))).isNull();
        write(marker(1, 7, true, 5));
        assertRefused(marker(1, 6, true, 5), ErrorCode.INVALID_PRODUCER_EPOCH);
    }

    @Test
    void whatDoesNotBelongToTheOpenTransactionIsRefused() {
        begin(transactional(1, 0, 0, 1));
        assertRefused(data(1, 0, 1, 1), ErrorCode.INVALID_TXN_STATE);
        write(transactional(1, 0, 1, 1));
    }

    @Test
    void aCoordinatorsOffsetsHaveNoNumbers() {
        begin(transactional(1, 0, -1, 2));
        write(transactional(1, 0, -1, 2));
        assertThat(states.get(1).transactionStart()).isZero();
        assertThat(check(transactional(1, 0, -1, 2))).isNull();
    }

    @Test
    void aTransactionThatNobodyHasConfirmedIsNotBegun() {
        VerificationGuard guard = guardFor(transactional(1, 0, 0, 1));
        assertThat(guardFor(transactional(1, 0, 0, 1))).isEqualTo(guard);
        assertThatThrownBy(() -> states.check(transactional(1, 0, 0, 1), new VerificationGuard(0), nowMs))
                .isInstanceOf(UnverifiedTransactionException.class);
        begin(transactional(1, 0, 0, 1));
        write(transactional(1, 0, 1, 1));
    }

    @Test
    void aMarkerOrANewEpochVoidsTheGuard() {
        VerificationGuard first = guardFor(transactional(1, 0, 0, 1));
        write(marker(1, 0, false, 0));
        VerificationGuard second = guardFor(transactional(1, 0, 0, 1));
        assertThat(second).isNotEqualTo(first);
        VerificationGuard third = guardFor(transactional(1, 1, 0, 1));
        assertThat(third).isNotEqualTo(second);
        assertRefused(transactional(1, 0, 0, 1), ErrorCode.INVALID_PRODUCER_EPOCH);
    }

    @Test
    void aGuardIsANumberThatATableReadAnewDoesNotGiveAgain() {
        VerificationGuard guard = guardFor(transactional(1, 0, 0, 1));
        VerificationGuard sent = new VerificationGuard(guard.value());
        assertThat(states.check(transactional(1, 0, 0, 1), sent, nowMs)).isNull();
        states = new ProducerStateTable(limited(4, StatePart.unlimited()));
        assertThat(guardFor(transactional(1, 0, 0, 1))).isNotEqualTo(guard);
        assertThatThrownBy(() -> states.check(transactional(1, 0, 0, 1), sent, nowMs))
                .isInstanceOf(UnverifiedTransactionException.class);
    }

    @Test
    void ofSeveralBatchesUnderWayTheFirstBeginsTheTransaction() {
        VerificationGuard guard = guardFor(transactional(1, 0, 0, 5));
        assertThat(guardFor(transactional(1, 0, 5, 5))).isEqualTo(guard);
        assertThatThrownBy(() -> states.check(transactional(1, 0, 5, 5), guard, nowMs))
                .isInstanceOfSatisfying(OutOfOrderSequenceException.class, gap -> assertThat(
                                gap.facts().get(OutOfOrderSequenceException.EXPECTED_SEQUENCE))
                        .isEqualTo(0));
        begin(transactional(1, 0, 0, 5));
        write(transactional(1, 0, 5, 5));
    }

    // ---- limits

    @Test
    void theProducerThatWasSilentForLongestIsDropped() {
        for (int id = 1; id <= 4; id++) write(data(id, 0, 0, 1));
        write(data(1, 0, 1, 1));
        write(data(5, 0, 0, 1));
        assertThat(states.all().stream().map(ProducerState::id)).containsExactly(3L, 4L, 1L, 5L);
    }

    @Test
    void anOpenTransactionIsNeverForgotten() {
        begin(transactional(1, 0, 0, 1));
        for (int id = 2; id <= 6; id++) write(data(id, 0, 0, 1));
        nowMs += 100 * EXPIRY_MS;
        states.expire(nowMs);
        assertThat(states.all().stream().map(ProducerState::id)).containsExactly(1L);
        for (int id = 2; id <= 4; id++) begin(transactional(id, 0, 0, 1));
        assertRefused(data(9, 0, 0, 1), ErrorCode.POLICY_VIOLATION);
        // Open transactions can be ended whatever the limit is, which makes room.
        write(marker(1, 1, true, 0));
        write(data(9, 0, 0, 1));
        assertThat(states.get(1)).isNull();
    }

    @Test
    void anExpiredProducerIsUnknown() {
        write(data(1, 0, 0, 1));
        nowMs += EXPIRY_MS / 2;
        write(data(2, 0, 0, 1));
        nowMs += EXPIRY_MS / 2;
        states.expire(nowMs);
        assertThat(states.all().stream().map(ProducerState::id)).containsExactly(2L);
        write(data(1, 0, 50, 1));
    }

    @Test
    void silenceIsCountedFromTheStartForThoseWhoWereThereBefore() {
        RecordBatch old = data(1, 0, 0, 1);
        old.assign(end++, 0);
        states.onAppended(old, -1);
        states.expire(nowMs);
        states.expire(nowMs + EXPIRY_MS - 1);
        assertThat(states.get(1)).isNotNull();
        states.expire(nowMs + EXPIRY_MS);
        assertThat(states.get(1)).isNull();
    }

    // ---- snapshots

    @Test
    void aSnapshotSaysItAll() {
        for (int i = 0; i < 7; i++) write(data(1, 2, 1 + i, 1));
        begin(transactional(2, 0, 5, 2));
        write(marker(3, 4, true, 9));
        ProducerStateTable read = reread(ProducerSnapshot.encode(states));
        assertThat(read.stableOffset(end)).isEqualTo(7);
        for (ProducerState state : states.all()) {
            ProducerState same = read.get(state.id());
            assertThat(same.epoch()).isEqualTo(state.epoch());
            assertThat(same.batches()).isEqualTo(state.batches());
            assertThat(same.coordinatorEpoch()).isEqualTo(state.coordinatorEpoch());
            assertThat(same.transactionStart()).isEqualTo(state.transactionStart());
            assertThat(same.lastTimestampMs()).isEqualTo(state.lastTimestampMs());
        }
        assertThat(read.all()).hasSize(3);
    }

    @Test
    void noDamageToASnapshotIsTaken() {
        write(data(1, 0, 0, 1));
        begin(transactional(2, 0, 0, 1));
        byte[] sound = ProducerSnapshot.encode(states).array();
        for (int at = 0; at < sound.length; at++) {
            byte[] damaged = sound.clone();
            damaged[at] ^= 1 << at % 8;
            assertThat(reread(ByteBuffer.wrap(damaged))).as("byte " + at).isNull();
            assertThat(reread(ByteBuffer.wrap(sound, 0, at).slice()))
                    .as("cut at " + at)
                    .isNull();
        }
        assertThat(reread(ByteBuffer.wrap(sound))).isNotNull();
    }

    // ---- memory

    @Test
    void whenMemoryIsShortTheOldestGiveWayAndTheyAreCounted() {
        StatePart memory = new StatePart("producers", "limits.producerBytes", 100_000);
        states = new ProducerStateTable(limited(1_000_000, memory));
        for (int id = 0; id < 10_000; id++) write(data(id, 0, 0, 1));
        assertThat(memory.usedBytes()).isBetween(80_000L, 90_000L);
        List<ProducerState> all = states.all();
        assertThat(all).hasSizeBetween(700, 900);
        assertThat(all.get(all.size() - 1).id()).isEqualTo(9_999);
        assertThat(memory.dropped()).isEqualTo(10_000 - all.size());
        states.close();
        assertThat(memory.usedBytes()).isZero();
    }

    @Test
    void oneBusyPartitionLeavesTheOthersTheirShare() {
        StatePart memory = new StatePart("producers", "limits.producerBytes", 100_000);
        ProducerLimits limits = limited(1_000_000, memory);
        ProducerStateTable quiet = new ProducerStateTable(limits);
        states = new ProducerStateTable(limits);
        for (int id = 0; id < 10_000; id++) write(data(id, 0, 0, 1));
        states = quiet;
        for (int id = 0; id < 50; id++) write(data(id, 0, 0, 1));
        for (int id = 0; id < 50; id++)
            assertThat(states.get(id)).as("producer " + id).isNotNull();
        assertThat(memory.usedBytes()).isLessThanOrEqualTo(100_000);
    }

    @Test
    void whatIsReadFromASnapshotIsWithinTheLimitToo() {
        states = new ProducerStateTable(limited(1_000_000, StatePart.unlimited()));
        for (int id = 0; id < 10_000; id++) write(data(id, 0, 0, 1));
        StatePart memory = new StatePart("producers", "limits.producerBytes", 100_000);
        ProducerStateTable read = ProducerSnapshot.decode(ProducerSnapshot.encode(states), limited(1_000_000, memory));
        assertThat(memory.usedBytes()).isBetween(80_000L, 90_000L);
        assertThat(read.get(9_999)).isNotNull();
        assertThat(read.get(0)).isNull();
    }

    @Test
    void openTransactionsAreRefusedWhereThereIsNoMemoryForMore() {
        StatePart memory = new StatePart("producers", "limits.producerBytes", 4_000);
        states = new ProducerStateTable(limited(1_000_000, memory));
        int id = 0;
        while (memory.refused() == 0 && id < 1_000) {
            RecordBatch first = transactional(id++, 0, 0, 1);
            try {
                begin(first);
            } catch (ApiException refusal) {
                assertThat(refusal.code()).isEqualTo(ErrorCode.POLICY_VIOLATION);
                assertThat(refusal).hasMessageContaining("limits.producerBytes");
            }
        }
        assertThat(id).isBetween(10, 40);
        assertThat(states.all()).allMatch(state -> state.transactionStart() >= 0);
        write(marker(0, 0, true, 0));
        begin(transactional(5_000, 0, 0, 1));
    }

    @Test
    void unconfirmedTransactionsAreWithinTheLimitToo() {
        StatePart memory = new StatePart("producers", "limits.producerBytes", 10_000);
        states = new ProducerStateTable(limited(1_000_000, memory));
        for (int id = 0; id < 1_000; id++) guardFor(transactional(id, 0, 0, 1));
        assertThat(memory.usedBytes()).isBetween(8_000L, 10_000L);
        nowMs += EXPIRY_MS;
        states.expire(nowMs);
        assertThat(memory.usedBytes()).isZero();
    }

    @Test
    void manyAreFoundAgainAndCanBeForgottenInAnyOrder() {
        states = new ProducerStateTable(limited(1_000_000, StatePart.unlimited()));
        for (long id = 0; id < 5_000; id++) write(data(id << 40, 0, 0, 1));
        for (long id = 0; id < 5_000; id += 3) write(data(id << 40, 0, 1, 1));
        for (long id = 0; id < 5_000; id++) {
            assertThat(states.get(id << 40).lastSequence()).isEqualTo(id % 3 == 0 ? 1 : 0);
        }
        nowMs += EXPIRY_MS;
        states.expire(nowMs);
        states.expire(nowMs);
        assertThat(states.all()).isEmpty();
    }

    private static ProducerLimits limited(int maxProducers, StatePart memory) {
        return new ProducerLimits(EXPIRY_MS, maxProducers, memory, StatePart.unlimited(), 0x1234_5678_9abc_def1L);
    }

    private static ProducerStateTable reread(ByteBuffer bytes) {
        return ProducerSnapshot.decode(bytes, ProducerLimits.defaults());
    }

    // ---- help

    private ProducerBatch check(RecordBatch batch) {
        return states.check(batch, null, nowMs);
    }

    private VerificationGuard guardFor(RecordBatch batch) {
        try {
            check(batch);
        } catch (UnverifiedTransactionException refusal) {
            return refusal.guard();
        }
        throw new AssertionError("it was not refused");
    }

    /** Writes a transaction's first batch with a confirmed guard. */
    private void begin(RecordBatch batch) {
        VerificationGuard guard = guardFor(batch);
        assertThat(states.check(batch, guard, nowMs)).isNull();
        append(batch);
    }

    private AbortedTxn write(RecordBatch batch) {
        assertThat(check(batch)).isNull();
        return append(batch);
    }

    private AbortedTxn append(RecordBatch batch) {
        batch.assign(end, 0);
        end = batch.nextOffset();
        return states.onAppended(batch, nowMs);
    }

    private void assertGap(RecordBatch batch, int expected) {
        assertThatThrownBy(() -> check(batch))
                .isInstanceOfSatisfying(OutOfOrderSequenceException.class, gap -> assertThat(
                                gap.facts().get(OutOfOrderSequenceException.EXPECTED_SEQUENCE))
                        .isEqualTo(expected));
    }

    private void assertRefused(RecordBatch batch, ErrorCode code) {
        assertThatThrownBy(() -> check(batch))
                .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(code));
    }

    private static RecordBatch data(long id, int epoch, int sequence, int records) {
        return RecordBatch.of(builder(id, epoch, sequence, records).build());
    }

    private static RecordBatch transactional(long id, int epoch, int sequence, int records) {
        return RecordBatch.of(builder(id, epoch, sequence, records)
                .flags(RecordBatch.TRANSACTIONAL)
                .build());
    }

    private static BatchBuilder builder(long id, int epoch, int sequence, int records) {
        BatchBuilder builder = new BatchBuilder(200);
        for (int i = 0; i < records; i++) builder.append(5_000, null, new byte[3], List.of());
        return builder.producer(id, (short) epoch, sequence);
    }

    private static RecordBatch marker(long id, int epoch, boolean commit, int coordinatorEpoch) {
        return RecordBatch.of(new TransactionMarker(commit, coordinatorEpoch).batch(id, (short) epoch, 6_000));
    }
}
