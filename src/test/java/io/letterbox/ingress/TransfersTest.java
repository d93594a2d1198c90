package io.letterbox.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TransfersTest {
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(Transfers.MAX_SECONDS);

    /** Near its end a clock of nanoseconds wraps around, which must not matter. */
    private static final long START = Long.MAX_VALUE - MAX_NANOS / 2;

    private final Transfers transfers = new Transfers();
    private final List<String> expired = new ArrayList<>();

    private Transfers.Transfer begin(String name, long nowNanos) {
        Transfers.Transfer transfer = () -> expired.add(name);
        transfers.add(transfer, nowNanos);
        return transfer;
    }

    @Test
    void aTransferExpiresAtItsDeadlineAndOnce() {
        begin("body", START);
        transfers.expire(START + 1);
        assertThat(expired).isEmpty();
        transfers.expire(START + MAX_NANOS - 1);
        assertThat(expired).isEmpty();
        assertThat(transfers.size()).isEqualTo(1);
        transfers.expire(START + MAX_NANOS);
        assertThat(expired).containsExactly("body");
        assertThat(transfers.size()).isZero();
        transfers.expire(START + 2 * MAX_NANOS);
        assertThat(expired).containsExactly("body");
    }

    @Test
    void eachHasItsOwnDeadline() {
        begin("first", START);
        begin("second", START + 1);
        begin("third", START + MAX_NANOS);
        transfers.expire(START + MAX_NANOS + 1);
        assertThat(expired).containsExactly("first", "second");
        transfers.expire(START + 2 * MAX_NANOS);
        assertThat(expired).containsExactly("first", "second", "third");
    }

    @Test
    void whatIsCompleteNeverExpires() {
        Transfers.Transfer complete = begin("complete", START);
        begin("late", START);
        transfers.remove(complete);
        transfers.expire(START + MAX_NANOS);
        assertThat(expired).containsExactly("late");
    }

    @Test
    void whatExpiresMayEndOthers() {
        Transfers.Transfer[] other = new Transfers.Transfer[1];
        transfers.add(
                () -> {
                    expired.add("one");
                    transfers.remove(other[0]);
                },
                START);
        other[0] = begin("other", START + MAX_NANOS);
        transfers.expire(START + MAX_NANOS);
        transfers.expire(START + 2 * MAX_NANOS);
        assertThat(expired).containsExactly("one");
    }
}
