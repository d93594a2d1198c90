package io.letterbox.rest;

import io.letterbox.error.ErrorCode;
import io.letterbox.http.JsonBytes;
import io.letterbox.http.Problem;
import io.vertx.core.http.HttpHeaders;
import java.util.HashMap;
import java.util.Map;

/**
 * Answers a publish in the batch form of Confluent's REST proxy v2, in its format, with one entry per record, in order:
 *
 * <pre>
 * {"offsets":[{"partition":0,"offset":5,"error_code":null,"error":null},
 *             {"partition":null,"offset":null,"error_code":1,"error":"…"}],   1: do not repeat, 2: may be repeated
 *  "key_schema_id":null,"value_schema_id":null}
 * </pre>
 */
final class RestAnswer extends BatchAnswer {
    private static final CharSequence CONTENT_TYPE = HttpHeaders.createOptimized("application/vnd.kafka.v2+json");
    private static final int ROW_BYTES = 72;
    private static final int NOT_RETRIABLE = 1;
    private static final int RETRIABLE = 2;

    /** The problems of records that got into no run, by index. */
    private final Map<Integer, Problem> refused = new HashMap<>();

    RestAnswer(PublishRequest request, int maxRecords) {
        super(request, maxRecords);
    }

    /** Notes that the next record is not written. */
    void refuse(Problem why) {
        refused.put(records(), why);
        record(NO_RUN);
    }

    @Override
    boolean refusesAsWhole() {
        return refused.isEmpty();
    }

    @Override
    void answer() {
        JsonBytes out = new JsonBytes(ROW_BYTES * (records() + 2));
        out.ascii("{\"offsets\":[");
        long[] next = walk();
        for (int record = 0; record < records(); record++) {
            if (record > 0) out.ascii(',');
            int run = runOf(record);
            Problem problem = run == NO_RUN ? refused.get(record) : problem(run);
            if (problem == null) {
                out.ascii("{\"partition\":").number(partition(run));
                out.ascii(",\"offset\":").number(next[run]++).ascii(",\"error_code\":null,\"error\":null}");
            } else {
                out.ascii("{\"partition\":null,\"offset\":null,\"error_code\":").number(errorCode(problem.code()));
                out.ascii(",\"error\":").string(problem.detail()).ascii('}');
            }
        }
        out.ascii("],\"key_schema_id\":null,\"value_schema_id\":null}");
        request.answer(200, CONTENT_TYPE, out.take());
    }

    private static int errorCode(ErrorCode code) {
        return code.httpStatus() == 429 || code.httpStatus() >= 500 ? RETRIABLE : NOT_RETRIABLE;
    }
}
