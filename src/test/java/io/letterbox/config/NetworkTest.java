package io.letterbox.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkTest {
    private static boolean holds(String network, String address) {
        return Network.parse(network).contains(address);
    }

    @Test
    void aNetworkHasTheAddressesWithItsFirstBits() {
        assertThat(holds("10.0.0.0/8", "10.255.0.1")).isTrue();
        assertThat(holds("10.0.0.0/8", "11.0.0.1")).isFalse();
        assertThat(holds("192.168.4.0/22", "192.168.7.255")).isTrue();
        assertThat(holds("192.168.4.0/22", "192.168.8.0")).isFalse();
        assertThat(holds("0.0.0.0/0", "203.0.113.7")).isTrue();
        assertThat(holds("0.0.0.0/0", "::1")).isFalse();
        assertThat(holds("127.0.0.1", "127.0.0.1")).isTrue();
        assertThat(holds("127.0.0.1", "127.0.0.2")).isFalse();
        assertThat(holds("127.0.0.1", "::ffff:127.0.0.1")).isTrue();
        assertThat(holds("fd00::/8", "fdab::1")).isTrue();
        assertThat(holds("fe80::/10", "fe80::1%eth0")).isTrue();
        assertThat(holds("::1/128", "0:0:0:0:0:0:0:1")).isTrue();
        assertThat(holds("2001:db8::/33", "2001:db8:8000::1")).isFalse();
        assertThat(holds("0.0.0.0/0", "localhost")).isFalse();
    }

    @Test
    void whatIsNoneIsNone() {
        for (String none : List.of(
                "",
                "*",
                "localhost",
                "proxy.example",
                "10.0.0",
                "10.0.0.0.0",
                "256.0.0.1",
                "10.0.0.0/33",
                "10.0.0.0/",
                "10.0.0.0/-1",
                "10.0.0.0/8/8",
                "/8",
                "fd00::/129",
                "fd00:::/8",
                "::g",
                "10.0.0.1:80",
                "[::1]",
                "1234",
                "10.0.0.0/255.0.0.0",
                " 10.0.0.1")) {
            assertThat(Network.parse(none)).as(none).isNull();
        }
    }
}
