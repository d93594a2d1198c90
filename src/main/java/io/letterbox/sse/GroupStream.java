package io.letterbox.sse;

import io.letterbox.error.ApiException;
import io.letterbox.http.JsonBytes;
import io.letterbox.record.TopicPartition;
import io.letterbox.sse.GroupStreamState.Reading;
import io.letterbox.sse.GroupStreamState.Revoking;
import io.letterbox.telemetry.Connections;
import io.letterbox.telemetry.DisconnectReason;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.Errors;

/**
 * One stream as a member of a consumer group: reads the partitions that the coordinator assigns, gives up those that it
 * revokes, and commits what its client has received ({@link ConfirmedPositions}), unless the client commits by itself.
 *
 * <pre>
 *   partitions revoked:   stop writing ─► wait until the client has what was written ─► commit ─► tell the coordinator
 *   partitions assigned:  fetch the committed offsets ─► write from there
 *   stream about to end:  give up all partitions
 * </pre>
 *
 * <p>The next owner of a partition begins at the committed offset, and is assigned the partition only when this member
 * has confirmed that it gave it up: no partition is read by two members at once, and a slow client costs time, not
 * duplicates. That time is bounded ({@link DeliveryLimits#GROUP_FLUSH_TICKS}); records that were not confirmed by then
 * are delivered again. Owned by one event loop.
 */
final class GroupStream implements SseSink.Listener {
    private final DeliveryLoop loop;
    private final GroupStreams streams;
    private final GroupMember member;
    private final SubscribeRequest request;
    private final Map<String, Integer> known;

    /** The tick at which the stream begins to retire because of its age. */
    private final int endTick;

    private SseSink sink;

    /** The subscriber of the present share; replaced with every change of the share. */
    private Subscriber current;

    /** Partitions last reported to the coordinator as owned. */
    private final SortedSet<TopicPartition> owned = new TreeSet<>();

    private final ConfirmedPositions confirmed = new ConfirmedPositions();

    /** The group's committed offsets, as far as known. */
    private final Map<TopicPartition, Long> committed = new HashMap<>();

    /** Null if the server commits. */
    private final Acknowledgements acknowledgements;

    private GroupStreamState state = GroupStreamState.JOINED;
    private GroupHeartbeat heartbeat;

    /** Whether a fetch or commit of offsets is in flight; one at a time. */
    private boolean committing;

    private Future<?> lastHeartbeat = Future.succeededFuture();

    /** @param known how many partitions each topic has now */
    GroupStream(GroupStreams streams, GroupMember member, SubscribeRequest request, Map<String, Integer> known) {
        this.loop = streams.loop();
        this.streams = streams;
        this.member = member;
        this.request = request;
        this.known = known;
        this.endTick = loop.endTick();
        this.acknowledgements = request.group().manual() ? new Acknowledgements(loop.tick()) : null;
    }

    /** The number of ticks of silence after which the coordinator removes the member. */
    int sessionTicks() {
        return streams.sessionTicks(request.group().id());
    }

    /** Starts the stream, which has just been opened. */
    void start(SseSink itsSink, Connections.OpenConnection seen, GroupMember.HeartbeatAnswer joined) {
        sink = itsSink;
        replaceSubscriber(seen, new TreeMap<>());
        heartbeat = GroupHeartbeat.joined(joined.askedTick());
        streams.add(this);
        onHeartbeatAnswer(joined);
    }

    // Events of the stream.

    @Override
    public void onDrained() {
        loop.drained(current);
    }

    @Override
    public void onClosed() {
        loop.closed(current);
    }

    /** Notes a chunk that has been handed to the sink. */
    void onWritten(PartitionLayout layout, SseChunk chunk) {
        if (acknowledgements != null) acknowledgements.written(layout, chunk);
    }

    /** Called once a second. */
    void tick(long nowNanos) {
        if (!state.isOpen()) return;
        if (heartbeat.isSilent(loop.tick(), sessionTicks())) {
            // The coordinator has removed the member by now and may have assigned its partitions to others.
            loop.finish(current, DisconnectReason.COORDINATOR, "");
            return;
        }
        confirm(nowNanos);
        if (state instanceof Revoking giving) tryFinishRevocation(giving);
        else commitProgress();
        if (loop.tick() >= endTick) retire();
        if (isRetiring()) continueRetiring();
        if (acknowledgements != null) checkAcknowledgements();
        if (heartbeat.isDue(loop.tick())) sendHeartbeatNow();
    }

    private void confirm(long nowNanos) {
        if (confirmed.isWaiting()) confirmed.onAcknowledged(sink.acknowledged(), nowNanos);
        if (!confirmed.onWritten(written(), nowNanos)) return;
        loop.writeComment(current);
        confirmed.onLaterWrite(sink.written(), nowNanos);
    }

    /**
     * Gives up all partitions before the stream ends, so that records that the client has received are not delivered
     * again.
     */
    void retire() {
        if (state.retires()) return;
        state = state.retire();
        continueRetiring();
    }

    private boolean isRetiring() {
        return state.isOpen() && state.retires();
    }

    private void continueRetiring() {
        if (state instanceof Reading && !owned.isEmpty()) revoke(new TreeSet<>(owned));
        boolean aged = loop.tick() >= endTick;
        boolean late = loop.tick() - endTick > DeliveryLimits.GROUP_FLUSH_TICKS;
        if (state.isOpen() && aged && (late || hasRetired())) loop.finish(current, DisconnectReason.MAX_AGE, "");
    }

    /**
     * True if all partitions have been given up: ending the stream now causes no redelivery that the server can avoid.
     */
    boolean hasRetired() {
        return isRetiring() && owned.isEmpty();
    }

    /** Sends a heartbeat at once after a change, unless one is in flight, whose answer leads to the next. */
    private void sendHeartbeat() {
        if (!heartbeat.isWaiting()) sendHeartbeatNow();
    }

    private void sendHeartbeatNow() {
        if (!state.isOpen()) return;
        heartbeat = heartbeat.asked(loop.tick());
        GroupHeartbeat asked = heartbeat;
        lastHeartbeat = member.heartbeat(owned).onComplete(answered -> {
            if (!state.isOpen()) return;
            if (answered.succeeded()) onHeartbeatAnswer(answered.result());
            else if (heartbeat == asked) heartbeat = heartbeat.failed(loop.tick());
        });
    }

    private void onHeartbeatAnswer(GroupMember.HeartbeatAnswer answer) {
        switch (answer.error()) {
            case NONE -> {
                heartbeat = heartbeat.confirmed(
                        answer.askedTick(),
                        streams.heartbeatTicks(request.group().id(), answer));
                onAssignment(answer.assigned());
            }
            case UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH -> {
                heartbeat = heartbeat.failed(loop.tick());
                onFenced();
            }
            case COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR ->
                heartbeat = heartbeat.failed(loop.tick());
            // The client is refused with the reason when it comes back.
            default -> loop.finish(current, DisconnectReason.ERROR, "");
        }
    }

    /** The coordinator has fenced this member: another may own its partitions, so nothing of them may be committed. */
    private void onFenced() {
        state = state.onFenced();
        owned.clear();
        confirmed.clear();
        committed.clear();
        if (acknowledgements != null) acknowledgements.clear();
        member.forget();
        if (replaceSubscriber(new TreeMap<>())) {
            writeAssigned();
            sendHeartbeat();
        }
    }

    private void onAssignment(SortedSet<TopicPartition> assigned) {
        if (!state.follows()) return;
        SortedSet<TopicPartition> less = new TreeSet<>(owned);
        less.removeAll(assigned);
        if (!less.isEmpty()) {
            revoke(less);
            return;
        }
        SortedSet<TopicPartition> more = new TreeSet<>(assigned);
        more.removeAll(owned);
        if (!more.isEmpty()) fetchPositions(more);
    }

    // Revocation by the coordinator.

    private void revoke(SortedSet<TopicPartition> less) {
        SortedMap<TopicPartition, Long> positions = positions();
        SortedMap<TopicPartition, Long> stopped = new TreeMap<>(positions);
        stopped.keySet().retainAll(less);
        positions.keySet().removeAll(less);
        state = state.revoke(stopped, loop.tick());
        if (replaceSubscriber(positions) && state instanceof Revoking giving) tryFinishRevocation(giving);
    }

    private void tryFinishRevocation(Revoking giving) {
        if (committing) return;
        boolean late = loop.tick() - giving.sinceTick() >= DeliveryLimits.GROUP_FLUSH_TICKS;
        if (!late && !confirmed.covers(giving.stoppedAt())) return;
        if (acknowledgements == null) commitRevoked(giving);
        else if (late || acknowledgements.isComplete(giving.stoppedAt().keySet())) finishRevocation(giving);
        else fetchCommitted();
    }

    private void commitRevoked(Revoking giving) {
        Map<TopicPartition, Long> last = new HashMap<>(confirmed.positions());
        last.keySet().retainAll(giving.stoppedAt().keySet());
        int membership = state.membership();
        committing = true;
        member.commit(last).onComplete(done -> {
            committing = false;
            if (!(state instanceof Revoking now) || now.membership() != membership) return;
            // The epoch has changed, or there was no coordinator: the next tick tries again.
            if (done.failed() || done.result() == Errors.STALE_MEMBER_EPOCH) return;
            finishRevocation(now);
        });
    }

    /**
     * Ends the stream of a client that was sent records and does not acknowledge any more: it may be a page that is
     * frozen.
     */
    private void checkAcknowledgements() {
        if (!state.isOpen()) return;
        if (acknowledgements.silentTicks(owned, loop.tick()) > streams.acknowledgeTicks()) {
            loop.finish(current, DisconnectReason.UNACKNOWLEDGED, "");
        } else if (!committing
                && loop.tick() % DeliveryLimits.GROUP_WATCH_TICKS == 0
                && !acknowledgements.isComplete(owned)) {
            fetchCommitted();
        }
    }

    /** Asks for the committed offsets of a client that acknowledges by itself. */
    private void fetchCommitted() {
        int membership = state.membership();
        committing = true;
        member.committed(owned).onComplete(found -> {
            committing = false;
            if (!isCurrent(membership) || found.failed()) return;
            acknowledgements.acknowledged(found.result(), loop.tick());
            if (state instanceof Revoking giving
                    && acknowledgements.isComplete(giving.stoppedAt().keySet())) finishRevocation(giving);
        });
    }

    /** Whether the answer to a request of this membership still counts. */
    private boolean isCurrent(int membership) {
        return state.isOpen() && state.membership() == membership;
    }

    private void finishRevocation(Revoking giving) {
        Set<TopicPartition> partitions = giving.stoppedAt().keySet();
        owned.removeAll(partitions);
        confirmed.forget(partitions);
        committed.keySet().removeAll(partitions);
        if (acknowledgements != null) acknowledgements.forget(partitions);
        state = state.settled();
        writeAssigned();
        sendHeartbeat();
    }

    // Assignment by the coordinator.

    private void fetchPositions(SortedSet<TopicPartition> more) {
        state = state.assign(more);
        owned.addAll(more);
        int membership = state.membership();
        member.committed(more)
                .compose(offsets -> GroupStart.of(more, offsets, request.from(), known, streams.reader())
                        .compose(start -> commitStart(start, offsets))
                        .onSuccess(start -> {
                            if (state.membership() != membership) return;
                            committed.putAll(offsets);
                            if (acknowledgements != null) acknowledgements.acknowledged(offsets, loop.tick());
                        }))
                .onComplete(found -> {
                    if (!isCurrent(membership)) return;
                    state = state.settled();
                    // No record of these partitions was read, so nothing has to be given up; the next answer assigns
                    // them again.
                    if (found.failed()) owned.removeAll(more);
                    else startReading(found.result());
                });
    }

    /**
     * Commits the positions at which the member begins, before it reads anything, unless that is the earliest offset:
     * without a commit, the next owner would begin at the end of the log at that time, and skip what this member was
     * sent and did not handle.
     */
    private Future<GroupStart> commitStart(GroupStart start, Map<TopicPartition, Long> offsets) {
        Map<TopicPartition, Long> begun = new HashMap<>(start.next());
        begun.keySet().removeAll(offsets.keySet());
        if (request.from() instanceof From.Earliest) return Future.succeededFuture(start);
        return member.commit(begun)
                .compose(error ->
                        error == Errors.NONE ? Future.succeededFuture(start) : Future.failedFuture(error.exception()));
    }

    private void startReading(GroupStart start) {
        SortedMap<TopicPartition, Long> positions = positions();
        positions.putAll(start.next());
        confirmed.begin(start.next());
        if (!replaceSubscriber(positions)) return;
        for (Gap gap : start.gaps()) {
            JsonBytes text = new JsonBytes(128);
            gap.writeTo(text);
            loop.meters().gapEvent();
            writeEvent(text.ascii('\n'));
        }
        writeAssigned();
    }

    // The positions, and those that were sent to the client.

    /** The next offset to write, of each partition that is read. */
    private SortedMap<TopicPartition, Long> positions() {
        SortedMap<TopicPartition, Long> positions = new TreeMap<>();
        PartitionLayout layout = current.feed.layout();
        Position standing = current.currentPosition();
        for (int i = 0; i < layout.size(); i++) positions.put(layout.partition(i), standing.next(i));
        return positions;
    }

    /** The offset behind what was written, of partitions that are read and of those that are being given up. */
    private SortedMap<TopicPartition, Long> written() {
        SortedMap<TopicPartition, Long> written = positions();
        if (state instanceof Revoking giving) written.putAll(giving.stoppedAt());
        return written;
    }

    /** Replaces the subscriber by one with these positions; false if that ended the stream. */
    private boolean replaceSubscriber(SortedMap<TopicPartition, Long> positions) {
        if (!state.isOpen() || !current.isOpen()) return false;
        if (positions().equals(positions)) return true;
        try {
            loop.feed(subscription(positions));
        } catch (ApiException gone) {
            loop.finish(current, DisconnectReason.TOPIC_DELETED, loop.deletionEvent(current.feed.layout()));
            return false;
        }
        Subscriber before = current;
        loop.detach(before);
        replaceSubscriber(before.seen(), positions);
        return true;
    }

    private void replaceSubscriber(Connections.OpenConnection seen, SortedMap<TopicPartition, Long> positions) {
        TopicFeed feed = loop.feed(subscription(positions));
        long[] next = new long[positions.size()];
        for (int i = 0; i < next.length; i++)
            next[i] = positions.get(feed.layout().partition(i));
        current = new Subscriber(loop, feed, new Position(next), request.heartbeat(), this);
        current.attach(sink, seen);
        loop.add(current);
    }

    private Subscription subscription(SortedMap<TopicPartition, Long> positions) {
        Subscription asked = request.subscription();
        return new Subscription(
                asked.topics(),
                Subscription.ALL_PARTITIONS,
                null,
                asked.envelope(),
                new Subscription.Share(member.id(), new TreeSet<>(positions.keySet())));
    }

    /** Sends the client an event with the partitions that it reads from now on. */
    private void writeAssigned() {
        JsonBytes text = new JsonBytes(256);
        text.ascii("event: assigned\ndata: {\"group\":").string(request.group().id());
        text.ascii(",\"memberId\":").string(member.id()).ascii(",\"epoch\":").number(member.epoch());
        text.ascii(",\"partitions\":[");
        String separator = "";
        for (Map.Entry<TopicPartition, Long> each : positions().entrySet()) {
            text.ascii(separator).ascii("{\"topic\":").string(each.getKey().topic());
            text.ascii(",\"partition\":").number(each.getKey().partition());
            text.ascii(",\"offset\":").number(each.getValue()).ascii('}');
            separator = ",";
        }
        writeEvent(text.ascii("]}\n\n"));
    }

    private void writeEvent(JsonBytes text) {
        DeliveryLoop.writeControl(current, SseChunk.control(text));
    }

    // Commits.

    /** Confirmed positions that have not been committed. */
    private Map<TopicPartition, Long> uncommitted() {
        if (acknowledgements != null) return Map.of();
        Map<TopicPartition, Long> progress = new HashMap<>(confirmed.positions());
        progress.entrySet().removeIf(each -> each.getValue().equals(committed.get(each.getKey())));
        return progress;
    }

    private void commitProgress() {
        if (committing || !state.isOpen()) return;
        Map<TopicPartition, Long> progress = uncommitted();
        if (progress.isEmpty()) return;
        int membership = state.membership();
        committing = true;
        member.commit(progress).onComplete(done -> {
            committing = false;
            boolean taken = done.succeeded() && done.result() == Errors.NONE;
            if (taken && state.membership() == membership) committed.putAll(progress);
        });
    }

    /** Commits and leaves the group after the stream has ended; its subscriber is still in the feed. */
    void onEnded() {
        if (!state.isOpen()) return;
        Map<TopicPartition, Long> progress = uncommitted();
        state = state.end();
        streams.remove(this);
        // Behind the heartbeat in flight, because its answer may bring the epoch that the commit has to carry.
        Future<?> said = lastHeartbeat.transform(beaten -> member.commit(progress));
        if (acknowledgements != null) said = said.transform(done -> streams.awaitLastAcknowledgements());
        streams.departing(said.transform(done -> member.leave()));
    }
}
