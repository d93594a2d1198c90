package io.letterbox.it;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/**
 * The one page of a headless browser with a fresh profile, with the operations that every browser supports in the same
 * way: scripts. Waits for conditions and never for a time. Owned by the test's thread.
 */
interface Page extends AutoCloseable {
    Duration LIMIT = Duration.ofSeconds(90);
    Duration POLL = Duration.ofMillis(50);

    /** The browsers in which pages have to work. */
    enum Kind {
        CHROMIUM,
        FIREFOX;

        /**
         * Starts a browser.
         *
         * @param directory of this browser alone, for its profile and its output
         */
        Page start(Path directory) {
            return switch (this) {
                case CHROMIUM -> new Browser();
                case FIREFOX -> new Firefox(directory);
            };
        }
    }

    /** Loads a page and waits until it and its modules are loaded. */
    void open(String url);

    /** Goes back, as the button does. */
    void back();

    /**
     * Runs the body of a function, which finds its arguments in {@code arguments}.
     *
     * @return null, a Boolean, String, Long or Double, or a List or Map of these
     */
    Object script(String script, Object... arguments);

    /**
     * Runs the body of an async function with the arguments in {@code given}; returns its result, or FAILED and the
     * reason.
     */
    Object await(String body, Object... arguments);

    /** The complaints of the page since the last call: errors of scripts, violations of the policy. */
    List<String> complaints();

    @Override
    void close();

    /** Repeats a question until the answer is neither null nor false. */
    default <T> T until(String what, Supplier<T> question) {
        return Awaitility.await(what)
                .atMost(LIMIT)
                .pollInterval(POLL)
                .until(question::get, answer -> answer != null && !Boolean.FALSE.equals(answer));
    }

    /** Waits until one of the matching elements contains a text. */
    default void awaitText(String css, String text) {
        until(
                css + " with “" + text + "”",
                () -> script(
                        "return [...document.querySelectorAll(arguments[0])].some(e =>"
                                + " e.innerText.includes(arguments[1]))",
                        css,
                        text));
    }

    /** Waits for an element and clicks it. */
    default void press(String css) {
        until(
                css,
                () -> script(
                        "const e = document.querySelector(arguments[0]); if (e) e.click(); return e !== null", css));
    }
}
