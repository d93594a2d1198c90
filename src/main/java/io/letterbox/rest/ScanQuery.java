package io.letterbox.rest;

import io.letterbox.config.LimitsConfig;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.filter.Filter;
import io.letterbox.filter.FilterException;
import io.letterbox.http.Problem;
import io.letterbox.http.ProblemException;
import io.letterbox.http.Query;
import io.letterbox.metadata.TopicImage;
import java.util.Set;

/**
 * The query of a scan: records of several partitions, by time, or those that a filter passes.
 *
 * <pre>
 * where      a filter, see {@link Filter}; without one, all records
 * order      newest (the default) or oldest first
 * partition  one of them; without it, all
 * offset     with partition: oldest begins at it, newest below it
 * time       an ISO time: oldest begins at it, newest before it
 * cursor     from the last answer, in place of offset and time
 * limit      records, at the most limits.pageRecords
 * maxBytes   of JSON, at the most a quarter of limits.pageBytes and 8 MiB; at least one record comes whatever its size
 * </pre>
 *
 * @param filter null for all records
 * @param partition -1 for all
 * @param offset -1 if none is given
 * @param timeMs null if none is given
 * @param cursor null at the beginning
 */
record ScanQuery(
        Filter filter, ScanOrder order, int partition, long offset, Long timeMs, ScanCursor cursor, PageSize size) {
    private static final Set<String> ASK_FOR_A_SCAN = Set.of("where", "order", "cursor");

    /**
     * The limits of one answer.
     *
     * @param records at most
     * @param bytes of JSON at most, except for a single record
     */
    record PageSize(int records, int bytes) {}

    /** True if a query asks for more than a page of one partition. */
    static boolean isMeant(Query query) {
        return ASK_FOR_A_SCAN.stream().anyMatch(query::has);
    }

    /**
     * Parses a query; throws an {@link ApiException} or {@link ProblemException} with INVALID_REQUEST or
     * INVALID_CURSOR.
     */
    static ScanQuery of(Query query, TopicImage topic, LimitsConfig limits) {
        if (query.has("wait")) throw refused("The query parameter wait does not go with where, order or cursor.");
        int partition = query.integer("partition", -1, 0, Integer.MAX_VALUE);
        long offset = query.number("offset", -1, 0, Long.MAX_VALUE);
        Long timeMs = query.timeMs("time");
        if (offset >= 0 && partition < 0) throw refused("The query parameter offset needs a partition here.");
        if (offset >= 0 && timeMs != null) throw refused("The query parameters offset and time exclude each other.");
        String text = query.text("cursor");
        ScanCursor cursor = text == null ? null : ScanCursor.parse(text, topic.id());
        if (cursor != null && (offset >= 0 || timeMs != null)) {
            throw refused("A cursor says where to go on; leave offset and time out.");
        }
        ScanOrder order = order(query, cursor);
        if (cursor != null && !cursor.isOf(order, partition)) {
            throw refused("The cursor comes from a request with another order or partition.");
        }
        return new ScanQuery(
                filter(query.text("where")), order, partition, offset, timeMs, cursor, size(query, limits));
    }

    private static PageSize size(Query query, LimitsConfig limits) {
        return new PageSize(RecordQuery.limit(query, limits), RecordQuery.maxBytes(query, limits));
    }

    private static ScanOrder order(Query query, ScanCursor cursor) {
        String text = query.text("order");
        if (text == null) return cursor == null ? ScanOrder.NEWEST : cursor.order();
        for (ScanOrder order : ScanOrder.values()) {
            if (order.label().equals(text)) return order;
        }
        throw refused("The query parameter order has to be newest or oldest.");
    }

    private static Filter filter(String text) {
        if (text == null || text.isBlank()) return null;
        try {
            return Filter.parse(text);
        } catch (FilterException e) {
            throw new ProblemException(Problem.of(
                            ErrorCode.INVALID_REQUEST,
                            "The query parameter where is not a filter, at character " + (e.position() + 1) + ": "
                                    + e.getMessage()
                                    + ". A filter is, for example, /amount > 100 or /user/name = \"Ann\".")
                    .with("position", e.position()));
        }
    }

    private static ApiException refused(String detail) {
        return new ApiException(ErrorCode.INVALID_REQUEST, detail);
    }
}
