package io.letterbox.coordinator;

/**
 * A command that waits for its answer.
 *
 * @param command what is asked
 * @param reply takes the answer; opaque to the core, which hands it back through {@link CoordinatorOutbox#reply}
 */
public record CoordinatorRequest<R>(CoordinatorCommand<R> command, Reply<R> reply) {
    /** Where an answer goes. The shell makes it; a core never calls it. */
    public interface Reply<R> {
        void succeed(R answer);

        void fail(Throwable refusal);
    }
}
