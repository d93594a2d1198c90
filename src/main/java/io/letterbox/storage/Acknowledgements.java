package io.letterbox.storage;

import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.error.ApiException;
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

    /** Exactly one of reply and refusal is not null. */
    private record Answer(Promise<Appended> done, Appended reply, ApiException refusal) {
        void give() {
            if (refusal == null) done.complete(reply);
            else done.fail(refusal);
        }
    }

    /** Adds an answer; one that no context waits for is given at once. */
    void add(Append append, Appended reply) {
        add(new Answer(append.done(), reply, null));
    }

    /** Adds a refusal; one that no context waits for is given at once. */
    void refuse(Append append, ApiException refusal) {
        add(new Answer(append.done(), null, refusal));
    }

    private void add(Answer answer) {
        ContextInternal context = answer.done instanceof PromiseInternal<Appended> promise ? promise.context() : null;
        if (context == null) answer.give();
        else byContext.computeIfAbsent(context, c -> new ArrayList<>()).add(answer);
    }

    /** Gives all answers, those of one context in the order in which they were added. */
    void send() {
        byContext.forEach((context, answers) -> context.emit(answers, Acknowledgements::give));
        byContext.clear();
    }

    private static void give(List<Answer> answers) {
        for (Answer answer : answers) answer.give();
    }
}
