package io.letterbox.cluster.healing;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.cluster.healing.RepairView.Fault;
import io.letterbox.cluster.healing.RepairView.Kind;
import io.letterbox.storage.replica.LogPosition;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicaRepairTest {
    private static final RepairPhase SOUND = new RepairPhase.Sound();
    private static final RepairStep REST = new RepairStep.Rest();
    private static final List<Integer> SOURCES = List.of(2, 3);

    private final ReplicaRepair repair = new ReplicaRepair();

    private static RepairView view(RepairPhase phase, boolean open, boolean hasFiles, boolean opened, Fault fault) {
        RepairView.Kept gone = opened ? RepairView.Kept.GONE : RepairView.Kept.NEVER_OPENED;
        return new RepairView(true, true, phase, open, hasFiles ? RepairView.Kept.THERE : gone, fault, 2, SOURCES);
    }

    @Test
    void aReplicaOfANewShardBeginsWithNothingOnce() {
        assertThat(repair.step(view(SOUND, false, false, false, null), 0))
                .isEqualTo(new RepairStep.Open(RepairStep.Beginning.NEW));
        repair.done();
        assertThat(repair.step(view(SOUND, true, true, true, null), 0)).isEqualTo(REST);
        assertThat(repair.step(view(SOUND, false, true, true, null), 0))
                .isEqualTo(new RepairStep.Open(RepairStep.Beginning.AGAIN));
        repair.done();
        RepairStep.Withdraw emptied = (RepairStep.Withdraw) repair.step(view(SOUND, false, false, true, null), 0);
        assertThat(emptied.phase().forgot()).isTrue();
        assertThat(emptied.phase().why()).contains("gone");
    }

    @Test
    void aReplicaThatCameLaterNeverBeginsWithNothing() {
        RepairView later = new RepairView(true, false, SOUND, false, RepairView.Kept.NEVER_OPENED, null, 2, SOURCES);
        assertThat(((RepairStep.Withdraw) repair.step(later, 0)).phase().forgot())
                .isTrue();
    }

    @Test
    void whatForgotIsCopiedToOnlyWhenTheLeaderSaysThatItIsNoMember() {
        Fault fault = new Fault(Kind.PROMISES_LOST, "a force failed");
        RepairStep.Withdraw withdraw = (RepairStep.Withdraw) repair.step(view(SOUND, true, true, true, fault), 0);
        assertThat(withdraw.phase()).isEqualTo(new RepairPhase.Unfit(true, -1, "a force failed"));
        repair.done();
        RepairView unfit = view(withdraw.phase(), false, true, true, fault);
        assertThat(repair.step(unfit, 0)).isEqualTo(new RepairStep.AskWhetherMember(2));
        repair.failed(0);
        assertThat(repair.step(unfit, ReplicaRepair.PAUSE_MS - 1)).isEqualTo(REST);
        assertThat(repair.step(unfit, ReplicaRepair.PAUSE_MS)).isEqualTo(new RepairStep.AskWhetherMember(2));
        repair.done();
        assertThat(repair.step(view(new RepairPhase.Vacant("x"), false, true, true, fault), 600))
                .isEqualTo(new RepairStep.Copy(2, -1, false));
    }

    @Test
    void whatRemembersIsCopiedToAtOnceAndKeepsItsVote() {
        Fault fault = new Fault(Kind.TOO_FAR_BEHIND, "the leader begins with entry 9");
        RepairStep.Withdraw withdraw = (RepairStep.Withdraw) repair.step(view(SOUND, true, true, true, fault), 0);
        assertThat(withdraw.phase().forgot()).isFalse();
        repair.done();
        assertThat(repair.step(view(withdraw.phase(), false, true, true, fault), 0))
                .isEqualTo(new RepairStep.Copy(2, -1, true));
    }

    @Test
    void aCopyReachesToWhatTheOwnLogHas() {
        Fault fault = new Fault(Kind.LOGS_DAMAGED, "a bit has flipped", 70);
        RepairStep.Withdraw withdraw = (RepairStep.Withdraw) repair.step(view(SOUND, true, true, true, fault), 0);
        repair.done();
        assertThat(repair.step(view(withdraw.phase(), false, true, true, fault), 0))
                .isEqualTo(new RepairStep.Copy(2, 70, true));
    }

    @Test
    void whatRememberedAndHasLostThatMeanwhileForgot() {
        for (RepairPhase phase : List.of(
                new RepairPhase.Unfit(false, 70, "a bit has flipped"),
                new RepairPhase.Copied(true, new LogPosition(3, 80)))) {
            RepairStep.Withdraw withdraw = (RepairStep.Withdraw) repair.step(view(phase, false, false, true, null), 0);
            assertThat(withdraw.phase().forgot()).isTrue();
            repair.done();
        }
    }

    @Test
    void aSourceThatFailsIsFollowedByTheNext() {
        RepairView vacant = view(new RepairPhase.Vacant("x"), false, false, true, null);
        assertThat(repair.step(vacant, 0)).isEqualTo(new RepairStep.Copy(2, -1, false));
        assertThat(repair.step(vacant, 0)).as("one step at a time").isEqualTo(REST);
        repair.failed(0);
        assertThat(repair.step(vacant, 1_000)).isEqualTo(new RepairStep.Copy(3, -1, false));
        for (int i = 0; i < 100; i++) repair.failed(1_000);
        assertThat(repair.step(vacant, 1_000 + ReplicaRepair.MAX_PAUSE_MS)).isInstanceOf(RepairStep.Copy.class);
    }

    @Test
    void whatClosesAgainAndAgainIsOpenedLaterEachTimeUntilItHasServedForAWhile() {
        RepairView closed = view(SOUND, false, true, true, null);
        long nowMs = 0;
        for (long pauseMs = ReplicaRepair.PAUSE_MS; pauseMs < 10_000; pauseMs *= 2) {
            assertThat(repair.step(closed, nowMs)).isInstanceOf(RepairStep.Open.class);
            repair.done();
            repair.serves(nowMs);
            repair.failed(nowMs);
            assertThat(repair.step(closed, nowMs + pauseMs - 1)).isEqualTo(REST);
            nowMs += pauseMs;
        }
        assertThat(repair.step(closed, nowMs)).isInstanceOf(RepairStep.Open.class);
        repair.done();
        repair.serves(nowMs);
        repair.serves(nowMs + ReplicaRepair.MAX_PAUSE_MS);
        repair.failed(nowMs);
        assertThat(repair.step(closed, nowMs + ReplicaRepair.PAUSE_MS)).isInstanceOf(RepairStep.Open.class);
    }

    @Test
    void aCopyIsPlacedAndOpenedWithoutMembers() {
        RepairPhase.Copied copied = new RepairPhase.Copied(false, new LogPosition(3, 44));
        assertThat(repair.step(view(copied, false, false, true, null), 0)).isEqualTo(new RepairStep.Place(copied));
        repair.done();
        assertThat(repair.step(view(new RepairPhase.Placed(), false, false, true, null), 0))
                .isEqualTo(new RepairStep.Open(RepairStep.Beginning.COPIED));
    }

    /** It may have become a member and voted before that was written down. */
    @Test
    void aCopyThatIsHurtBeforeItIsSoundIsTakenForWhatItIs() {
        RepairPhase placed = new RepairPhase.Placed();
        Fault lost = new Fault(Kind.PROMISES_LOST, "a force failed");
        assertThat(repair.step(view(placed, false, true, true, lost), 0))
                .isEqualTo(new RepairStep.Withdraw(new RepairPhase.Unfit(true, -1, "a force failed")));
        repair.done();
        Fault damaged = new Fault(Kind.LOGS_DAMAGED, "a bit has flipped", 70);
        assertThat(repair.step(view(placed, false, true, true, damaged), 0))
                .isEqualTo(new RepairStep.Withdraw(new RepairPhase.Unfit(false, 70, "a bit has flipped")));
        repair.done();
        assertThat(repair.step(view(placed, false, true, true, new Fault(Kind.PASSES, "no room")), 0))
                .isEqualTo(new RepairStep.Open(RepairStep.Beginning.COPIED));
    }

    @Test
    void aReplicaThatIsNotAssignedIsLeftAlone() {
        RepairView other = new RepairView(false, false, SOUND, false, RepairView.Kept.THERE, null, 2, SOURCES);
        assertThat(repair.step(other, 0)).isEqualTo(REST);
    }

    @Test
    void theControllerIsToldWhetherTheReplicaForgot() {
        RepairPhase unfit = new RepairPhase.Unfit(true, -1, "gone");
        RepairView view = view(unfit, false, false, true, null);
        assertThat(ReplicaRepair.condition(view, true, 0, 0, 0)).isEqualTo(new ReplicaCondition.Out(true, "gone"));
        assertThat(ReplicaRepair.condition(
                        view(new RepairPhase.Vacant("gone"), false, false, true, null), false, 0, 1, 9))
                .isEqualTo(new ReplicaCondition.Copying(true, 1, 9));
        assertThat(ReplicaRepair.condition(view(SOUND, true, true, true, null), false, 7, 0, 0))
                .isEqualTo(new ReplicaCondition.Waiting(7));
        assertThat(ReplicaRepair.condition(view(SOUND, true, true, true, null), true, 7, 0, 0))
                .isEqualTo(new ReplicaCondition.Serving(7));
    }
}
