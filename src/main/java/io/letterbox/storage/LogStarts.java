package io.letterbox.storage;

import io.letterbox.time.Clock;
import java.io.IOException;

/**
 * Moves the log start offsets of one shard up. The decision, by clock, settings or a client's request, is an entry of
 * the journal, and is carried out when that is safe. Owned by the shard's thread.
 */
final class LogStarts {
    private final Journal journal;
    private final Clock clock;

    LogStarts(Journal journal, Clock clock) {
        this.journal = journal;
        this.clock = clock;
    }

    /**
     * Moves a log's start offset to an offset, and deletes the segments wholly below it.
     *
     * @param offset at most the high watermark
     * @param done called when that is done, or with the reason why it failed; maybe before this returns
     */
    void move(HostedPartition partition, long offset, Journal.Completion done) {
        JournalEntry entry = new JournalEntry.LogStart(clock.wallMs(), partition.id(), partition.topicId(), offset);
        journal.append(entry, new Journal.Completion() {
            @Override
            public void safe() {
                try {
                    if (!partition.isGone()) partition.log().deleteRecordsBefore(offset);
                } catch (IOException failed) {
                    done.failed(failed);
                    return;
                }
                done.safe();
            }

            @Override
            public void failed(IOException why) {
                done.failed(why);
            }
        });
    }

    /**
     * As the other method, for a caller that does not wait for the journal.
     *
     * @throws IOException if it failed at once
     */
    void move(HostedPartition partition, long offset) throws IOException {
        if (offset <= partition.log().logStartOffset() || !journal.decides()) return;
        IOException[] failure = {null};
        move(partition, offset, new Journal.Completion() {
            @Override
            public void safe() {
                // The next round of housekeeping will find it.
            }

            @Override
            public void failed(IOException why) {
                failure[0] = why;
            }
        });
        // A leader who comes later decides again.
        if (failure[0] != null && !(failure[0] instanceof NotLeadingException)) throw failure[0];
    }
}
