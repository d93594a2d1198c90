package io.letterbox.bus;

import io.letterbox.coordinator.CoordinatorCommand;
import io.vertx.core.Future;
import java.util.List;

/**
 * The way to the coordinators of consumer groups. Safe from any thread; futures complete on the caller's context. Makes
 * {@code __consumer_offsets} when it is first needed.
 */
public interface Groups {
    /** Asks the coordinator of the group that the command names. Fails with an ApiException only where there is none. */
    <R> Future<R> ask(CoordinatorCommand<R> command);

    /** Asks every coordinator of this node, for lists. The command's key is ignored. */
    <R> Future<List<R>> askAll(CoordinatorCommand<R> command);
}
