package io.letterbox.publishing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AutoCreationTest {
    private long nanos = -5;

    @Test
    void aMinuteHasSoManyTopics() {
        AutoCreation creation = new AutoCreation(60, () -> nanos);
        assertThat(made(creation)).isEqualTo(60);
        nanos += TimeUnit.SECONDS.toNanos(10) + 1;
        assertThat(made(creation)).isEqualTo(10);
        nanos += TimeUnit.HOURS.toNanos(10);
        assertThat(made(creation)).as("what was not used does not pile up").isEqualTo(60);
    }

    private static int made(AutoCreation creation) {
        int made = 0;
        while (creation.tryOne()) made++;
        return made;
    }
}
