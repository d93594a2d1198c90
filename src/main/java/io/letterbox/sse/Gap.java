package io.letterbox.sse;

import io.letterbox.http.JsonBytes;
import io.letterbox.record.TopicPartition;
import java.util.Locale;

/**
 * Records that a subscriber asked for and that no longer exist. Written to the stream as an event, because a browser's
 * EventSource shows neither status nor headers:
 *
 * <pre>
 * event: gap
 * data: {"topic":"quakes","partition":0,"requested":17,"resumedFrom":42,"lost":25,"reason":"retention"}
 * </pre>
 *
 * @param partition the partition of the records
 * @param requested the offset that the subscriber stood at
 * @param resumedFrom the offset that it goes on from
 * @param lost how many offsets are skipped, or -1 if unknown (written as null)
 * @param reason why they do not exist
 */
record Gap(TopicPartition partition, long requested, long resumedFrom, long lost, Reason reason) {
    /** Why records do not exist. */
    enum Reason {
        /** They were deleted, by retention or by request. */
        RETENTION,
        /** The topic was deleted and created again: the cursor belongs to its predecessor. */
        INCARNATION,
        /** The log ends before the cursor: the server lost records that it had not been told to force to the disk. */
        TRUNCATED
    }

    /** The gap of a cursor below the log start offset. */
    static Gap retention(TopicPartition partition, long requested, long logStartOffset) {
        return new Gap(partition, requested, logStartOffset, logStartOffset - requested, Reason.RETENTION);
    }

    /** The gap of a cursor above the high watermark. */
    static Gap truncated(TopicPartition partition, long requested, long highWatermark) {
        return new Gap(partition, requested, highWatermark, -1, Reason.TRUNCATED);
    }

    /** Appends the fields of the event; an id line may follow, and an empty line ends the event. */
    void writeTo(JsonBytes out) {
        out.ascii("event: gap\ndata: {\"topic\":").string(partition.topic());
        out.ascii(",\"partition\":").number(partition.partition());
        out.ascii(",\"requested\":").number(requested);
        out.ascii(",\"resumedFrom\":").number(resumedFrom);
        out.ascii(",\"lost\":");
        if (lost < 0) out.ascii("null");
        else out.number(lost);
        out.ascii(",\"reason\":\"")
                .ascii(reason.name().toLowerCase(Locale.ROOT))
                .ascii("\"}\n");
    }
}
