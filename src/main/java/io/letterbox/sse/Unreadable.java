package io.letterbox.sse;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.JsonBytes;
import io.letterbox.record.TopicPartition;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;

/**
 * A record that a subscriber is to have next and that cannot be read until an operator does something about it. The stream
 * ends with this event: a browser's EventSource shows nothing else, and would come back every few seconds for ever.
 *
 * <pre>
 * retry: 62000
 * event: unreadable
 * data: {"topic":"quakes","partition":0,"offset":17,"code":"CODEC_MISSING","detail":"The codec zstd …"}
 * </pre>
 *
 * @param partition where
 * @param offset the offset that was to come next
 * @param refusal why
 */
record Unreadable(TopicPartition partition, long offset, ApiException refusal) {
    /** After how long a client comes back at the earliest: nothing changes before somebody has changed it. */
    private static final int RETRY_MS = 60_000;

    private static final Set<ErrorCode> LASTING = EnumSet.of(
            ErrorCode.CODEC_MISSING,
            ErrorCode.CORRUPT_RECORDS,
            ErrorCode.UNSUPPORTED_COMPRESSION,
            ErrorCode.RECORD_TOO_LARGE,
            ErrorCode.PARTITION_QUARANTINED);

    /** What to tell of a failed read, or null where the next one may succeed. */
    static Unreadable of(TopicPartition partition, long offset, Throwable failure) {
        boolean lasting = failure instanceof ApiException refusal && LASTING.contains(refusal.code());
        return lasting ? new Unreadable(partition, offset, (ApiException) failure) : null;
    }

    /**
     * The event. It has no id: the cursor is what it was.
     *
     * @param retryMs after how long the client is to come back, besides what it waits in any case
     */
    String event(int retryMs) {
        JsonBytes out = new JsonBytes(256);
        out.ascii("retry: ").number(RETRY_MS + retryMs);
        out.ascii("\nevent: unreadable\ndata: {\"topic\":").string(partition.topic());
        out.ascii(",\"partition\":").number(partition.partition());
        out.ascii(",\"offset\":").number(offset);
        out.ascii(",\"code\":").string(refusal.code().name());
        out.ascii(",\"detail\":").string(refusal.getMessage()).ascii("}\n\n");
        return new String(out.array(), 0, out.length(), StandardCharsets.UTF_8);
    }
}
