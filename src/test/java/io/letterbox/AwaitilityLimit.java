package io.letterbox;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The longest time that tests wait for a condition if they do not say otherwise. Waiting costs nothing once the
 * condition holds, and a busy machine needs more than Awaitility's 10 seconds. It is shorter than the timeouts of
 * connections and groups in tests, which would hide what is never closed. JUnit finds this class by its entry in
 * META-INF/services.
 */
public final class AwaitilityLimit implements BeforeAllCallback {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Override
    public void beforeAll(ExtensionContext tests) {
        Awaitility.setDefaultTimeout(LIMIT);
    }
}
