package io.letterbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.time.TestClock;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartWaitTest {
    private final TestClock clock = new TestClock();
    private final List<String> health = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private final StartWait wait = new StartWait(clock, health::add, log::add);

    @Test
    void theHealthKnowsAtOnceAndTheLogEveryTenSeconds() {
        for (int second = 0; second <= 25; second++) {
            wait.say("second " + second);
            clock.pass(1_000);
        }
        assertThat(health).hasSize(26).endsWith("second 25");
        assertThat(log).containsExactly("second 10", "second 20");
    }

    @Test
    void whatIsThereIsNotWaitedFor() throws IOException {
        assertThat(wait.<Integer>result(Future.succeededFuture(7), () -> "for seven"))
                .isEqualTo(7);
        assertThat(health).isEmpty();
    }

    @Test
    void waitsForAResultAndSaysSo() throws IOException {
        Promise<Integer> promise = Promise.promise();
        assertThat(wait.<Integer>result(promise.future(), () -> {
                    promise.tryComplete(7);
                    return "for seven";
                }))
                .isEqualTo(7);
        assertThat(health).containsExactly("for seven");
    }

    @Test
    void anInterruptEndsTheStart() {
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> wait.pause("for ever")).isInstanceOf(IOException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
