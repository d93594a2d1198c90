package io.letterbox.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.access.Principal;
import io.letterbox.groups.GroupView;
import io.letterbox.http.Json;
import io.letterbox.http.Problem;
import io.letterbox.http.Query;
import io.letterbox.http.RequestPrincipal;
import io.letterbox.ingress.MergedPage;
import io.letterbox.record.TopicPartition;
import io.letterbox.rest.GroupLags.PartitionLag;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;

/**
 * The list of groups. There may be very many, so they are read a few hundred at a time, and other tasks of the event
 * loop and of the shards run in between; a list without a limit is sent in as many chunks.
 *
 * <p>Owned by one event loop.
 */
final class GroupListing {
    /** The largest page that a client may ask for. */
    private static final int MAX_LIMIT = 1000;

    /** Groups of each of the sixteen coordinators that are read at once; a group takes some microseconds. */
    private static final int EACH = 32;

    private final GroupLags lags;

    GroupListing(GroupLags lags) {
        this.lags = lags;
    }

    /** {@code GET /groups}: all groups or, with {@code limit}, a page that names the next one. */
    void list(RoutingContext context) {
        Query query = Query.of(context.request(), Set.of("limit", "after", "search", "topic"));
        int limit = query.integer("limit", 0, 1, MAX_LIMIT);
        GroupFilter wanted =
                new GroupFilter(query.text("search", ""), query.text("topic"), RequestPrincipal.of(context.request()));
        if (limit > 0) page(context, new Page(query.text("after"), wanted, limit));
        else all(context, query.text("after"), wanted);
    }

    /**
     * The filter of a list, and whose request it is.
     *
     * @param search text that ids have to contain, ignoring case; may be empty
     * @param topic a topic that the groups read or have a committed offset of, or null
     * @param principal the client's principal
     */
    private record GroupFilter(String search, String topic, Principal principal) {
        boolean has(GroupView group) {
            if (topic == null) return true;
            return group.offsets().keySet().stream().anyMatch(this::isOfTopic)
                    || group.members().stream()
                            .anyMatch(member -> member.assignment().stream().anyMatch(this::isOfTopic));
        }

        private boolean isOfTopic(TopicPartition partition) {
            return partition.topic().equals(topic);
        }
    }

    private Future<MergedPage<GroupView>> read(String after, GroupFilter wanted, int each) {
        return lags.page(after, wanted.search(), each, wanted.principal());
    }

    // ---- one page

    private void page(RoutingContext context, Page page) {
        fill(page)
                .onSuccess(full -> Json.send(context.response(), 200, full.document()))
                .onFailure(failure -> Problem.send(context, failure));
    }

    /** Reads until the page is full: a filter may pass few groups of many. */
    private Future<Page> fill(Page page) {
        return read(page.next, page.wanted, Math.min(EACH, page.room())).compose(found -> {
            List<GroupView> wanted =
                    found.items().stream().filter(page.wanted::has).toList();
            List<GroupView> fitting = wanted.subList(0, Math.min(page.room(), wanted.size()));
            return lags.of(fitting).compose(all -> {
                for (int index = 0; index < fitting.size(); index++) {
                    GroupView group = fitting.get(index);
                    page.add(summary(group, all.get(index)), group.id());
                }
                if (fitting.size() < wanted.size()) return Future.succeededFuture(page);
                page.next = found.next();
                return page.next == null || page.room() == 0 ? Future.succeededFuture(page) : fill(page);
            });
        });
    }

    /** The groups of one page. */
    private static final class Page {
        private final GroupFilter wanted;
        private final int limit;
        private final ObjectNode document = Json.MAPPER.createObjectNode();
        private final ArrayNode groups = document.putArray("groups");

        /** The id behind which to go on; null at the end. */
        private String next;

        Page(String after, GroupFilter wanted, int limit) {
            this.next = after;
            this.wanted = wanted;
            this.limit = limit;
        }

        int room() {
            return limit - groups.size();
        }

        void add(ObjectNode group, String id) {
            groups.add(group);
            next = id;
        }

        ObjectNode document() {
            return document.put("next", next);
        }
    }

    // ---- all groups

    private void all(RoutingContext context, String after, GroupFilter wanted) {
        // A failure of the first read can still be answered with a status.
        read(after, wanted, EACH)
                .onSuccess(first -> {
                    HttpServerResponse response = context.response();
                    response.setChunked(true).putHeader(HttpHeaders.CONTENT_TYPE, Json.CONTENT_TYPE);
                    response.write("{\"groups\":[");
                    rest(response, first, wanted, true)
                            .onSuccess(done -> response.end("]}"))
                            // The response is cut off, so that an incomplete list cannot be taken for a complete one.
                            .onFailure(failure -> response.reset());
                })
                .onFailure(failure -> Problem.send(context, failure));
    }

    private Future<Void> rest(
            HttpServerResponse response, MergedPage<GroupView> page, GroupFilter wanted, boolean first) {
        List<GroupView> groups = page.items().stream().filter(wanted::has).toList();
        return lags.of(groups).compose(all -> {
            if (!groups.isEmpty()) response.write(chunk(groups, all, first));
            boolean nothingYet = first && groups.isEmpty();
            if (page.next() == null) return Future.succeededFuture();
            return writable(response)
                    .compose(now -> read(page.next(), wanted, EACH))
                    .compose(next -> rest(response, next, wanted, nothingYet));
        });
    }

    private static Future<Void> writable(HttpServerResponse response) {
        if (response.closed()) return Future.failedFuture("the client has gone");
        if (!response.writeQueueFull()) return Future.succeededFuture();
        Promise<Void> drained = Promise.promise();
        response.drainHandler(now -> drained.tryComplete());
        response.exceptionHandler(drained::tryFail);
        response.closeHandler(gone -> drained.tryFail("the client has gone"));
        return drained.future();
    }

    private static Buffer chunk(List<GroupView> groups, List<List<PartitionLag>> all, boolean first) {
        Buffer chunk = Buffer.buffer();
        try {
            for (int index = 0; index < groups.size(); index++) {
                if (!first || index > 0) chunk.appendString(",");
                chunk.appendBytes(Json.MAPPER.writeValueAsBytes(summary(groups.get(index), all.get(index))));
            }
        } catch (JsonProcessingException e) {
            throw new AssertionError("a tree can always be written", e);
        }
        return chunk;
    }

    private static ObjectNode summary(GroupView group, List<PartitionLag> lags) {
        return GroupDocument.summary(group, lags).put("members", group.members().size());
    }
}
