package io.letterbox.storage;

import io.letterbox.log.wal.WalEntry;
import java.util.List;

/**
 * What one group commit makes safe, all of it or nothing.
 *
 * @param parts what was appended, one for each log
 */
public record JournalEntry(List<WalEntry> parts) {}
