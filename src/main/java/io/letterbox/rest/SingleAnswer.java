package io.letterbox.rest;

import io.letterbox.bus.Appended;
import io.letterbox.http.Json;
import io.letterbox.http.JsonBytes;
import io.letterbox.publishing.PublishCallback;

/**
 * Answers the publish of one value:
 *
 * <pre>
 * {"topic":"quakes","partition":0,"offset":42,"timestamp":1767182400000}
 * </pre>
 */
final class SingleAnswer implements PublishCallback {
    private final PublishRequest request;
    private final JsonBytes scratch;
    private final long timestampMs;
    private int partition;

    /** @param scratch shared by the event loop; used within one call only */
    SingleAnswer(PublishRequest request, JsonBytes scratch, long timestampMs) {
        this.request = request;
        this.scratch = scratch;
        this.timestampMs = timestampMs;
    }

    @Override
    public int begin(int toPartition) {
        partition = toPartition;
        return 0;
    }

    @Override
    public void acknowledged(int run, long firstOffset, Appended appended) {
        scratch.clear();
        // A topic's name is ASCII without characters that JSON escapes.
        scratch.ascii("{\"topic\":\"").ascii(request.topic());
        scratch.ascii("\",\"partition\":").number(partition);
        scratch.ascii(",\"offset\":").number(firstOffset);
        scratch.ascii(",\"timestamp\":")
                .number(appended.logAppendTimeMs() >= 0 ? appended.logAppendTimeMs() : timestampMs);
        request.answer(200, Json.CONTENT_TYPE, scratch.ascii('}').copy());
    }

    @Override
    public void failed(int run, Throwable why) {
        request.refuse(why);
    }
}
