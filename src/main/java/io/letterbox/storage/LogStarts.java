package io.letterbox.storage;

import io.letterbox.time.Clock;
import java.io.IOException;

/**
 * Moves the beginnings of one shard's logs up. Where to is decided here, by clock, settings or a client; that is an
 * entry of the journal, and done when it is safe. Owned by the shard's thread.
 */
final class LogStarts {
    private final Journal journal;
    private final Clock clock;

    LogStarts(Journal journal, Clock clock) {
        this.journal = journal;
        this.clock = clock;
    }

    /**
     * Lets a log begin at an offset, and deletes what lies wholly below it.
     *
     * @param offset at most the high watermark
     * @param done told when that is so, or why it could not be done; perhaps before this returns
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
     * The same for a caller who does not wait where the journal takes its time.
     *
     * @throws IOException where it could not be done at once
     */
    void move(HostedPartition partition, long offset) throws IOException {
        if (offset <= partition.log().logStartOffset()) return;
        IOException[] failure = {null};
        move(partition, offset, new Journal.Completion() {
            @Override
            public void safe() {
                // The next look at the log shows it.
            }

            @Override
            public void failed(IOException why) {
                failure[0] = why;
            }
        });
        if (failure[0] != null) throw failure[0];
    }
}
