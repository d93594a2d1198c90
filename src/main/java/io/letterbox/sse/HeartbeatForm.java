package io.letterbox.sse;

import io.letterbox.http.JsonBytes;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Collection;

/**
 * The form of a stream's heartbeats, which show during a silence that it is alive and which position its client has
 * reached. An id takes effect when its block ends, even if the block has no data (WHATWG HTML, section 9.2.6); but many
 * clients that are not browsers, such as fetch-event-source, Spring's and Jersey's, make an empty event of every block
 * without data.
 *
 * <pre>
 *            at the beginning             in silence           in silence, behind a filter
 * COMMENT    id:, joins the first block   ":" LF               ":" LF, id:, joins the next block
 * BARE_ID    a block with the id          ":" LF               a block with the id
 * EVENT      event: heartbeat with id     event: heartbeat     event: heartbeat with the id
 * </pre>
 */
enum HeartbeatForm {
    /** For every reader of event streams: each block has data. */
    COMMENT,

    /** For a browser's EventSource: it takes an id from a block without data, and dispatches no event. */
    BARE_ID,

    /**
     * For a client that asks for heartbeats as events with {@code ?heartbeat=event}, because an EventSource hides
     * comments.
     */
    EVENT;

    /** How the User-Agent header of every browser begins. */
    private static final String BROWSER = "Mozilla/";

    /**
     * The kind of heartbeat for a client that does not name one. An EventSource fetches with cache mode no-store
     * (WHATWG HTML, section 9.2.2), which adds {@code Cache-Control: no-cache} (WHATWG Fetch, section 4.6); a script's
     * fetch does not.
     */
    static HeartbeatForm fitting(HttpServerRequest request) {
        String agent = request.getHeader(HttpHeaders.USER_AGENT);
        String cache = request.getHeader(HttpHeaders.CACHE_CONTROL);
        boolean eventSource = agent != null && agent.startsWith(BROWSER) && cache != null && cache.contains("no-cache");
        return eventSource ? BARE_ID : COMMENT;
    }

    /**
     * Appends the fields of the event; an id line may follow, and an empty line ends the event.
     *
     * @param seconds the longest silence before the next one
     * @param live whether the client has been sent everything that there is
     */
    static void writeEvent(JsonBytes out, int seconds, boolean live) {
        writeData(out, seconds, live).ascii("}\n");
    }

    /**
     * Appends the fields of the event with which a stream begins, as {@link #writeEvent} does.
     *
     * @param nodes the addresses of the cluster's nodes, where the client can go on when this one is gone; empty for a
     *     single node
     */
    static void writeFirst(JsonBytes out, int seconds, Collection<String> nodes) {
        writeData(out, seconds, false);
        String before = ",\"nodes\":[";
        for (String node : nodes) {
            out.ascii(before).string(node);
            before = ",";
        }
        out.ascii(nodes.isEmpty() ? "}\n" : "]}\n");
    }

    private static JsonBytes writeData(JsonBytes out, int seconds, boolean live) {
        out.ascii("event: heartbeat\ndata: {\"seconds\":").number(seconds);
        return out.ascii(",\"live\":").ascii(live ? "true" : "false");
    }
}
