package io.letterbox.rest;

import io.letterbox.bus.Isolation;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Slice;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.JsonBytes;
import io.letterbox.http.Problem;
import io.letterbox.http.RecordEnvelope;
import io.letterbox.ingress.DoorServices;
import io.letterbox.reading.PartitionTail;
import io.letterbox.record.RecordCursor;
import io.letterbox.telemetry.Door;
import io.vertx.ext.web.RoutingContext;

/**
 * One request for a page of records, from its query to its answer:
 *
 * <pre>
 * {"topic":"quakes","partition":0,"records":[…],     see {@link RecordEnvelope}
 *  "nextOffset":5,                                   where the next page begins
 *  "logStartOffset":0,"highWatermark":9,"lastStableOffset":9}
 * </pre>
 *
 * It reads again and again until there is something to show, the end of the log is reached and nobody wants to wait, or
 * the time to wait is over. From the first read until its answer has been written out it holds a share of the budget
 * for pages, but not while it waits for records. Owned by one event loop.
 */
final class PageRequest {
    private static final int INITIAL_BYTES = 4_096;

    /**
     * The most reads of one page: compaction may leave batches without a record to show, and an empty page says where
     * to go on.
     */
    private static final int MAX_READS = 64;

    private static final long NO_TIMER = -1;

    private final RoutingContext context;
    private final DoorServices backend;
    private final RecordRoutes routes;
    private final RecordQuery query;
    private final PartitionTail tail;
    private final PageAnswer page;
    private final int readBytes;
    private long offset;
    private long timer = NO_TIMER;
    private boolean mayWait;
    private boolean reading;
    private boolean over;

    /** @param maxBatchBytes the size of the first batch, which is read whole, so that a read may take that much */
    PageRequest(
            RoutingContext context, DoorServices backend, RecordRoutes routes, RecordQuery query, int maxBatchBytes) {
        this.context = context;
        this.backend = backend;
        this.routes = routes;
        this.query = query;
        this.tail = new PartitionTail(routes.listeners(), backend.reader(), query.partition(), Isolation.COMMITTED);
        this.page = new PageAnswer(context, backend, routes);
        int maxPageBytes = backend.config().limits().maxPageBytes();
        this.readBytes = Math.min(Math.max(query.maxBytes(), maxBatchBytes), maxPageBytes);
        this.mayWait = query.waitMs() > 0 && !routes.isDraining();
    }

    /** Determines the first offset and reads from there. */
    void start() {
        PartitionStatus status = tail.status();
        context.response().closeHandler(gone -> end());
        if (query.timeMs() != null) {
            backend.reader()
                    .offsetForTime(query.partition(), query.timeMs(), Isolation.COMMITTED)
                    .onSuccess(this::from)
                    .onFailure(this::fail);
        } else if (query.offset() == RecordQuery.EARLIEST) {
            from(status.logStartOffset());
        } else {
            from(query.offset() == RecordQuery.LATEST ? status.lastStableOffset() : query.offset());
        }
    }

    private void from(long first) {
        offset = first;
        read(MAX_READS);
    }

    private void read(int reads) {
        // The deadline may pass during a read, whose result is then answered without waiting.
        if (over || reading) return;
        try {
            PartitionStatus status = tail.status();
            requireInside(status);
            if (offset >= status.lastStableOffset()) {
                waitOrAnswer();
                return;
            }
            page.share().hold(readBytes);
            reading = true;
            tail.read(offset, query.maxBytes())
                    .onSuccess(found -> onSlice(found, reads))
                    .onFailure(this::fail);
        } catch (RuntimeException failure) {
            fail(failure);
        }
    }

    private void onSlice(Slice slice, int reads) {
        reading = false;
        if (over) {
            page.share().release();
            return;
        }
        JsonBytes out = new JsonBytes(INITIAL_BYTES);
        long before = offset;
        int records;
        try {
            records = write(out, slice);
        } catch (RuntimeException damaged) {
            fail(damaged);
            return;
        }
        if (records == 0 && reads > 0 && offset > before) {
            read(reads - 1);
        } else if (records == 0 && offset == before) {
            waitOrAnswer();
        } else {
            int bytes = out.length();
            if (answer(out)) backend.meters().topic(query.partition().topic()).out(Door.HTTP, records, bytes);
        }
    }

    /**
     * Writes records up to the page's limits, and moves the offset behind them and behind records that clients do not
     * see.
     */
    private int write(JsonBytes out, Slice slice) {
        head(out);
        int records = 0;
        try (RecordCursor cursor = new RecordCursor(slice.batches().duplicate(), offset, slice.aborted())) {
            while (cursor.next()) {
                int before = out.length();
                if (records > 0) out.ascii(',');
                RecordEnvelope.write(out, null, query.partition().partition(), cursor);
                if (records > 0 && out.length() > query.maxBytes()) {
                    out.truncate(before);
                    return records;
                }
                records++;
                offset = cursor.offset() + 1;
                if (records == query.limit()) return records;
            }
        } catch (ApiException unreadable) {
            // The records before the unreadable one are a page; the next page begins with it and reports the error.
            if (records == 0) throw unreadable;
            return records;
        }
        offset = Math.max(offset, slice.nextOffset());
        return records;
    }

    private void head(JsonBytes out) {
        out.ascii("{\"topic\":").string(query.partition().topic());
        out.ascii(",\"partition\":").number(query.partition().partition()).ascii(",\"records\":[");
    }

    private void waitOrAnswer() {
        if (!mayWait) {
            JsonBytes out = new JsonBytes(INITIAL_BYTES);
            head(out);
            answer(out);
            return;
        }
        page.share().release();
        if (timer == NO_TIMER) {
            timer = context.vertx().setTimer(query.waitMs(), late -> {
                mayWait = false;
                tail.stop();
                read(MAX_READS);
            });
        }
        tail.await(this::wake);
    }

    /** Looks again: something was committed, the partition has been deleted, or the server stops. */
    private void wake() {
        if (routes.isDraining()) mayWait = false;
        read(MAX_READS);
    }

    /** Sends the page; false if the budget is used up or the client has gone. */
    private boolean answer(JsonBytes out) {
        PartitionStatus status = backend.reader().status(query.partition());
        out.ascii("],\"nextOffset\":").number(offset);
        out.ascii(",\"logStartOffset\":").number(status == null ? 0 : status.logStartOffset());
        out.ascii(",\"highWatermark\":").number(status == null ? offset : status.highWatermark());
        out.ascii(",\"lastStableOffset\":").number(status == null ? offset : status.lastStableOffset());
        out.ascii('}');
        try {
            if (page.send(out)) {
                leave();
                return true;
            }
            end();
        } catch (ApiException refusal) {
            fail(refusal);
        }
        return false;
    }

    private void fail(Throwable failure) {
        reading = false;
        if (over) {
            page.share().release();
            return;
        }
        end();
        if (failure instanceof ApiException refusal && refusal.code() == ErrorCode.OFFSET_OUT_OF_RANGE) {
            // Retention has deleted the records before they were read.
            Problem.send(context, outside(backend.reader().status(query.partition()), offset));
        } else {
            Problem.send(context, failure);
        }
    }

    /** Ends the request and returns its share of the budget, unless a read is still in flight. */
    private void end() {
        leave();
        if (!reading) page.end();
    }

    private void leave() {
        over = true;
        tail.stop();
        if (timer != NO_TIMER) context.vertx().cancelTimer(timer);
        timer = NO_TIMER;
    }

    private void requireInside(PartitionStatus status) {
        boolean mayCome = backend.reader().mayBeBehind(query.partition());
        if (offset < status.logStartOffset() || offset > status.highWatermark() && !mayCome) {
            throw outside(status, offset);
        }
    }

    /** The refusal of an offset outside the log. */
    static ApiException outside(PartitionStatus status, long offset) {
        if (status == null) return new ApiException(ErrorCode.UNKNOWN_PARTITION, "The partition has gone.");
        return status.outOfRange("The log has the offsets " + status.logStartOffset() + " to " + status.highWatermark()
                + " (exclusive); " + offset + " is outside.");
    }
}
