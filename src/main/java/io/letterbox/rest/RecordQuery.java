package io.letterbox.rest;

import io.letterbox.config.LimitsConfig;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.Query;
import io.letterbox.record.TopicPartition;
import java.util.Set;

/**
 * The query of a page of records.
 *
 * <pre>
 * partition  0
 * offset     the first offset, or earliest (the default) or latest
 * time       instead of offset: the first record at or after an ISO time
 * limit      records, at the most limits.pageRecords
 * maxBytes   of JSON, at the most a quarter of limits.pageBytes and 8 MiB; at least one record comes whatever its size
 * wait       milliseconds to wait where there is no record yet, at the most limits.longPollMs
 * </pre>
 *
 * @param offset -1 for earliest, -2 for latest
 * @param timeMs null if an offset is given
 */
record RecordQuery(TopicPartition partition, long offset, Long timeMs, int limit, int maxBytes, int waitMs) {
    static final long EARLIEST = -1;
    static final long LATEST = -2;

    /** The parameters of {@code GET /topics/{topic}/records}, including those that make it a {@link ScanQuery}. */
    static final Set<String> PARAMETERS =
            Set.of("partition", "offset", "time", "limit", "maxBytes", "wait", "where", "order", "cursor");

    private static final int DEFAULT_LIMIT = 100;
    private static final int DEFAULT_BYTES = 1 << 20;
    private static final int MIN_BYTES = 1;

    /**
     * Parses a query.
     *
     * @throws ApiException INVALID_REQUEST
     */
    static RecordQuery of(Query query, String topic, LimitsConfig limits) {
        Long timeMs = query.timeMs("time");
        if (timeMs != null && query.has("offset")) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "The query parameters offset and time exclude each other.");
        }
        return new RecordQuery(
                new TopicPartition(topic, query.integer("partition", 0, 0, Integer.MAX_VALUE)),
                offset(query),
                timeMs,
                limit(query, limits),
                maxBytes(query, limits),
                query.integer("wait", 0, 0, limits.longPollMs()));
    }

    static int limit(Query query, LimitsConfig limits) {
        return query.integer("limit", Math.min(DEFAULT_LIMIT, limits.pageRecords()), 1, limits.pageRecords());
    }

    static int maxBytes(Query query, LimitsConfig limits) {
        int most = limits.maxPageBytes();
        return query.integer("maxBytes", Math.min(DEFAULT_BYTES, most), MIN_BYTES, most);
    }

    private static long offset(Query query) {
        String text = query.text("offset", "earliest");
        if (text.equals("earliest")) return EARLIEST;
        if (text.equals("latest")) return LATEST;
        if (text.isEmpty() || !Character.isDigit(text.charAt(0))) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "The query parameter offset has to be earliest, latest or a whole number of 0 or more.");
        }
        return query.number("offset", 0, 0, Long.MAX_VALUE);
    }
}
