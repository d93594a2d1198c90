package io.letterbox.groups;

import io.letterbox.coordinator.CoordinatorOutbox;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.time.Moment;
import java.util.List;

/**
 * One call into a coordinator: when it is, and what is to be done. Passed down, never kept.
 *
 * @param now when it is
 * @param outbox takes what is wanted
 */
public record CoordinatorContext(Moment now, CoordinatorOutbox outbox) {
    /** For what is due when. */
    public long elapsedMs() {
        return now.elapsedMs();
    }

    /** For what is written down. */
    public long wallMs() {
        return now.wallMs();
    }

    /** Writes records as one batch and applies them; nothing where there are none. */
    public void write(List<CoordinatorRecord> records) {
        if (!records.isEmpty()) outbox.write(records);
    }

    /** Answers when everything that was written is committed. */
    public <R> void reply(CoordinatorRequest<R> ask, R answer) {
        outbox.reply(ask, answer);
    }
}
