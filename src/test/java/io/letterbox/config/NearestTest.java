package io.letterbox.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
    @Test
    void countsLettersToChange() {
        assertThat(Nearest.distance("", "")).isZero();
        assertThat(Nearest.distance("port", "port")).isZero();
        assertThat(Nearest.distance("prot", "port")).isEqualTo(1);
        assertThat(Nearest.distance("pot", "port")).isEqualTo(1);
        assertThat(Nearest.distance("ports", "port")).isEqualTo(1);
        assertThat(Nearest.distance("", "port")).isEqualTo(4);
        assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
    }

    @Test
    void offersOnlyWhatIsNear() {
        assertThat(Nearest.to("PORT", List.of("host", "port"))).contains("port");
        assertThat(Nearest.to("abcdefgh", List.of("host", "port"))).isEmpty();
        assertThat(Nearest.to("port", List.of())).isEmpty();
    }
}
