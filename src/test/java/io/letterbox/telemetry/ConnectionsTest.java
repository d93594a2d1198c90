package io.letterbox.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConnectionsTest {
    private final Connections connections = new Connections();

    @Test
    void listsWhoIsThereAndNobodyElse() {
        Connections.OpenConnection first = connections.opened(Door.KAFKA, "10.0.0.1", 0);
        Connections.OpenConnection second = connections.opened(Door.SSE, "10.0.0.2", 0);
        first.client("app");
        first.requested("Fetch");
        first.requested("Heartbeat");
        assertThat(connections.list(10)).containsExactly(first, second);
        assertThat(connections.list(1)).hasSize(1);
        assertThat(first.client()).isEqualTo("app");
        assertThat(first.doing()).isEqualTo("Heartbeat");
        assertThat(first.requests()).isEqualTo(2);
        assertThat(first.ageSeconds(1_500_000_000)).isEqualTo(1.5);

        first.close();
        first.close();
        assertThat(connections.list(10)).containsExactly(second);
        assertThat(connections.count(Door.KAFKA)).isZero();
        assertThat(connections.count(Door.SSE)).isEqualTo(1);
    }

    @Test
    void keepsNoMoreOfAClientsWordsThanAPersonWouldRead() {
        Connections.OpenConnection entry = connections.opened(Door.KAFKA, "10.0.0.1", 0);
        entry.client("x".repeat(100_000));
        entry.software(null);
        assertThat(entry.client()).hasSizeLessThan(200).startsWith("xxx");
        assertThat(entry.software()).isEmpty();
    }
}
