package io.letterbox.config;

/**
 * The storage shards and what they keep in memory.
 *
 * @param shards storage threads, each the single writer of its partitions, 0 (as many as suit the cores) to 64; counts
 *     for the first start of a data directory, which keeps that number
 * @param tailCacheBytes the newest records of all partitions that are kept in memory, 1 MiB to 16 GiB
 * @param walBytes how long each of a shard's two write-ahead files may get, 4 MiB to 1 GiB
 * @param readerThreads threads that read old records from files, 1 to 64
 * @param openLogFiles how many files of logs may stay open though nobody uses them, 0 (as suits how many files the
 *     process may have open) or 16 to 1,000,000
 * @param diskReserveBytes below this much free space publishes are refused, 0 (never) to 1 TiB
 * @param recoveryPointIntervalMs how often it is written down how far the logs are surely on disk, and so how much a
 *     restart reads at most; 100 to 3,600,000
 * @param housekeepingIntervalMs how often retention and compaction look for work, 100 to 3,600,000
 */
public record StorageConfig(
        int shards,
        long tailCacheBytes,
        long walBytes,
        int readerThreads,
        int openLogFiles,
        long diskReserveBytes,
        int recoveryPointIntervalMs,
        int housekeepingIntervalMs) {
    private static final long MIB = 1L << 20;

    /**
     * One of this many descriptors is for a log's file if the setting is 0; the others are for connections and
     * everything else.
     */
    private static final int DESCRIPTORS_PER_LOG_FILE = 8;

    /** The largest number if the setting is 0: more are of no use, because opening a file again takes microseconds. */
    private static final int MOST_LOG_FILES = 16_384;

    private static final int FEWEST_LOG_FILES = 16;

    /** The number if the limit on descriptors is unknown. */
    private static final int SOME_LOG_FILES = 1024;

    public StorageConfig {
        Check.range("storage.shards", shards, 0, 64);
        Check.range("storage.tailCacheBytes", tailCacheBytes, MIB, 16_384 * MIB);
        Check.range("storage.walBytes", walBytes, 4 * MIB, 1024 * MIB);
        Check.range("storage.readerThreads", readerThreads, 1, 64);
        if (openLogFiles != 0) Check.range("storage.openLogFiles", openLogFiles, FEWEST_LOG_FILES, 1_000_000);
        Check.range("storage.diskReserveBytes", diskReserveBytes, 0, MIB * MIB);
        Check.range("storage.recoveryPointIntervalMs", recoveryPointIntervalMs, 100, 3_600_000);
        Check.range("storage.housekeepingIntervalMs", housekeepingIntervalMs, 100, 3_600_000);
    }

    static StorageConfig standard() {
        return new StorageConfig(0, 32 * MIB, 64 * MIB, 2, 0, 256 * MIB, 10_000, 10_000);
    }

    /**
     * The number of unused files of logs that a process keeps open.
     *
     * @param descriptors files and sockets that it may have open; -1 if unknown
     */
    public int openLogFilesOf(long descriptors) {
        if (openLogFiles > 0) return openLogFiles;
        if (descriptors < 0) return SOME_LOG_FILES;
        return (int) Math.max(FEWEST_LOG_FILES, Math.min(MOST_LOG_FILES, descriptors / DESCRIPTORS_PER_LOG_FILE));
    }
}
