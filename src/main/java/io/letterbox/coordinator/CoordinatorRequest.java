package io.letterbox.coordinator;

/**
 * A command with the target of its answer.
 *
 * @param command the command
 * @param reply receives the answer; opaque to the core, which hands it back through {@link CoordinatorOutbox#reply}
 */
public record CoordinatorRequest<R>(CoordinatorCommand<R> command, ReplyTarget<R> reply) {
    /** The target of an answer. The shell makes it; a core never calls it. */
    public interface ReplyTarget<R> {
        void succeed(R answer);

        void fail(Throwable refusal);
    }
}
