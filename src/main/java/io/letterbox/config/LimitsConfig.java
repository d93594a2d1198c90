package io.letterbox.config;

/**
 * The limits on one client, and on all of them together. Each limit has its own error.
 *
 * @param recordBytes key, value and headers of one record that comes over HTTP, 1 KiB to 64 MiB
 * @param requestBytes one request's body, at least {@code recordBytes}, to 256 MiB
 * @param requestRecords records in one request, 1 to 1,000,000
 * @param ingressBytes published and not yet durable, all clients together, at least {@code requestBytes}, to 16 GiB
 * @param topics 1 to 100,000
 * @param partitionsPerTopic 1 to 4096
 * @param partitions of all topics together, 1 to 100,000
 * @param subscribers streams at the same time, 1 to 1,000,000
 * @param longPollMs the longest wait of a read for records, 0 to 300,000
 * @param pageRecords records in one page, 1 to 1,000,000
 * @param pageBytes pages of records that are being sent, all of them together, at least {@value #RECORD_TO_PAGE} times
 *     {@code recordBytes}, to 16 GiB
 * @param producerBytes memory for the producer states of all partitions, idempotency keys included, at least 1 MiB; 0
 *     for a share of the heap
 * @param groupBytes memory for consumer groups, their members and their offsets, at least 1 MiB; 0 for a share of the
 *     heap
 * @param transactionBytes memory for transactional ids and the partitions of open transactions, at least 1 MiB; 0 for a
 *     share of the heap
 */
public record LimitsConfig(
        int recordBytes,
        int requestBytes,
        int requestRecords,
        long ingressBytes,
        int topics,
        int partitionsPerTopic,
        int partitions,
        int subscribers,
        int longPollMs,
        int pageRecords,
        long pageBytes,
        long producerBytes,
        long groupBytes,
        long transactionBytes) {
    /**
     * How much larger a record can be in a page: a control character takes six bytes in JSON, and there are names and
     * brackets around it. So the budget has room for the largest record, even if it is the only one of its page.
     */
    private static final int RECORD_TO_PAGE = 8;

    /** A single page may take at most one of this many parts of the budget, so that one client cannot use it up. */
    private static final int PAGES_AT_LEAST = 4;

    /** The largest page; more records are to be requested in several pages. */
    private static final int LARGEST_PAGE_BYTES = 8 << 20;

    private static final int MIB = 1 << 20;

    public LimitsConfig {
        Check.range("limits.recordBytes", recordBytes, 1024, 64 * MIB);
        Check.range("limits.requestBytes", requestBytes, recordBytes, 256 * MIB);
        Check.range("limits.requestRecords", requestRecords, 1, 1_000_000);
        Check.range("limits.ingressBytes", ingressBytes, requestBytes, 16_384L * MIB);
        Check.range("limits.topics", topics, 1, 100_000);
        Check.range("limits.partitionsPerTopic", partitionsPerTopic, 1, 4096);
        Check.range("limits.partitions", partitions, 1, 100_000);
        Check.range("limits.subscribers", subscribers, 1, 1_000_000);
        Check.range("limits.longPollMs", longPollMs, 0, 300_000);
        Check.range("limits.pageRecords", pageRecords, 1, 1_000_000);
        Check.range("limits.pageBytes", pageBytes, (long) RECORD_TO_PAGE * recordBytes, 16_384L * MIB);
        checkStateBytes("limits.producerBytes", producerBytes);
        checkStateBytes("limits.groupBytes", groupBytes);
        checkStateBytes("limits.transactionBytes", transactionBytes);
    }

    private static void checkStateBytes(String path, long bytes) {
        if (bytes != 0) Check.range(path, bytes, MIB, 16_384L * MIB);
    }

    static LimitsConfig standard() {
        return new LimitsConfig(
                MIB, 8 * MIB, 10_000, 64L * MIB, 10_000, 256, 20_000, 50_000, 30_000, 10_000, 32L * MIB, 0, 0, 0);
    }

    /** The largest page that a client may ask for (a single record can be larger), 2 KiB to 8 MiB. */
    public int maxPageBytes() {
        return (int) Math.min(pageBytes / PAGES_AT_LEAST, LARGEST_PAGE_BYTES);
    }
}
