package io.letterbox.disk;

import java.nio.file.Path;
import java.util.Set;

/**
 * What is where in a data directory.
 *
 * <pre>
 * topics/&lt;topic&gt;/&lt;partition&gt;/   the logs
 * meta/                          metadata log, recovery points, and when and how the last process stopped
 * wal/                           what shards have written ahead of their logs; made by the first of them
 * natives/                       native libraries while they are loaded, where the temporary directory is no place for them
 * lock                           held by the process that serves
 * </pre>
 *
 * @param root the data directory
 */
public record DataLayout(Path root) {
    private static final Set<String> PARTS = Set.of("topics", "meta", "wal");

    /**
     * A file or directory as it is called in what may reach clients: from the part of the data directory on that it is in.
     * Where that directory lies is the operator's to know, and nobody else's.
     */
    public static String shown(Path path) {
        for (int index = path.getNameCount() - 1; index >= 0; index--) {
            if (PARTS.contains(path.getName(index).toString()))
                return path.subpath(index, path.getNameCount()).toString();
        }
        return String.valueOf(path.getFileName());
    }

    public Path topics() {
        return root.resolve("topics");
    }

    public Path meta() {
        return root.resolve("meta");
    }

    public Path wal() {
        return root.resolve("wal");
    }

    public Path natives() {
        return root.resolve("natives");
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

    /** Zeros that give their room away on a full disk. */
    public Path ballast() {
        return meta().resolve("ballast");
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
