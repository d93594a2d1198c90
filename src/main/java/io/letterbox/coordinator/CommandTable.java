package io.letterbox.coordinator;

import java.util.HashMap;
import java.util.Map;

/**
 * Which part of a core handles each of its commands: one handler for each record of a sealed interface. Commands are
 * data that know nothing of cores; a core fills its table once, and {@link #complete} fails where it has left a command
 * out, as a {@code switch} over a sealed type would not compile (Java 17 has none). Owned by its core.
 */
public final class CommandTable {
    private final Class<?> commands;
    private final Map<Class<?>, Handler<?, ?>> handlers = new HashMap<>();

    /** Decides about one kind of command: answers now through the context, or keeps the request and answers later. */
    @FunctionalInterface
    public interface Handler<C extends CoordinatorCommand<R>, R> {
        /**
         * Decides.
         *
         * @param command the request's command
         * @param request takes the answer
         * @param context when it is, and where records and answers go
         */
        void handle(C command, CoordinatorRequest<R> request, CoordinatorContext context);
    }

    private CommandTable(Class<?> commands) {
        this.commands = commands;
    }

    /** A table without handlers, for the records that a sealed interface permits. */
    public static CommandTable of(Class<?> sealedCommands) {
        if (!sealedCommands.isSealed()) throw new IllegalArgumentException(sealedCommands + " is not sealed");
        return new CommandTable(sealedCommands);
    }

    /** Has a kind of command handled. */
    public <R, C extends CoordinatorCommand<R>> CommandTable on(Class<C> type, Handler<C, R> handler) {
        if (handlers.put(type, handler) != null) throw new IllegalStateException(type + " is handled twice");
        return this;
    }

    /** The table itself, which has a handler for every command. */
    public CommandTable complete() {
        for (Class<?> command : commands.getPermittedSubclasses()) {
            if (!handlers.containsKey(command)) throw new IllegalStateException("nobody handles " + command);
        }
        return this;
    }

    /**
     * Has a request decided about. The class of its command fixes the type of its answer, as {@link #on} has checked.
     */
    @SuppressWarnings("unchecked")
    public <R> void handle(CoordinatorRequest<R> request, CoordinatorContext context) {
        CoordinatorCommand<R> command = request.command();
        Handler<CoordinatorCommand<R>, R> handler =
                (Handler<CoordinatorCommand<R>, R>) handlers.get(command.getClass());
        if (handler == null) throw new IllegalArgumentException(commands + " does not permit " + command);
        handler.handle(command, request, context);
    }
}
