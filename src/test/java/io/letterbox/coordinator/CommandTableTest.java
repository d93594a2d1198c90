package io.letterbox.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.access.Principal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandTableTest {
    private sealed interface Question<R> extends CoordinatorCommand<R> {
        @Override
        default String topic() {
            return "";
        }

        @Override
        default String key() {
            return "";
        }
    }

    private record Length(String text) implements Question<Integer> {}

    private record Upper(String text) implements Question<String> {}

    private record Foreign(String topic, String key) implements CoordinatorCommand<String> {}

    /** Keeps what it is told. */
    private static final class Answers<R> implements CoordinatorRequest.ReplyTarget<R> {
        final List<R> given = new ArrayList<>();

        @Override
        public void succeed(R answer) {
            given.add(answer);
        }

        @Override
        public void fail(Throwable refusal) {
            throw new AssertionError(refusal);
        }
    }

    private static <R> List<R> ask(CommandTable table, CoordinatorCommand<R> command) {
        Answers<R> answers = new Answers<>();
        table.handle(new CoordinatorRequest<>(command, Principal.ANONYMOUS, answers), null);
        return answers.given;
    }

    private static CommandTable whole() {
        return CommandTable.of(Question.class)
                .on(Length.class, (length, request, context) -> request.reply()
                        .succeed(length.text().length()))
                .on(Upper.class, (upper, request, context) -> request.reply()
                        .succeed(upper.text().toUpperCase(java.util.Locale.ROOT)))
                .complete();
    }

    @Test
    void everyCommandGoesToItsOwnHandler() {
        assertThat(ask(whole(), new Length("four"))).containsExactly(4);
        assertThat(ask(whole(), new Upper("four"))).containsExactly("FOUR");
    }

    @Test
    void aTableThatLeavesACommandOutIsNotComplete() {
        CommandTable half = CommandTable.of(Question.class).on(Length.class, (length, request, context) -> {});

        assertThatThrownBy(half::complete)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Upper");
    }

    @Test
    void nothingIsHandledTwiceAndNothingForeignIsHandled() {
        assertThatThrownBy(() -> whole().on(Length.class, (length, request, context) -> {}))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ask(whole(), new Foreign("", "x"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CommandTable.of(Foreign.class)).isInstanceOf(IllegalArgumentException.class);
    }
}
