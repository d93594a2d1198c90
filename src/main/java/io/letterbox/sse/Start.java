package io.letterbox.sse;

import io.letterbox.bus.Isolation;
import io.letterbox.bus.LogReader;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/**
 * The position at which a stream begins, and the gaps before it.
 *
 * @param next the first offset of each partition of the layout
 * @param gaps in the order of the partitions
 */
record Start(long[] next, List<Gap> gaps) {
    /**
     * Determines the position. Complete at once unless a timestamp has to be looked up.
     *
     * @return fails with an {@link ApiException} if the stream is to be refused
     */
    static Future<Start> of(SubscribeRequest request, PartitionLayout layout, LogReader reader) {
        Finder finder = new Finder(layout, reader);
        try {
            if (request.cursor() != null) finder.checkSame(request.cursor());
            List<Future<Long>> times = new ArrayList<>(0);
            for (int i = 0; i < layout.size(); i++) {
                if (request.cursor() != null && finder.resume(i, request.cursor())) continue;
                if (request.from() instanceof From.Time time) times.add(finder.atTime(i, time.timestampMs()));
                else finder.begin(i, request.from());
            }
            Start start = new Start(finder.next, finder.gaps);
            return times.isEmpty()
                    ? Future.succeededFuture(start)
                    : Future.all(times).map(found -> start);
        } catch (ApiException refused) {
            return Future.failedFuture(refused);
        }
    }

    private static final class Finder {
        private final PartitionLayout layout;
        private final LogReader reader;
        private final long[] next;
        private final List<Gap> gaps = new ArrayList<>(0);

        Finder(PartitionLayout layout, LogReader reader) {
            this.layout = layout;
            this.reader = reader;
            this.next = new long[layout.size()];
        }

        /** Refuses a cursor of other topics: starting somewhere else would hide the client's mistake. */
        void checkSame(List<Cursor.TopicOffsets> cursor) {
            for (int i = 0; i < layout.size(); i++) {
                for (Cursor.TopicOffsets entry : cursor) if (entry.nameTag() == layout.nameTag(i)) return;
            }
            throw new ApiException(ErrorCode.INVALID_CURSOR, "This cursor is of a subscription to other topics.");
        }

        /** Takes the position from a cursor; false if the cursor does not contain the topic. */
        boolean resume(int index, List<Cursor.TopicOffsets> cursor) {
            int partition = layout.partition(index).partition();
            boolean known = false;
            long former = -1;
            for (Cursor.TopicOffsets entry : cursor) {
                if (entry.nameTag() != layout.nameTag(index)) continue;
                if (entry.incarnationTag() != layout.incarnationTag(index)) {
                    former = Math.max(former, Math.max(0, entry.nextOffset(partition)));
                    continue;
                }
                known = true;
                if (entry.nextOffset(partition) >= 0) {
                    at(index, entry.nextOffset(partition));
                    return true;
                }
            }
            if (known) {
                at(index, 0);
                return true;
            }
            if (former < 0) return false;
            TopicPartition where = layout.partition(index);
            next[index] = status(index).logStartOffset();
            gaps.add(new Gap(where, former, next[index], -1, Gap.Reason.INCARNATION));
            return true;
        }

        void begin(int index, From from) {
            PartitionStatus status = status(index);
            if (from instanceof From.Earliest) next[index] = status.logStartOffset();
            else if (from instanceof From.Latest) next[index] = status.lastStableOffset();
            else if (from instanceof From.Offset start) beginAt(index, start.offset(), status);
            else throw new AssertionError(from);
        }

        private void beginAt(int index, long offset, PartitionStatus status) {
            if (layout.size() > 1) {
                throw new ApiException(
                        ErrorCode.INVALID_REQUEST,
                        "An offset to start from is for one partition; add partition=, or start from a time.");
            }
            if (offset > status.highWatermark() && !reader.mayBeBehind(layout.partition(index))) {
                throw status.outOfRange("Offset " + offset + " lies behind the end of " + layout.partition(index)
                        + ", which is " + status.highWatermark() + ".");
            }
            at(index, offset);
        }

        Future<Long> atTime(int index, long timestampMs) {
            status(index);
            return reader.offsetForTime(layout.partition(index), timestampMs, Isolation.COMMITTED)
                    .onSuccess(offset -> next[index] = offset);
        }

        private void at(int index, long offset) {
            PartitionStatus status = status(index);
            TopicPartition where = layout.partition(index);
            next[index] = offset;
            if (offset < status.logStartOffset()) {
                next[index] = status.logStartOffset();
                gaps.add(Gap.retention(where, offset, status.logStartOffset()));
            } else if (offset > status.highWatermark() && !reader.mayBeBehind(where)) {
                next[index] = status.highWatermark();
                gaps.add(Gap.truncated(where, offset, status.highWatermark()));
            }
        }

        private PartitionStatus status(int index) {
            TopicPartition where = layout.partition(index);
            PartitionStatus status = reader.status(where);
            if (status == null) {
                throw new ApiException(ErrorCode.NOT_LEADER, "This node does not serve " + where + " now.");
            }
            ApiException refusal = status.refusal(where);
            if (refusal != null) throw refusal;
            return status;
        }
    }
}
