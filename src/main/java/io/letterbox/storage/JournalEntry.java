package io.letterbox.storage;

import io.letterbox.log.wal.WalEntry;
import java.util.List;

/**
 * What one group commit makes safe, all of it or nothing.
 *
 * @param timeMs the leader's time, in milliseconds since 1970: who applies the entry goes by it, and by no clock
 * @param parts what was appended, one for each log
 */
public record JournalEntry(long timeMs, List<WalEntry> parts) {}
