package io.letterbox.sse;

import io.letterbox.http.JsonBytes;
import io.letterbox.record.TopicPartition;
import java.util.Locale;

/**
 * Records that a subscriber asked for and cannot have. It is told in the stream, because a browser's EventSource shows
 * neither status nor headers:
 *
 * <pre>
 * event: gap
 * data: {"topic":"quakes","partition":0,"requested":17,"resumedFrom":42,"lost":25,"reason":"retention"}
 * </pre>
 *
 * @param partition where
 * @param requested the offset that was to come next
 * @param resumedFrom the offset that comes next
 * @param lost how many offsets are passed over, or -1 where nobody knows (written as null)
 * @param reason why
 */
record Gap(TopicPartition partition, long requested, long resumedFrom, long lost, Reason reason) {
    /** Why records are missing. */
    enum Reason {
        /** Retention, or somebody, deleted them. */
        RETENTION,
        /** The topic was deleted and made again: the cursor speaks of its predecessor. */
        INCARNATION,
        /** The log ends before the cursor: the server lost what it had not been told to force to the disk. */
        TRUNCATED
    }

    /** A cursor stands below the log start offset. */
    static Gap retention(TopicPartition partition, long requested, long logStartOffset) {
        return new Gap(partition, requested, logStartOffset, logStartOffset - requested, Reason.RETENTION);
    }

    /** A cursor stands above the high watermark. */
    static Gap truncated(TopicPartition partition, long requested, long highWatermark) {
        return new Gap(partition, requested, highWatermark, -1, Reason.TRUNCATED);
    }

    /** Appends the fields of the event; the cursor behind the gap may follow, and an empty line ends it. */
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
