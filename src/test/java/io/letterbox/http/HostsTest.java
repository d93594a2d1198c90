package io.letterbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HostsTest {
    private final Hosts hosts =
            new Hosts(List.of("Letterbox.Example", "other.example:8443"), List.of("127.0.0.1", "machine"));

    @Test
    void addressesThisMachineAndConfiguredNamesAreOurs() {
        for (String ours : List.of(
                "localhost",
                "LOCALHOST:8080",
                "localhost.:8080",
                "app.localhost",
                "127.0.0.1:8080",
                "192.168.0.255",
                "8.8.8.8",
                "[::1]:8080",
                "[2001:db8::1]",
                "[fe80::1%25eth0]:1",
                "letterbox.example",
                "letterbox.example:8443",
                "letterbox.example.",
                "other.example",
                "machine:")) {
            assertThat(hosts.isOurs(ours)).as(ours).isTrue();
        }
    }

    @Test
    void anythingElseIsNot() {
        for (String foreign : List.of(
                "",
                ":8080",
                "evil.test",
                "evil.test:8080",
                "localhost.evil.test",
                "evillocalhost",
                "127.0.0.1.evil.test",
                "127.0.0.1@evil.test",
                "evil.test@127.0.0.1",
                "256.0.0.1",
                "1.2.3",
                "1.2.3.4.5",
                "0x7f.0.0.1",
                "[evil.test]",
                "[::1]evil.test",
                "[::1",
                "localhost:80:80",
                "localhost:80x",
                "sub.letterbox.example",
                "letterbox.example.evil.test",
                "localhost, evil.test")) {
            assertThat(hosts.isOurs(foreign)).as(foreign).isFalse();
        }
        assertThat(hosts.isOurs(null)).isFalse();
    }

    @Test
    void namesThatAreFoundLaterAreOursFromThenOn() {
        assertThat(hosts.isOurs("late.example")).isFalse();
        hosts.add(List.of("Late.Example."));
        assertThat(hosts.isOurs("late.example:1")).isTrue();
        assertThat(hosts.isOurs("letterbox.example")).isTrue();
    }
}
