package io.letterbox.ingress.http;

import io.letterbox.config.LimitsConfig;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.Query;
import io.letterbox.record.TopicPartition;
import io.vertx.core.http.HttpServerRequest;
import java.util.Set;

/**
 * Which page of records somebody wants.
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
 * @param timeMs null where an offset is given
 */
record RecordQuery(TopicPartition partition, long offset, Long timeMs, int limit, int maxBytes, int waitMs) {
    static final long EARLIEST = -1;
    static final long LATEST = -2;

    private static final Set<String> PARAMETERS = Set.of("partition", "offset", "time", "limit", "maxBytes", "wait");
    private static final int DEFAULT_LIMIT = 100;
    private static final int DEFAULT_BYTES = 1 << 20;
    private static final int MIN_BYTES = 1;

    /**
     * Reads a request's query.
     *
     * @throws ApiException INVALID_REQUEST
     */
    static RecordQuery of(HttpServerRequest request, String topic, LimitsConfig limits) {
        Query query = Query.of(request, PARAMETERS);
        Long timeMs = query.timeMs("time");
        if (timeMs != null && query.has("offset")) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "The query parameters offset and time exclude each other.");
        }
        return new RecordQuery(
                new TopicPartition(topic, query.integer("partition", 0, 0, Integer.MAX_VALUE)),
                offset(query),
                timeMs,
                query.integer("limit", Math.min(DEFAULT_LIMIT, limits.pageRecords()), 1, limits.pageRecords()),
                query.integer(
                        "maxBytes", Math.min(DEFAULT_BYTES, limits.maxPageBytes()), MIN_BYTES, limits.maxPageBytes()),
                query.integer("wait", 0, 0, limits.longPollMs()));
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
