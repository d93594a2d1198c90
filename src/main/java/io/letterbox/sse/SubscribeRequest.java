package io.letterbox.sse;

import io.letterbox.access.Principal;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.groups.consumer.StreamMemberId;
import io.letterbox.http.Query;
import io.letterbox.http.RequestPrincipal;
import io.letterbox.record.TopicName;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A request for a stream, understood but not yet looked up.
 *
 * @param principal who asks, for as long as the stream lives
 * @param subscription what the client wants to see
 * @param cursor where it stands, or null if it starts afresh
 * @param from where to start without a cursor
 * @param group how the stream takes part in a group, or null if it is on its own
 * @param heartbeat how the client is shown that the stream lives
 */
record SubscribeRequest(
        Principal principal,
        Subscription subscription,
        List<Cursor.TopicOffsets> cursor,
        From from,
        Group group,
        HeartbeatForm heartbeat) {
    /**
     * Membership in a group.
     *
     * @param id the group id
     * @param manual whether the client commits by itself; otherwise the server commits what it has delivered
     * @param replaces the member that the client was before at a node that is gone, and that leaves; null for none
     */
    record Group(String id, boolean manual, String replaces) {}

    /** The header that {@code EventSource} sends when it reconnects (WHATWG HTML, section 9.2.4). */
    private static final CharSequence LAST_EVENT_ID = HttpHeaders.createOptimized("last-event-id");

    /** The same as a query parameter, for clients that cannot send the header. */
    private static final String CURSOR = "last_event_id";

    /** With a group, the id of the member that the client was before. */
    private static final String REPLACES = "replaces";

    private static final Set<String> ONE_TOPIC =
            Set.of(CURSOR, From.PARAMETER, "format", "partition", "key", "group", "ack", REPLACES, "heartbeat");
    private static final Set<String> MANY_TOPICS = Set.of(
            "topic", CURSOR, From.PARAMETER, "format", "partition", "key", "group", "ack", REPLACES, "heartbeat");

    /** The prefix of the parameters of npm's eventsource-polyfill; they concern buffers and padding. */
    private static final String POLYFILL = "evs_";

    /** A random number by which older event-source-polyfills bypass caches, as others do with {@code _}. */
    private static final String RANDOM = "r";

    private static final int MAX_PARTITION = 100_000;

    /**
     * Parses a request.
     *
     * @param pathTopic the topic in the path, or null if topics are in the query
     * @throws ApiException INVALID_REQUEST, INVALID_TOPIC, INVALID_CURSOR, NOT_ACCEPTABLE
     */
    static SubscribeRequest of(HttpServerRequest request, String pathTopic) {
        checkAccept(request.getHeader(HttpHeaders.ACCEPT));
        Query query = Query.of(request, pathTopic == null ? MANY_TOPICS : ONE_TOPIC, SubscribeRequest::name);
        TreeSet<String> topics = new TreeSet<>(pathTopic == null ? query.all("topic") : List.of(pathTopic));
        if (topics.isEmpty()) throw refused("Name the topics to follow: /events?topic=a&topic=b.");
        if (topics.size() > DeliveryLimits.TOPICS_PER_SUBSCRIPTION) {
            throw refused("One connection can follow " + DeliveryLimits.TOPICS_PER_SUBSCRIPTION + " topics.");
        }
        topics.forEach(TopicName::check);
        int partition = query.integer("partition", Subscription.ALL_PARTITIONS, 0, MAX_PARTITION);
        Subscription subscription =
                new Subscription(List.copyOf(topics), partition, key(query.text("key")), isEnvelope(query));
        Group group = group(query, subscription);
        // A group ignores the cursor: its committed offsets say where to resume, whichever client reads.
        String cursor = group == null ? cursorText(request, query) : null;
        List<Cursor.TopicOffsets> entries = cursor == null ? null : Cursor.parse(cursor);
        return new SubscribeRequest(
                RequestPrincipal.of(request), subscription, entries, From.of(query), group, heartbeat(query, request));
    }

    /**
     * The canonical name of a parameter. Polyfills of EventSource each have a name of their own for the cursor
     * ({@code lastEventId}, {@code lastEventID}, {@code Last-Event-ID}, {@code evs_last_event_id}), and some add
     * parameters for other servers. They do not report a refusal but stay silent for good, so these names are accepted.
     */
    private static String name(String written) {
        String lower = written.toLowerCase(Locale.ROOT);
        String plain = lower.startsWith(POLYFILL) ? lower.substring(POLYFILL.length()) : lower;
        if (plain.replace("_", "").replace("-", "").equals("lasteventid")) return CURSOR;
        return lower.startsWith(POLYFILL) || written.equals(RANDOM) ? null : written;
    }

    /**
     * Whether a query may join a group: it has the parameter, or it has percent sequences, which need not be decoded to
     * answer this.
     */
    static boolean mayJoin(String query) {
        return query != null && (query.contains("group") || query.indexOf('%') >= 0);
    }

    private static Group group(Query query, Subscription subscription) {
        String id = query.text("group");
        String ack = query.text("ack");
        String replaces = query.text(REPLACES);
        if (id == null) {
            if (ack == null && replaces == null) return null;
            throw refused("The query parameters ack and replaces are for members of a group; add group=.");
        }
        if (id.isEmpty() || id.length() > DeliveryLimits.GROUP_CHARS) {
            throw new ApiException(
                    ErrorCode.INVALID_GROUP, "A group's id has 1 to " + DeliveryLimits.GROUP_CHARS + " characters.");
        }
        if (subscription.partition() != Subscription.ALL_PARTITIONS || subscription.key() != null) {
            throw refused("The members of a group share all records; leave out partition and key.");
        }
        if (From.of(query) instanceof From.Offset) {
            throw refused("A group's members start where it has got to, or else from earliest, latest or a time.");
        }
        if (replaces != null && !StreamMemberId.isOne(replaces)) {
            throw refused("The query parameter replaces has to be the member id of a stream.");
        }
        if (ack == null || ack.equals("auto")) return new Group(id, false, replaces);
        if (ack.equals("manual")) return new Group(id, true, replaces);
        throw refused("The query parameter ack has to be auto or manual.");
    }

    /** True if the cursor contains this topic, whichever incarnation. */
    boolean hasFollowed(String topic) {
        return cursor != null && cursor.stream().anyMatch(entry -> entry.nameTag() == Cursor.tag(topic));
    }

    private static String cursorText(HttpServerRequest request, Query query) {
        String header = request.getHeader(LAST_EVENT_ID);
        if (header != null && !header.isEmpty()) return header;
        // A polyfill that reconnects appends its cursor to an address that may have an older one.
        String newest = null;
        for (String given : query.all(CURSOR)) if (!given.isEmpty()) newest = given;
        return newest;
    }

    private static String key(String key) {
        if (key != null && key.getBytes(StandardCharsets.UTF_8).length > DeliveryLimits.KEY_BYTES) {
            throw refused("A key to filter by can have " + DeliveryLimits.KEY_BYTES + " bytes.");
        }
        return key;
    }

    private static boolean isEnvelope(Query query) {
        String format = query.text("format", "value");
        if (format.equals("envelope")) return true;
        if (format.equals("value")) return false;
        throw refused("The query parameter format has to be value or envelope.");
    }

    private static HeartbeatForm heartbeat(Query query, HttpServerRequest request) {
        String wanted = query.text("heartbeat");
        if (wanted == null) return HeartbeatForm.fitting(request);
        if (wanted.equals("comment")) return HeartbeatForm.COMMENT;
        if (wanted.equals("event")) return HeartbeatForm.EVENT;
        throw refused("The query parameter heartbeat has to be comment or event.");
    }

    private static void checkAccept(String header) {
        String accept = header == null ? "" : header.toLowerCase(Locale.ROOT);
        if (accept.isEmpty()
                || accept.contains("text/event-stream")
                || accept.contains("*/*")
                || accept.contains("text/*")) return;
        throw new ApiException(
                ErrorCode.NOT_ACCEPTABLE,
                "This is a stream of events: accept text/event-stream.",
                Map.of("available", "text/event-stream"));
    }

    private static ApiException refused(String detail) {
        return new ApiException(ErrorCode.INVALID_REQUEST, detail);
    }
}
