package io.letterbox.ingress.http;

import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Slice;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.Json;
import io.letterbox.http.JsonBytes;
import io.letterbox.http.Problem;
import io.letterbox.http.ProblemException;
import io.letterbox.http.RecordEnvelope;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.Door;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/**
 * One request for a page of records, from its query to its answer:
 *
 * <pre>
 * {"topic":"quakes","partition":0,"records":[…],     see {@link RecordEnvelope}
 *  "nextOffset":5,                                   where the next page begins
 *  "logStartOffset":0,"highWatermark":9}
 * </pre>
 *
 * It reads again and again until there is something to show, the end of the log is reached and nobody wants to wait, or
 * the time to wait is over. Owned by one event loop.
 */
final class PageRequest {
    private static final int INITIAL_BYTES = 4_096;

    /** Compaction can leave batches without a record to show; after so many of them an empty page says where to go on. */
    private static final int MAX_READS = 64;

    private static final long NO_TIMER = -1;

    private final RoutingContext context;
    private final Backend backend;
    private final PageWaiters waiters;
    private final RecordQuery query;
    private long offset;
    private long timer = NO_TIMER;
    private boolean mayWait;
    private boolean over;

    PageRequest(RoutingContext context, Backend backend, PageWaiters waiters, RecordQuery query) {
        this.context = context;
        this.backend = backend;
        this.waiters = waiters;
        this.query = query;
        this.mayWait = query.waitMs() > 0 && !waiters.isDraining();
    }

    TopicPartition partition() {
        return query.partition();
    }

    /** Finds the first offset and reads from there. */
    void start() {
        PartitionStatus status = status();
        context.response().closeHandler(gone -> end());
        if (query.timeMs() != null) {
            backend.reader()
                    .offsetForTime(query.partition(), query.timeMs())
                    .onSuccess(this::from)
                    .onFailure(this::fail);
        } else if (query.offset() == RecordQuery.EARLIEST) {
            from(status.logStartOffset());
        } else {
            from(query.offset() == RecordQuery.LATEST ? status.highWatermark() : query.offset());
        }
    }

    private void from(long first) {
        offset = first;
        read(MAX_READS);
    }

    private void read(int reads) {
        if (over) return;
        try {
            PartitionStatus status = status();
            requireInside(status);
            if (offset == status.highWatermark()) {
                waitOrAnswer();
                return;
            }
            Slice cached = backend.reader().readCached(query.partition(), offset, query.maxBytes());
            Future<Slice> slice = cached != null
                    ? Future.succeededFuture(cached)
                    : backend.reader().read(query.partition(), offset, query.maxBytes());
            slice.onSuccess(found -> onSlice(found, reads)).onFailure(this::fail);
        } catch (ApiException | ProblemException refusal) {
            fail(refusal);
        }
    }

    private void onSlice(Slice slice, int reads) {
        if (over) return;
        JsonBytes out = new JsonBytes(INITIAL_BYTES);
        int records;
        try {
            records = write(out, slice);
        } catch (ApiException damaged) {
            fail(damaged);
            return;
        }
        if (records == 0 && reads > 0 && slice.nextOffset() > offset) {
            offset = slice.nextOffset();
            read(reads - 1);
        } else if (records == 0 && slice.nextOffset() <= offset) {
            waitOrAnswer();
        } else {
            backend.meters().topic(query.partition().topic()).out(Door.HTTP, records, out.length());
            answer(out);
        }
    }

    /** Writes records up to the page's limits, and moves the offset behind them. */
    private int write(JsonBytes out, Slice slice) {
        head(out);
        RecordCursor cursor = new RecordCursor(slice.batches().duplicate(), offset);
        long next = offset;
        int records = 0;
        while (records < query.limit() && cursor.next()) {
            int before = out.length();
            if (records > 0) out.ascii(',');
            RecordEnvelope.write(out, null, query.partition().partition(), cursor);
            if (records > 0 && out.length() > query.maxBytes()) {
                out.truncate(before);
                break;
            }
            records++;
            next = cursor.offset() + 1;
        }
        if (records > 0) offset = next;
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
        waiters.add(this);
        if (timer == NO_TIMER) {
            timer = context.vertx().setTimer(query.waitMs(), late -> {
                mayWait = false;
                waiters.remove(this);
                read(MAX_READS);
            });
        }
    }

    /** Something was committed, or the partition has gone, or the server stops. */
    void wake() {
        if (waiters.isDraining()) mayWait = false;
        read(MAX_READS);
    }

    private void answer(JsonBytes out) {
        PartitionStatus status = backend.reader().status(query.partition());
        out.ascii("],\"nextOffset\":").number(offset);
        out.ascii(",\"logStartOffset\":").number(status == null ? 0 : status.logStartOffset());
        out.ascii(",\"highWatermark\":").number(status == null ? offset : status.highWatermark());
        end();
        if (context.response().closed()) return;
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, Json.CONTENT_TYPE)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(out.ascii('}').take());
    }

    private void fail(Throwable failure) {
        if (over) return;
        end();
        if (failure instanceof ApiException refusal && refusal.code() == ErrorCode.OFFSET_OUT_OF_RANGE) {
            // Retention was faster than the read.
            outside(backend.reader().status(query.partition())).send(context.response());
        } else {
            Problem.send(context, failure);
        }
    }

    private void end() {
        over = true;
        waiters.remove(this);
        if (timer != NO_TIMER) context.vertx().cancelTimer(timer);
        timer = NO_TIMER;
    }

    private PartitionStatus status() {
        PartitionStatus status = backend.reader().status(query.partition());
        if (status == null) {
            throw new ApiException(
                    ErrorCode.UNKNOWN_PARTITION,
                    "There is no partition " + query.partition().partition() + " of the topic "
                            + query.partition().topic() + ".");
        }
        if (status.quarantine() != null) {
            throw new ApiException(ErrorCode.PARTITION_QUARANTINED, status.quarantine());
        }
        return status;
    }

    private void requireInside(PartitionStatus status) {
        if (offset < status.logStartOffset() || offset > status.highWatermark()) {
            throw new ProblemException(outside(status));
        }
    }

    private Problem outside(PartitionStatus status) {
        if (status == null) return Problem.of(ErrorCode.UNKNOWN_PARTITION, "The partition has gone.");
        return Problem.of(
                        ErrorCode.OFFSET_OUT_OF_RANGE,
                        "The log has the offsets " + status.logStartOffset() + " to " + status.highWatermark()
                                + " (exclusive); " + offset + " is outside.")
                .with("logStartOffset", status.logStartOffset())
                .with("highWatermark", status.highWatermark());
    }
}
