package io.letterbox.rest;

import io.letterbox.bus.Isolation;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Slice;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.JsonBytes;
import io.letterbox.http.Problem;
import io.letterbox.ingress.DoorServices;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.Door;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One request for records of several partitions by time, or for those that a filter lets through:
 *
 * <pre>
 * {"topic":"payments","order":"newest",
 *  "records":[…],                see {@link io.letterbox.http.RecordEnvelope}
 *  "scanned":12000,              records that were looked at for this answer
 *  "scannedBytes":1048576,       of batches
 *  "notJson":3,                  of them those of which the filter could not tell
 *  "remaining":88000,            offsets that are left to look at
 *  "unreadable":[{"partition":2,"code":"PARTITION_QUARANTINED","detail":"…"}],
 *  "cursor":"…"}                 where to go on; null where nothing is left
 * </pre>
 *
 * An answer may have fewer records than were asked for, or none, and still name a cursor: after {@value #MAX_MS} ms or
 * {@value #MAX_BYTES} bytes it says how far it has come, so that a client pages through any topic and shows its
 * progress. Files are read on the storage's threads and records filtered on threads of their own. Owned by one event
 * loop.
 */
final class RecordScan {
    private static final int MAX_MS = 500;
    private static final int MAX_BYTES = 16 << 20;
    private static final int INITIAL_BYTES = 4_096;

    private final RoutingContext context;
    private final DoorServices backend;
    private final WorkerExecutor filters;
    private final TopicImage topic;
    private final PageAnswer answer;
    private final long startedNanos = System.nanoTime();
    private ScanQuery query;
    private ScanPage page;
    private long scanned;
    private long scannedBytes;
    private long notJson;
    private boolean over;

    RecordScan(RoutingContext context, DoorServices backend, RecordRoutes routes, TopicImage topic) {
        this.context = context;
        this.backend = backend;
        this.filters = routes.filters();
        this.topic = topic;
        this.answer = new PageAnswer(context, backend, routes);
    }

    /**
     * Determines where to begin, and scans from there.
     *
     * @throws ApiException if there is no such partition, or the budget for pages is used up
     */
    void start(ScanQuery scanQuery) {
        query = scanQuery;
        int batchBytes = topic.config().maxMessageBytes();
        long room = (long) query.size().bytes() + Math.max(PartitionScan.WINDOW_BYTES, batchBytes);
        List<Integer> partitions = partitions();
        answer.share().hold(Math.min(room, backend.config().limits().maxPageBytes()));
        context.response().closeHandler(gone -> end());
        try {
            List<Future<PartitionScan>> scans = new ArrayList<>();
            for (int index = 0; index < partitions.size(); index++) scans.add(begin(partitions.get(index), index));
            Future.all(scans)
                    .onSuccess(all -> {
                        page = new ScanPage(query.order(), query.size(), all.<PartitionScan>list());
                        scanNext();
                    })
                    .onFailure(this::fail);
        } catch (RuntimeException refusal) {
            fail(refusal);
        }
    }

    private List<Integer> partitions() {
        int count = topic.partitions().size();
        if (query.partition() >= count) {
            throw new ApiException(
                    ErrorCode.UNKNOWN_PARTITION,
                    "There is no partition " + query.partition() + " of the topic " + topic.name() + ".");
        }
        if (query.partition() >= 0) return List.of(query.partition());
        // Partitions that were added since the scan began have only records that are newer than its beginning.
        boolean bounded = query.cursor() != null && query.order() == ScanOrder.NEWEST;
        int looked = bounded ? Math.min(count, query.cursor().positions().length) : count;
        if (looked > ScanCursor.MAX_PARTITIONS) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "The topic has " + count + " partitions, and at most " + ScanCursor.MAX_PARTITIONS
                            + " are looked at together; name one with partition.");
        }
        List<Integer> all = new ArrayList<>(looked);
        for (int partition = 0; partition < looked; partition++) all.add(partition);
        return all;
    }

    private Future<PartitionScan> begin(int partition, int index) {
        TopicPartition id = new TopicPartition(topic.name(), partition);
        PartitionStatus status = backend.reader().status(id);
        ApiException refusal = status == null
                ? new ApiException(ErrorCode.UNKNOWN_PARTITION, "This node does not hold " + id + ".")
                : status.refusal(id);
        if (refusal != null) {
            PartitionScan unreadable = new PartitionScan(query.order(), partition, 0, 0);
            unreadable.stop(refusal);
            return Future.succeededFuture(unreadable);
        }
        if (query.timeMs() == null) return Future.succeededFuture(from(partition, status, requestedOffset(index)));
        // onComplete runs on this event loop; a mapped future would run where the read ends, on a thread of the
        // storage.
        Promise<PartitionScan> begun = Promise.promise();
        backend.reader()
                .offsetForTime(id, query.timeMs(), Isolation.COMMITTED)
                .onSuccess(offset -> begun.complete(from(partition, status, offset)))
                .onFailure(begun::fail);
        return begun.future();
    }

    /** The offset at which the query begins in a partition, or -1. */
    private long requestedOffset(int index) {
        if (query.cursor() == null) return query.offset();
        long[] positions = query.cursor().positions();
        return index < positions.length ? positions[index] : -1;
    }

    private PartitionScan from(int partition, PartitionStatus status, long offset) {
        long start = status.logStartOffset();
        long end = status.lastStableOffset();
        if (query.offset() >= 0 && (offset < start || offset > status.highWatermark())) {
            throw PageRequest.outside(status, offset);
        }
        if (query.order() == ScanOrder.OLDEST) {
            return new PartitionScan(ScanOrder.OLDEST, partition, Math.max(start, offset), end);
        }
        return new PartitionScan(ScanOrder.NEWEST, partition, start, offset < 0 ? end : Math.min(end, offset));
    }

    // ---- one window after the other

    private void scanNext() {
        if (over) return;
        PartitionScan scan = page.next();
        if (scan == null || isUsedUp()) {
            answer();
            return;
        }
        read(scan, new WindowScan(query, scan.partition(), scan.next()));
    }

    /**
     * True if the time or the bytes are used up. The first window is always scanned, so that every answer makes
     * progress.
     */
    private boolean isUsedUp() {
        if (scannedBytes == 0) return false;
        return scannedBytes >= MAX_BYTES || System.nanoTime() - startedNanos >= TimeUnit.MILLISECONDS.toNanos(MAX_MS);
    }

    private void read(PartitionScan scan, WindowScan window) {
        TopicPartition id = new TopicPartition(topic.name(), scan.partition());
        try {
            backend.reader()
                    .slice(id, window.next(), PartitionScan.WINDOW_BYTES, Isolation.COMMITTED)
                    .onSuccess(found -> scan(scan, window, found))
                    .onFailure(failure -> onReadFailed(scan, failure));
        } catch (ApiException refusal) {
            onReadFailed(scan, refusal);
        }
    }

    private void scan(PartitionScan scan, WindowScan window, Slice slice) {
        if (over) return;
        filters.executeBlocking(
                        () -> {
                            window.scan(slice);
                            return null;
                        },
                        false)
                .onSuccess(looked -> onScanned(scan, window))
                .onFailure(failure -> onReadFailed(scan, failure));
    }

    private void onScanned(PartitionScan scan, WindowScan window) {
        if (over) return;
        boolean whole = window.isDone() || query.order() == ScanOrder.OLDEST;
        if (!whole && (window.bytes() <= PartitionScan.MAX_WINDOW_BYTES || !scan.shrink())) {
            read(scan, window);
            return;
        }
        scanned += window.records();
        scannedBytes += Math.max(1, window.bytes());
        if (whole) {
            notJson += window.notJson();
            window.reportTo(scan);
            page.add(scan.partition(), window.found());
        }
        scanNext();
    }

    /** Retention may have deleted the records; damaged ones may lie behind those that a smaller window still reads. */
    private void onReadFailed(PartitionScan scan, Throwable failure) {
        if (over) return;
        if (!(failure instanceof ApiException refusal)) {
            fail(failure);
            return;
        }
        PartitionStatus status = backend.reader().status(new TopicPartition(topic.name(), scan.partition()));
        long before = scan.remaining();
        if (status != null && refusal.code() == ErrorCode.OFFSET_OUT_OF_RANGE) {
            scan.startMovedTo(status.logStartOffset());
        }
        boolean another = scan.remaining() < before || query.order() == ScanOrder.NEWEST && scan.shrink();
        if (!another) scan.stop(refusal);
        scannedBytes = Math.max(1, scannedBytes);
        scanNext();
    }

    // ---- the answer

    private void answer() {
        JsonBytes out = new JsonBytes(INITIAL_BYTES);
        out.ascii("{\"topic\":").string(topic.name());
        out.ascii(",\"order\":\"").ascii(query.order().label()).ascii("\",\"records\":[");
        boolean first = true;
        for (ScanMatch match : page.records()) {
            if (!first) out.ascii(',');
            first = false;
            out.raw(match.json(), 0, match.json().length);
        }
        out.ascii("],\"scanned\":").number(scanned);
        out.ascii(",\"scannedBytes\":").number(scannedBytes);
        out.ascii(",\"notJson\":").number(notJson);
        out.ascii(",\"remaining\":").number(page.remaining());
        unreadable(out);
        out.ascii(",\"cursor\":");
        if (page.remaining() == 0) out.ascii("null");
        else out.ascii('"').ascii(cursor().text(topic.id())).ascii('"');
        out.ascii('}');
        int bytes = out.length();
        try {
            if (answer.send(out)) {
                backend.meters()
                        .topic(topic.name())
                        .out(Door.HTTP, page.records().size(), bytes);
            }
        } catch (ApiException refusal) {
            fail(refusal);
        }
    }

    private void unreadable(JsonBytes out) {
        out.ascii(",\"unreadable\":[");
        boolean first = true;
        for (PartitionScan scan : page.scans()) {
            if (scan.error() == null) continue;
            if (!first) out.ascii(',');
            first = false;
            out.ascii("{\"partition\":").number(scan.partition());
            out.ascii(",\"code\":\"").ascii(scan.error().code().name());
            out.ascii("\",\"detail\":").string(scan.error().getMessage()).ascii('}');
        }
        out.ascii(']');
    }

    private ScanCursor cursor() {
        int first = query.partition() < 0 ? 0 : query.partition();
        return new ScanCursor(
                query.order(),
                first,
                page.scans().stream().mapToLong(PartitionScan::position).toArray());
    }

    private void fail(Throwable failure) {
        if (over) return;
        end();
        Problem.send(context, failure);
    }

    private void end() {
        over = true;
        answer.end();
    }
}
