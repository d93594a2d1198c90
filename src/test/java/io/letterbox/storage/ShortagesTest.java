package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.time.TestClock;
import java.io.IOException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;

class ShortagesTest {
    private final TestClock clock = new TestClock();
    private final Shortages shortages = new Shortages(clock);
    private final IOException full = new FileSystemException("/secret/place", null, "No space left on device");

    @Test
    void saysWhatFailsUntilItDoesNot() {
        shortages.failed(FileOperation.RETENTION, "a/0", full);
        shortages.failed(FileOperation.RETENTION, "a/1", full);
        shortages.failed(FileOperation.RETENTION, "a/1", full);
        assertThat(shortages.failing()).isEqualTo(2);
        assertThat(shortages.sentences())
                .containsExactly("Retention fails, and is tried again: a/0 and 1 more: No space left on device.");
        shortages.succeeded(FileOperation.RETENTION, "a/0");
        shortages.succeeded(FileOperation.COMPACTION, "a/1");
        assertThat(shortages.failing()).isEqualTo(1);
        shortages.succeeded(FileOperation.RETENTION, "a/1");
        assertThat(shortages.failing()).isZero();
        assertThat(shortages.sentences()).isEmpty();
    }

    @Test
    void forgetsWhatNobodyTriesAgain() {
        shortages.failed(FileOperation.APPENDING, "a/0", full);
        shortages.failed(FileOperation.OPENING, "a/1", full);
        clock.pass(Shortages.FORGET_MS);
        shortages.forget();
        assertThat(shortages.failing()).isEqualTo(2);
        clock.pass(1);
        shortages.forget();
        assertThat(shortages.sentences()).singleElement().asString().startsWith("Opening logs");
    }
}
