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
    void smallAccountsAreNotStarvedByLargeOnes() {
        StatePart part = new StatePart("groups", "limits.groupBytes", 800);
        StateAccount first = part.open();
        StateAccount second = part.open();
        // The limit without the second account's reserved share of 50.
        assertThat(first.hasRoom(700)).isTrue();
        assertThat(first.hasRoom(701)).isFalse();
        first.charge(700);
        assertThat(part.isNearlyFull()).isTrue();
        assertThat(first.hasRoom(0)).isTrue();
        assertThat(first.hasRoom(1)).isFalse();
        assertThat(second.hasRoom(50)).isTrue();
        assertThat(second.hasRoom(51)).isFalse();
        second.charge(50);
        assertThat(part.usedBytes()).isEqualTo(750);
        // The first account exceeds its limit now, because the second one uses its share.
        assertThat(first.hasRoom(0)).isFalse();
        first.charge(-50);
        assertThat(first.hasRoom(0)).isTrue();
        first.charge(-20);
        assertThat(second.hasRoom(20)).isTrue();
        assertThat(second.hasRoom(21)).isFalse();
    }

    @Test
    void theLimitHoldsHoweverManyAccountsThereAre() {
        StatePart part = new StatePart("groups", "limits.groupBytes", 80_000);
        for (int number = 0; number < 500; number++) {
            StateAccount account = part.open();
            while (account.hasRoom(10)) account.charge(10);
        }
        assertThat(part.usedBytes()).isBetween(70_000L, 80_000L);
    }

    @Test
    void whatIsTakenBeyondTheLimitIsTaken() {
        StatePart part = new StatePart("groups", "limits.groupBytes", 1000);
        StateAccount account = part.open();
        account.charge(5000);
        assertThat(account.hasRoom(0)).isFalse();
        account.charge(-4200);
        assertThat(account.hasRoom(0)).isTrue();
        assertThat(part.usedBytes()).isEqualTo(800);
    }

    @Test
    void anAccountThatIsClosedGivesEverythingBackOnce() {
        StatePart part = new StatePart("groups", "limits.groupBytes", 1000);
        StateAccount gone = part.open();
        gone.charge(900);
        gone.close();
        gone.close();
        gone.charge(50);
        assertThat(part.usedBytes()).isZero();
        assertThat(part.open().hasRoom(875)).isTrue();
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
