package io.letterbox.log;

import java.nio.file.Path;

/**
 * What is where in a data directory.
 *
 * <pre>
 * topics/&lt;topic&gt;/&lt;partition&gt;/   the logs
 * meta/                          metadata log, recovery points, and when and how the last process stopped
 * wal/                           what shards have written ahead of their logs; made by the first of them
 * lock                           held by the process that serves
 * </pre>
 *
 * @param root the data directory
 */
public record DataLayout(Path root) {
    public Path topics() {
        return root.resolve("topics");
    }

    public Path meta() {
        return root.resolve("meta");
    }

    public Path wal() {
        return root.resolve("wal");
    }

    public Path lock() {
        return root.resolve("lock");
    }

    public Path metadataLog() {
        return meta().resolve("metadata.log");
    }

    public Path recoveryPoints() {
        return meta().resolve("recovery-points");
    }

    /** When the directory was last served. */
    public Path lastServed() {
        return meta().resolve("last-served");
    }

    /** Is there after a clean stop only. */
    public Path cleanShutdown() {
        return meta().resolve("clean-shutdown");
    }

    /** Is there where a force has failed since the last start. */
    public Path forceFailed() {
        return meta().resolve("force-failed");
    }
}
