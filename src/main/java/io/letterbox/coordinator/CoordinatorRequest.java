package io.letterbox.coordinator;

import io.letterbox.access.Principal;

/**
 * A command with the client's principal and the target of its answer.
 *
 * @param command the command
 * @param principal the client's principal; {@link Principal#SERVER} for commands of the server itself
 * @param reply receives the answer; opaque to the core, which hands it back through {@link CoordinatorOutbox#reply}
 */
public record CoordinatorRequest<R>(CoordinatorCommand<R> command, Principal principal, ReplyTarget<R> reply) {
    /** The target of an answer. The shell makes it; a core never calls it. */
    public interface ReplyTarget<R> {
        void succeed(R answer);

        void fail(Throwable refusal);
    }
}
