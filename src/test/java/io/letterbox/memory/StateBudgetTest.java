package io.letterbox.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class StateBudgetTest {
    @Test
    void limitsFollowTheHeapUnlessTheyAreSet() {
        StateBudget budget = StateBudget.of(0, 5_000_000, 0, 1 << 30);
        assertThat(budget.producers().limitBytes()).isEqualTo(1 << 27);
        assertThat(budget.groups().limitBytes()).isEqualTo(5_000_000);
        assertThat(budget.transactions().limitBytes()).isEqualTo(1 << 26);
        assertThat(StateBudget.of(0, 0, 0, 1000).producers().limitBytes()).isEqualTo(1 << 20);
    }

    @Test
    void aPartOfTheLimitIsSharedAndARestIsSure() {
        StatePart part = new StatePart("groups", "limits.groupBytes", 1000);
        StateAccount first = part.open();
        StateAccount second = part.open();
        // 125 that are sure, and all of the 750 that are shared.
        assertThat(first.hasRoom(875)).isTrue();
        assertThat(first.hasRoom(876)).isFalse();
        first.take(875);
        assertThat(first.hasRoom(0)).isTrue();
        assertThat(first.hasRoom(1)).isFalse();
        assertThat(second.hasRoom(125)).isTrue();
        assertThat(second.hasRoom(126)).isFalse();
        second.take(125);
        assertThat(part.usedBytes()).isEqualTo(1000);
        first.take(-100);
        assertThat(second.hasRoom(100)).isTrue();
        assertThat(second.hasRoom(101)).isFalse();
    }

    @Test
    void whatIsTakenBeyondTheLimitIsTaken() {
        StatePart part = new StatePart("groups", "limits.groupBytes", 1000);
        StateAccount account = part.open();
        account.take(5000);
        assertThat(account.hasRoom(0)).isFalse();
        account.take(-4000);
        assertThat(account.hasRoom(0)).isTrue();
        assertThat(part.usedBytes()).isEqualTo(1000);
    }

    @Test
    void anAccountThatIsClosedGivesEverythingBackOnce() {
        StatePart part = new StatePart("groups", "limits.groupBytes", 1000);
        StateAccount gone = part.open();
        gone.take(900);
        gone.close();
        gone.close();
        gone.take(50);
        assertThat(part.usedBytes()).isZero();
        assertThat(part.open().hasRoom(1000)).isTrue();
    }

    @Test
    void aWeightGoesWithTheAccountThatItIsAttachedTo() {
        StatePart part = new StatePart("groups", "limits.groupBytes", 1000);
        StateAccount account = part.open();
        StateWeight weight = new StateWeight();
        weight.add(100);
        assertThat(part.usedBytes()).isZero();
        weight.attach(account);
        weight.add(20);
        assertThat(part.usedBytes()).isEqualTo(120);
        weight.attach(account);
        assertThat(part.usedBytes()).isEqualTo(120);
        weight.detach();
        weight.add(-20);
        assertThat(part.usedBytes()).isZero();
        assertThat(weight.bytes()).isEqualTo(100);
    }

    @Test
    void aLimitOfNothingIsAMistake() {
        assertThatThrownBy(() -> new StatePart("groups", "limits.groupBytes", 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
