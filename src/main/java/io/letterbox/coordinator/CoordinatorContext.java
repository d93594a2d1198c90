package io.letterbox.coordinator;

import io.letterbox.time.Moment;
import java.util.List;

/**
 * The context of one call into a coordinator: its time and its outbox. Passed down, never kept.
 *
 * @param now the time of the call
 * @param outbox receives writes, answers and effects
 */
public record CoordinatorContext(Moment now, CoordinatorOutbox outbox) {
    /** The monotonic time, for deadlines. */
    public long elapsedMs() {
        return now.elapsedMs();
    }

    /** The wall time, for records. */
    public long wallMs() {
        return now.wallMs();
    }

    /** Writes records as one batch and applies them; does nothing for an empty list. */
    public void write(List<CoordinatorRecord> records) {
        if (!records.isEmpty()) outbox.write(records);
    }

    /** Answers a request when everything written so far is committed. */
    public <R> void reply(CoordinatorRequest<R> ask, R answer) {
        outbox.reply(ask, answer);
    }

    /** Has something done outside the partition when everything that was written is committed. */
    public void perform(CoordinatorEffect effect) {
        outbox.perform(effect);
    }
}
