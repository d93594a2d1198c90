package io.letterbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RequestOriginTest {
    private static final String HERE = "letterbox.example:8080";

    private final Hosts hosts = new Hosts(List.of("letterbox.example", "other.example:8443"), List.of());

    private boolean isForeign(String site, String origin, String referer) {
        return new RequestOrigin(site, origin, referer, HERE).isForeign(hosts);
    }

    @Test
    void programsAreNot() {
        assertThat(isForeign(null, null, null)).isFalse();
    }

    @Test
    void theBrowsersWordOnTheSiteCounts() {
        assertThat(isForeign("cross-site", null, null)).isTrue();
        assertThat(isForeign("cross-site", "http://" + HERE, null)).isTrue();
        // Another port of this host, or a sister host.
        assertThat(isForeign("same-site", null, null)).isTrue();
        assertThat(isForeign("same-site", "http://letterbox.example:3000", null))
                .isTrue();
        assertThat(isForeign("none", null, null)).isFalse();
        assertThat(isForeign("same-origin", null, null)).isFalse();
        assertThat(isForeign("same-origin", "http://" + HERE, null)).isFalse();
    }

    @Test
    void behindAProxyThatChangesHostThePageHasToBeOfAKnownHost() {
        assertThat(isForeign("same-origin", "https://letterbox.example", null)).isFalse();
        assertThat(isForeign("same-origin", "https://letterbox.example:8443", null))
                .isFalse();
        assertThat(isForeign("same-origin", "http://localhost:5173", null)).isFalse();
        assertThat(isForeign("same-origin", "http://evil.test", null)).isTrue();
        assertThat(isForeign("same-origin", "null", null)).isTrue();
    }

    @Test
    void withoutItTheOriginHasToBeTheHost() {
        assertThat(isForeign(null, "http://" + HERE, null)).isFalse();
        assertThat(isForeign(null, "https://" + HERE, null)).isFalse();
        assertThat(isForeign(null, "http://LETTERBOX.example:8080", null)).isFalse();
        assertThat(isForeign(null, "http://letterbox.example:3000", null)).isTrue();
        assertThat(isForeign(null, "https://evil.example", null)).isTrue();
        assertThat(isForeign(null, "null", null)).isTrue();
        assertThat(isForeign(null, "", null)).isTrue();
        assertThat(isForeign("none", "chrome-extension://abc", null)).isTrue();
        assertThat(new RequestOrigin(null, "http://a.example", null, "a.example:80").isForeign(hosts))
                .isFalse();
        assertThat(new RequestOrigin(null, "https://a.example", null, "a.example:443").isForeign(hosts))
                .isFalse();
        assertThat(new RequestOrigin(null, "https://a.example", null, null).isForeign(hosts))
                .isTrue();
    }

    @Test
    void orAConfiguredNameWithItsPort() {
        assertThat(isForeign(null, "https://letterbox.example", null)).isFalse();
        assertThat(isForeign(null, "https://other.example:8443", null)).isFalse();
        assertThat(isForeign(null, "https://other.example", null)).isTrue();
    }

    @Test
    void whatImagesTellCountsWhereNothingElseIsSaid() {
        assertThat(isForeign(null, null, "http://" + HERE + "/page?x")).isFalse();
        assertThat(isForeign(null, null, "https://letterbox.example/")).isFalse();
        assertThat(isForeign(null, null, "https://evil.example/")).isTrue();
        assertThat(isForeign(null, null, "http://203.0.113.9/")).isTrue();
        assertThat(isForeign("same-origin", null, "https://elsewhere.example/")).isFalse();
    }
}
