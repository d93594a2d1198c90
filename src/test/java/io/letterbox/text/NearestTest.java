package io.letterbox.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
    @Test
    void countsLettersToChange() {
        assertThat(EditDistance.between("", "")).isZero();
        assertThat(EditDistance.between("port", "port")).isZero();
        assertThat(EditDistance.between("prot", "port")).isEqualTo(1);
        assertThat(EditDistance.between("pot", "port")).isEqualTo(1);
        assertThat(EditDistance.between("ports", "port")).isEqualTo(1);
        assertThat(EditDistance.between("", "port")).isEqualTo(4);
        assertThat(EditDistance.between("kitten", "sitting")).isEqualTo(3);
    }

    @Test
    void offersOnlyWhatIsNear() {
        assertThat(Nearest.to("PORT", List.of("host", "port"), 3)).contains("port");
        assertThat(Nearest.to("abcdefgh", List.of("host", "port"), 3)).isEmpty();
        assertThat(Nearest.to("port", List.of(), 3)).isEmpty();
    }
}
