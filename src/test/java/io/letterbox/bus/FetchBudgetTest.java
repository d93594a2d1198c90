package io.letterbox.bus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FetchBudgetTest {
    @Test
    void theFirstBatchOfTheFirstPartitionMayBeOfAnySize() {
        FetchBudget budget = new FetchBudget(100);
        int granted = budget.grant(50);
        assertThat(granted).isEqualTo(50);
        assertThat(budget.take(5_000, granted)).isTrue();
        assertThat(budget.isSpent()).isTrue();
        assertThat(budget.grant(50)).isZero();
    }

    @Test
    void onlyTheFirstThatHasAnything() {
        FetchBudget budget = new FetchBudget(100);
        assertThat(budget.take(0, budget.grant(50))).as("an empty partition").isTrue();
        assertThat(budget.take(60, budget.grant(50))).isTrue();
        assertThat(budget.grant(50)).isEqualTo(40);
        assertThat(budget.take(41, budget.grant(50))).isFalse();
        assertThat(budget.isSpent()).as("nothing that is found would be taken").isTrue();
    }

    @Test
    void aBatchAboveItsPartitionsLimitDoesNotShutOutTheOthers() {
        FetchBudget budget = new FetchBudget(1_000);
        assertThat(budget.take(100, budget.grant(100))).isTrue();
        assertThat(budget.take(500, budget.grant(100))).isFalse();
        assertThat(budget.isSpent()).isFalse();
        assertThat(budget.take(500, budget.grant(600))).isTrue();
        assertThat(budget.grant(600)).isEqualTo(400);
    }

    @Test
    void limitsBelowZeroAreNone() {
        FetchBudget budget = new FetchBudget(-1);
        assertThat(budget.isSpent()).as("the first batch is still to come").isFalse();
        assertThat(budget.grant(-5)).isZero();
        assertThat(budget.take(10, 0)).isTrue();
        assertThat(budget.isSpent()).isTrue();
    }
}
