package io.letterbox.sse;

import io.letterbox.http.JsonBytes;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * How a stream shows that it lives while there are no records, and where its client stands by then. An id counts only
 * when its block ends, be it without data (WHATWG HTML, section 9.2.6); but many clients that are no browsers, such as
 * fetch-event-source, Spring's and Jersey's, make an empty event of every block without data.
 *
 * <pre>
 *            at the beginning             in silence           in silence, behind a filter
 * COMMENT    id:, joins the first block   ":" LF               ":" LF, id:, joins the next block
 * BARE_ID    a block with the id          ":" LF               a block with the id
 * EVENT      event: heartbeat with id     event: heartbeat     event: heartbeat with the id
 * </pre>
 */
enum Heartbeat {
    /** For every reader of event streams: no block is without data. */
    COMMENT,

    /** For a browser's EventSource: it takes an id from a block without data, and shows nothing. */
    BARE_ID,

    /** For a client that wants to see heartbeats, {@code ?heartbeat=event}, because an EventSource hides comments. */
    EVENT;

    /** Browsers' names for themselves begin like this, whichever they are. */
    private static final String BROWSER = "Mozilla/";

    /**
     * What to give a client that does not say what it wants. An EventSource asks with the cache mode no-store (WHATWG HTML,
     * section 9.2.2), which adds {@code Cache-Control: no-cache} (WHATWG Fetch, section 4.6); a script's fetch does not.
     */
    static Heartbeat fitting(HttpServerRequest request) {
        String agent = request.getHeader(HttpHeaders.USER_AGENT);
        String cache = request.getHeader(HttpHeaders.CACHE_CONTROL);
        boolean eventSource = agent != null && agent.startsWith(BROWSER) && cache != null && cache.contains("no-cache");
        return eventSource ? BARE_ID : COMMENT;
    }

    /**
     * Appends the fields of the event; an id may follow, and an empty line ends it.
     *
     * @param seconds after how much silence another one comes, at the latest
     * @param live whether the client has been given all that there is
     */
    static void writeEvent(JsonBytes out, int seconds, boolean live) {
        out.ascii("event: heartbeat\ndata: {\"seconds\":").number(seconds);
        out.ascii(",\"live\":").ascii(live ? "true}\n" : "false}\n");
    }
}
