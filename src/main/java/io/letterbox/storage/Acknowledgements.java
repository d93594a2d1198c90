package io.letterbox.storage;

import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The answers to appends that have become safe at the same time. Each context gets its answers in one task: an event
 * loop that was woken for each answer by itself would go back to sleep in between, and the shard, which wakes it, would
 * lose its core each time. Owned by the shard's thread.
 */
final class Acknowledgements {
    private final Map<ContextInternal, List<Answer>> byContext = new IdentityHashMap<>();

    private record Answer(Promise<Appended> done, Appended reply) {}

    /** Adds an answer; one that no context waits for is given at once. */
    void add(Append append, Appended reply) {
        ContextInternal context = append.done() instanceof PromiseInternal<Appended> promise ? promise.context() : null;
        if (context == null) append.done().complete(reply);
        else byContext.computeIfAbsent(context, c -> new ArrayList<>()).add(new Answer(append.done(), reply));
    }

    /** Gives all answers, those of one context in the order in which they were added. */
    void send() {
        byContext.forEach((context, answers) -> context.emit(answers, Acknowledgements::give));
        byContext.clear();
    }

    private static void give(List<Answer> answers) {
        for (Answer answer : answers) answer.done().complete(answer.reply());
    }
}
