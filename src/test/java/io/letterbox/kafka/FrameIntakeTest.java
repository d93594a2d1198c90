package io.letterbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.kafka.FrameIntake.Arriving;
import io.letterbox.kafka.FrameIntake.Uploading;
import io.letterbox.kafka.FrameIntake.Whole;
import org.junit.jupiter.api.Test;

class FrameIntakeTest {
    private static final FrameIntake BETWEEN = FrameIntake.BETWEEN;

    @Test
    void aFrameInOnePieceIsNeverWatched() {
        FrameIntake arriving = BETWEEN.open(100);

        assertThat(arriving).isEqualTo(new Arriving(100));
        assertThat(arriving.isWatched()).isFalse();
        assertThat(arriving.whole()).isEqualTo(new Whole(100));
        assertThat(arriving.whole().taken()).isEqualTo(BETWEEN);
    }

    @Test
    void aFrameInPiecesIsWatchedUntilItIsWhole() {
        FrameIntake uploading = BETWEEN.open(100).missing();

        assertThat(uploading).isEqualTo(new Uploading(100));
        assertThat(uploading.isWatched()).isTrue();
        assertThat(uploading.missing()).isEqualTo(uploading);
        assertThat(uploading.whole()).isEqualTo(new Whole(100));
        assertThat(uploading.whole().isWatched()).isFalse();
    }

    @Test
    void whatTheBudgetGaveIsHeldUntilTheFrameIsTaken() {
        assertThat(BETWEEN.heldBytes()).isZero();
        assertThat(BETWEEN.open(7).heldBytes()).isEqualTo(7);
        assertThat(BETWEEN.open(7).missing().heldBytes()).isEqualTo(7);
        assertThat(BETWEEN.open(7).missing().whole().heldBytes()).isEqualTo(7);
        assertThat(BETWEEN.open(7).whole().taken().heldBytes()).isZero();
    }

    @Test
    void aFrameThatWaitsForItsTurnIsWholeHoweverOftenItIsLookedAt() {
        FrameIntake whole = BETWEEN.open(7).whole();

        assertThat(whole.whole()).isSameAs(whole);
    }

    @Test
    void noStepIsLeftOut() {
        FrameIntake arriving = BETWEEN.open(7);

        assertThatThrownBy(() -> arriving.open(7)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(BETWEEN::missing).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(BETWEEN::whole).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(BETWEEN::taken).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(arriving::taken).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(arriving.missing()::taken).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(arriving.whole()::missing).isInstanceOf(IllegalStateException.class);
    }
}
