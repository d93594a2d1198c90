package io.letterbox.sse;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.JsonBytes;
import io.letterbox.record.TopicPartition;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;

/**
 * A record that a subscriber is to receive next and that cannot be read until an operator does something about it. The
 * stream ends with this event: a browser's EventSource shows nothing else, and would reconnect every few seconds for
 * ever.
 *
 * <pre>
 * retry: 62000
 * event: unreadable
 * data: {"topic":"quakes","partition":0,"offset":17,"code":"CODEC_MISSING","detail":"The codec zstd …"}
 * </pre>
 *
 * @param partition the partition of the record
 * @param offset the offset that the subscriber stands at
 * @param refusal why it cannot be read
 */
record Unreadable(TopicPartition partition, long offset, ApiException refusal) {
    /** The least retry time: only an operator's action changes anything. */
    private static final int RETRY_MS = 60_000;

    private static final Set<ErrorCode> LASTING = EnumSet.of(
            ErrorCode.CODEC_MISSING,
            ErrorCode.CORRUPT_RECORDS,
            ErrorCode.UNSUPPORTED_COMPRESSION,
            ErrorCode.RECORD_TOO_LARGE,
            ErrorCode.PARTITION_QUARANTINED);

    /** The event for a failed read, or null if the next attempt may succeed. */
    static Unreadable of(TopicPartition partition, long offset, Throwable failure) {
        boolean lasting = failure instanceof ApiException refusal && LASTING.contains(refusal.code());
        return lasting ? new Unreadable(partition, offset, (ApiException) failure) : null;
    }

    /**
     * The event as text. It has no id, because the cursor has not moved.
     *
     * @param retryMs the retry time, in addition to the least one
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
