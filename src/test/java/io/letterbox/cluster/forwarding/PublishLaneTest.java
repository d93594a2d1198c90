package io.letterbox.cluster.forwarding;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PublishLaneTest implements PublishLane.Outbox {
    private static final Appended STORED = new Appended(0, -1, 0, false);

    private final PublishLane lane = new PublishLane(this);
    private final List<LaneBatch> sent = new ArrayList<>();
    private final List<ErrorCode> failed = new ArrayList<>();
    private int acknowledged;
    private int idsWanted;
    private long nowMs = 100_000;

    @Override
    public void send(LaneBatch batch) {
        sent.add(batch);
    }

    @Override
    public void acknowledge(Append append, Appended appended) {
        acknowledged++;
    }

    @Override
    public void fail(Append append, ApiException why) {
        failed.add(why.code());
    }

    @Override
    public void needProducerId() {
        idsWanted++;
    }

    private void offer(int count) {
        for (int i = 0; i < count; i++)
            assertThat(lane.offer(append(-1), nowMs)).isTrue();
    }

    private static Append append(long producerId) {
        BatchBuilder builder = new BatchBuilder(64);
        builder.append(1, null, new byte[] {1}, List.of());
        if (producerId >= 0) builder.producer(producerId, (short) 3, 11);
        return new Append(new TopicPartition("t", 0), builder.build(), 1, null, Promise.promise());
    }

    private RecordBatch batch(int index) {
        return RecordBatch.of(sent.get(index).append().batch());
    }

    private void acknowledge(int index) {
        lane.acknowledged(sent.get(index), STORED, nowMs);
    }

    private void fail(int index, AttemptFailure kind) {
        lane.failed(sent.get(index), kind, new ApiException(ErrorCode.DISK_FULL, "Full."), nowMs);
    }

    @Test
    void nothingIsSentWithoutAProducerIdAndTheFirstBatchGoesAlone() {
        offer(9);
        assertThat(sent).isEmpty();
        assertThat(idsWanted).isEqualTo(1);
        lane.identify(-1, nowMs);
        lane.tick(nowMs);
        assertThat(idsWanted).as("asked for again").isEqualTo(2);
        lane.identify(7, nowMs);
        // A partition takes any number from a producer that it does not know.
        assertThat(sent).hasSize(1);
        acknowledge(0);
        assertThat(sent).hasSize(1 + PublishLane.MAX_IN_FLIGHT);
        for (int i = 0; i < sent.size(); i++) {
            assertThat(batch(i).producerId()).isEqualTo(7);
            assertThat(batch(i).baseSequence()).isEqualTo(i);
        }
        nowMs += 60_001;
        for (int i = 1; i < 9; i++) acknowledge(i);
        assertThat(acknowledged).isEqualTo(9);
        nowMs += 60_001;
        offer(2);
        assertThat(sent).as("after a silence it may be unknown again").hasSize(10);
        assertThat(lane.isIdle()).isFalse();
    }

    @Test
    void whatWasGivenToNobodyIsNotStoredAndWhatWasLostMayBe() {
        offer(2);
        lane.identify(7, nowMs);
        fail(0, AttemptFailure.UNKNOWN);
        nowMs += PublishLane.PATIENCE_MS;
        lane.tick(nowMs);
        assertThat(failed).containsExactly(ErrorCode.OUTCOME_UNKNOWN, ErrorCode.NOT_LEADER);
        assertThat(lane.isIdle()).isTrue();
        offer(1);
        assertThat(batch(1).producerEpoch()).as("late copies are shut out").isEqualTo((short) 1);
        assertThat(batch(1).baseSequence()).isZero();
    }

    @Test
    void aRefusalIsFinalOnlyIfNoAttemptIsUndecided() {
        offer(1);
        lane.identify(7, nowMs);
        fail(0, AttemptFailure.UNKNOWN);
        nowMs += PublishLane.LAST_RETRY_MS;
        lane.tick(nowMs);
        fail(1, AttemptFailure.REFUSED);
        assertThat(failed).isEmpty();
        nowMs += PublishLane.LAST_RETRY_MS;
        lane.tick(nowMs);
        acknowledge(2);
        assertThat(acknowledged).isEqualTo(1);
        offer(1);
        fail(3, AttemptFailure.REFUSED);
        assertThat(failed).containsExactly(ErrorCode.DISK_FULL);
    }

    @Test
    void aBatchThatIsOutOfOrderWaitsForTheOneBeforeIt() {
        offer(3);
        lane.identify(7, nowMs);
        acknowledge(0);
        fail(1, AttemptFailure.NOT_TRIED);
        fail(2, AttemptFailure.OUT_OF_ORDER);
        assertThat(sent).hasSize(3);
        lane.hurry(nowMs);
        assertThat(sent.get(3)).isSameAs(sent.get(1));
        assertThat(sent.get(4)).isSameAs(sent.get(2));
        acknowledge(3);
        acknowledge(4);
        assertThat(acknowledged).isEqualTo(3);
    }

    /** The batch before was refused, so the number that this one has is never reached. */
    @Test
    void aBatchBehindARefusedOneGetsANewNumberOfTheNextEpoch() {
        offer(3);
        lane.identify(7, nowMs);
        acknowledge(0);
        fail(1, AttemptFailure.REFUSED);
        fail(2, AttemptFailure.OUT_OF_ORDER);
        assertThat(sent).hasSize(4);
        assertThat(sent.get(3)).isSameAs(sent.get(2));
        assertThat(batch(3).producerEpoch()).isEqualTo((short) 1);
        assertThat(batch(3).baseSequence()).isZero();
        acknowledge(3);
        assertThat(failed).containsExactly(ErrorCode.DISK_FULL);
    }

    @Test
    void aProducerThatIsShutOutGetsAnotherId() {
        offer(1);
        lane.identify(7, nowMs);
        fail(0, AttemptFailure.FENCED);
        assertThat(idsWanted).isEqualTo(2);
        lane.identify(8, nowMs);
        assertThat(batch(1).producerId()).isEqualTo(8);
    }

    @Test
    void whoseBatchHasAnIdentityKeepsIt() {
        assertThat(lane.offer(append(5), nowMs)).isTrue();
        assertThat(batch(0).producerId()).isEqualTo(5);
        assertThat(batch(0).baseSequence()).isEqualTo(11);
        assertThat(idsWanted).isZero();
        fail(0, AttemptFailure.UNKNOWN);
        lane.hurry(nowMs);
        fail(1, AttemptFailure.OUT_OF_ORDER);
        assertThat(failed).as("what the publisher has to know").containsExactly(ErrorCode.DISK_FULL);
    }

    @Test
    void aNewLeaderThatIsNotReadyIsAskedAgainSoon() {
        offer(1);
        lane.identify(7, nowMs);
        for (int failure = 0; failure < 10; failure++) {
            fail(failure, AttemptFailure.NOT_TRIED);
            nowMs += PublishLane.LAST_RETRY_MS;
            lane.tick(nowMs);
        }
        fail(10, AttemptFailure.NOT_TRIED);
        lane.hurry(nowMs);
        fail(11, AttemptFailure.UNKNOWN);
        nowMs += PublishLane.FIRST_RETRY_MS;
        lane.tick(nowMs);
        assertThat(sent).hasSize(13);
        acknowledge(12);
        assertThat(acknowledged).isEqualTo(1);
    }

    @Test
    void onlySoManyWait() {
        offer(PublishLane.MAX_QUEUED);
        assertThat(lane.offer(append(-1), nowMs)).isFalse();
    }
}
