package io.letterbox.groups.patterns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.Pattern;
import io.letterbox.groups.patterns.BoundedPattern.PatternRefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedPatternTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "((a{1000}){1000}){1000}",
                "(a{1000}){1000}",
                "((a{100}){100}){10}",
                "(((((a{10}){10}){10}){10}){10}){10}",
                "(?:(?P<name>[^]a{2}]{40}){40}){2}",
                "a{1000}a{1000}a{1000}a{1000}a{1000}",
                "(.?){1000}(.?){500}",
                "\\pL{1000}\\p{Greek}{1000}\\x{10FFFF}{1000}[[:alpha:]]{1000}a{100}",
                "\\Q(\\Ea{999}{2}",
                "a{99999999999999999999}",
                "(a{2,}){501}"
            })
    void whatWouldUnrollIsRefusedBeforeItIsCompiled(String regex) {
        assertThatThrownBy(() -> BoundedPattern.check(regex))
                .isInstanceOf(PatternRefusedException.class)
                .hasMessageContaining("epetitions")
                .hasMessageEndingWith(".");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "orders\\..*",
                "^(orders|payments|refunds)\\.(eu|us)-[0-9]{1,3}$",
                "[a-z]{1,249}",
                "(?:.?){1000}",
                "((a{10}){10}){10}",
                "a{,3}b{x}",
                "\\d{3}-\\w{4}",
                "(?i)Orders.*"
            })
    void whatPeopleWriteIsTaken(String regex) throws PatternRefusedException {
        BoundedPattern.of(regex);
    }

    /** The estimate must never be too low, because it would accept programs that are too large. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a{1000}",
                "(?:.?){1000}",
                "(.?){700}",
                "(.*){500}x{2,300}",
                "(a|b|cd){300}",
                "[a-z]{1,249}",
                "\\pL{1000}",
                "((a?){30}b*){30}",
                "(a{2,}){300}",
                "(a{0,3}){300}"
            })
    void theEstimateIsNotFarBelowTheProgram(String regex) {
        assertThat(ProgramSize.of(regex).instructions() * 2)
                .isGreaterThan(Pattern.compile(regex).programSize());
    }

    @Test
    void longOnesAndDeepOnesAreRefused() {
        String deep = "(".repeat(BoundedPattern.MAX_DEPTH + 1) + ")".repeat(BoundedPattern.MAX_DEPTH + 1);
        assertThatThrownBy(() -> BoundedPattern.of(deep)).hasMessageContaining("100 groups within each other, not 101");
        assertThatThrownBy(() -> BoundedPattern.of("(".repeat(2048))).isInstanceOf(PatternRefusedException.class);
        assertThatThrownBy(() -> BoundedPattern.of("x".repeat(2049))).hasMessageContaining("2048 characters, not 2049");
        assertThatThrownBy(() -> BoundedPattern.of("(a")).hasMessageContaining("(a is not one of RE2");
    }

    @Test
    void whatOverflowsTheStackIsRefused() throws Exception {
        BoundedPattern pattern = BoundedPattern.of("(?:(?:.?){62}){16}");
        Throwable[] outcome = new Throwable[1];
        Thread small = new Thread(
                null,
                () -> {
                    try {
                        pattern.matches("a".repeat(249));
                    } catch (PatternRefusedException | Error failure) {
                        outcome[0] = failure;
                    }
                },
                "small stack",
                1);
        small.start();
        small.join();
        assertThat(outcome[0])
                .isInstanceOf(PatternRefusedException.class)
                .hasMessageContaining("too much within each other");
    }
}
