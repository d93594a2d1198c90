package io.letterbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.config.HttpConfig;
import io.letterbox.http.Proxies.Client;
import io.vertx.core.MultiMap;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProxiesTest {
    private static final String PROXY = "10.1.2.3";

    private final Proxies proxies = of("10.0.0.0/8", "fd00::/8", "127.0.0.1");

    private static Proxies of(String... networks) {
        return Proxies.of(new HttpConfig(
                "127.0.0.1",
                0,
                List.of(),
                List.of(),
                List.of(networks),
                Path.of(""),
                false,
                60,
                10,
                0,
                10,
                16_384,
                8_192));
    }

    private Client client(String peer, String... headers) {
        MultiMap map = MultiMap.caseInsensitiveMultiMap();
        for (int i = 0; i < headers.length; i += 2) map.add(headers[i], headers[i + 1]);
        return proxies.client(peer, map);
    }

    private String host(String... headers) {
        Client client = client(PROXY, headers);
        assertThat(client.proxy()).isEqualTo(PROXY);
        return client.host();
    }

    @Test
    void aProxySaysForWhomItAsks() {
        assertThat(host("X-Forwarded-For", "203.0.113.7")).isEqualTo("203.0.113.7");
        assertThat(host("X-Forwarded-For", "203.0.113.7:4711")).isEqualTo("203.0.113.7");
        assertThat(host("X-Forwarded-For", "[2001:db8::1]:4711")).isEqualTo("2001:db8::1");
        assertThat(host("X-Forwarded-For", "2001:db8::1")).isEqualTo("2001:db8::1");
        assertThat(host("Forwarded", "for=203.0.113.7;proto=https;by=203.0.113.43"))
                .isEqualTo("203.0.113.7");
        assertThat(host("Forwarded", "proto=https; For=\"[2001:db8:cafe::17]:4711\""))
                .isEqualTo("2001:db8:cafe::17");
        assertThat(host("Forwarded", "host=\"a,for=1.1.1.1;\";for=203.0.113.7")).isEqualTo("203.0.113.7");
        assertThat(host("Forwarded", "for=_hidden")).isEqualTo("_hidden");
        assertThat(client("fd00::1", "X-Forwarded-For", "203.0.113.7")).isEqualTo(new Client("203.0.113.7", "fd00::1"));
    }

    @Test
    void ofWhatOthersSayNothingIsRead() {
        assertThat(client("203.0.113.9", "X-Forwarded-For", "1.1.1.1", "Forwarded", "for=1.1.1.1"))
                .isEqualTo(new Client("203.0.113.9", null));
        // The client wrote the first entries itself; the last one is what the proxy saw.
        assertThat(host("X-Forwarded-For", "1.1.1.1, 203.0.113.7")).isEqualTo("203.0.113.7");
        assertThat(host("X-Forwarded-For", "1.1.1.1", "X-Forwarded-For", "203.0.113.7"))
                .isEqualTo("203.0.113.7");
        assertThat(host("Forwarded", "for=10.0.0.1, for=203.0.113.7")).isEqualTo("203.0.113.7");
        assertThat(host("Forwarded", "for=1.1.1.1", "X-Forwarded-For", "203.0.113.7"))
                .isEqualTo("203.0.113.7");
    }

    @Test
    void proxiesBehindEachOtherArePassedOver() {
        assertThat(host("X-Forwarded-For", "1.1.1.1, 203.0.113.7, 10.9.9.9, 127.0.0.1"))
                .isEqualTo("203.0.113.7");
        assertThat(host("X-Forwarded-For", "10.9.9.9, 10.9.9.8")).isEqualTo("10.9.9.9");
    }

    @Test
    void whatCannotBeShownIsUnknown() {
        for (String strange : List.of("<script>", "a b", "x".repeat(101), "\u001b[31m", "for=\"", "[", "::1]")) {
            assertThat(host("X-Forwarded-For", strange)).as(strange).isEqualTo("unknown");
        }
        assertThat(host("Forwarded", "proto=https")).isEqualTo("unknown");
        assertThat(client(PROXY, "X-Forwarded-For", "")).isEqualTo(new Client(PROXY, null));
        assertThat(client(PROXY)).isEqualTo(new Client(PROXY, null));
        assertThat(client(PROXY, "X-Forwarded-For", "203.0.113.7")).hasToString("203.0.113.7 through " + PROXY);
    }
}
