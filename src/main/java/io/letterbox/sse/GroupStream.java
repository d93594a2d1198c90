package io.letterbox.sse;

import io.letterbox.error.ApiException;
import io.letterbox.http.JsonBytes;
import io.letterbox.record.TopicPartition;
import io.letterbox.sse.GroupStreamState.Giving;
import io.letterbox.sse.GroupStreamState.Reading;
import io.letterbox.telemetry.Connections;
import io.letterbox.telemetry.Disconnect;
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
 * One stream as a member of a group: reads the partitions that the coordinator gives it, gives back what others are to
 * read, and has committed what its client has ({@link ConfirmedPositions}), unless the client does that itself.
 *
 * <pre>
 *   told of less:  stop writing of it ─► wait until the client has what was written ─► commit ─► say so
 *   told of more:  ask where the group has got to ─► write from there
 *   its end comes: give up all of it
 * </pre>
 *
 * <p>The next owner of a partition begins where the commit says, and is told of the partition only when this one has
 * said that it gave it up: nobody reads what another one still writes, and a slow client costs time, not duplicates.
 * That time is bounded ({@link DeliveryLimits#GROUP_FLUSH_TICKS}); what was not confirmed by then comes again. Owned by
 * one event loop.
 */
final class GroupStream implements SseSink.Listener {
    private final DeliveryLoop loop;
    private final GroupStreams streams;
    private final GroupMember member;
    private final SubscribeRequest request;
    private final Map<String, Integer> known;

    /** The tick at which it begins to retire because of its age. */
    private final int endTick;

    private SseSink sink;

    /** The present share; another one with every change of it. */
    private Subscriber current;

    /** Partitions last reported to the coordinator as owned. */
    private final SortedSet<TopicPartition> owned = new TreeSet<>();

    private final ConfirmedPositions confirmed = new ConfirmedPositions();

    /** Where the coordinator is known to have the group. */
    private final Map<TopicPartition, Long> committed = new HashMap<>();

    /** Null where the server commits. */
    private final Acknowledgements acknowledgements;

    private GroupStreamState state = GroupStreamState.JOINED;
    private GroupHeartbeat heartbeat;

    /** Whether the coordinator is asked about offsets, or told some: one at a time. */
    private boolean committing;

    private Future<?> lastBeat = Future.succeededFuture();

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

    /** After how many ticks of silence it is given up. */
    int sessionTicks() {
        return streams.sessionTicks(request.group().id());
    }

    /** The stream is open. */
    void begin(SseSink itsSink, Connections.Entry seen, GroupMember.Answer joined) {
        sink = itsSink;
        show(seen, new TreeMap<>());
        heartbeat = GroupHeartbeat.joined(joined.askedTick());
        streams.add(this);
        heard(joined);
    }

    // What happens to the stream.

    @Override
    public void onDrained() {
        loop.drained(current);
    }

    @Override
    public void onClosed() {
        loop.closed(current);
    }

    /** A chunk has been handed to the sink. */
    void wrote(PartitionLayout layout, SseChunk chunk) {
        if (acknowledgements != null) acknowledgements.given(layout, chunk);
    }

    /** One second later. */
    void tick(long nowNanos) {
        if (!state.isOpen()) return;
        if (heartbeat.isSilent(loop.tick(), sessionTicks())) {
            // Its partitions may be somebody else's by now.
            loop.finish(current, Disconnect.COORDINATOR, "");
            return;
        }
        confirm(nowNanos);
        if (state instanceof Giving giving) tryGive(giving);
        else commitProgress();
        if (loop.tick() >= endTick) retire();
        if (isRetiring()) goOnRetiring();
        if (acknowledgements != null) watchClient();
        if (heartbeat.isDue(loop.tick())) ask();
    }

    private void confirm(long nowNanos) {
        if (confirmed.isWaiting()) confirmed.onAcknowledged(sink.acknowledged(), nowNanos);
        if (!confirmed.onWritten(written(), nowNanos)) return;
        loop.comment(current);
        confirmed.onLaterWrite(sink.written(), nowNanos);
    }

    /** Gives up all partitions, because the end is near, so that what the client has by then does not come again. */
    void retire() {
        if (state.retires()) return;
        state = state.retire();
        goOnRetiring();
    }

    private boolean isRetiring() {
        return state.isOpen() && state.retires();
    }

    private void goOnRetiring() {
        if (state instanceof Reading && !owned.isEmpty()) stop(new TreeSet<>(owned));
        boolean aged = loop.tick() >= endTick;
        boolean late = loop.tick() - endTick > DeliveryLimits.GROUP_FLUSH_TICKS;
        if (state.isOpen() && aged && (late || hasRetired())) loop.finish(current, Disconnect.MAX_AGE, "");
    }

    /** True when nothing would come again if the stream ended now, as far as the server can do something about it. */
    boolean hasRetired() {
        return isRetiring() && owned.isEmpty();
    }

    /**
     * Tells the coordinator at once what has changed, unless a question is under way, whose answer leads to the next.
     */
    private void beat() {
        if (!heartbeat.isWaiting()) ask();
    }

    private void ask() {
        if (!state.isOpen()) return;
        heartbeat = heartbeat.asked(loop.tick());
        GroupHeartbeat asked = heartbeat;
        lastBeat = member.beat(owned).onComplete(answered -> {
            if (!state.isOpen()) return;
            if (answered.succeeded()) heard(answered.result());
            else if (heartbeat == asked) heartbeat = heartbeat.failed(loop.tick());
        });
    }

    private void heard(GroupMember.Answer answer) {
        switch (answer.error()) {
            case NONE -> {
                heartbeat = heartbeat.confirmed(
                        answer.askedTick(), streams.beatTicks(request.group().id(), answer));
                follow(answer.assigned());
            }
            case UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH -> {
                heartbeat = heartbeat.failed(loop.tick());
                lose();
            }
            case COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR ->
                heartbeat = heartbeat.failed(loop.tick());
            // Whoever comes back is told why not.
            default -> loop.finish(current, Disconnect.ERROR, "");
        }
    }

    /** The coordinator has fenced this member: another may own its partitions, so nothing of them may be committed. */
    private void lose() {
        state = state.lost();
        owned.clear();
        confirmed.clear();
        committed.clear();
        if (acknowledgements != null) acknowledgements.clear();
        member.forget();
        if (show(new TreeMap<>())) {
            announce();
            beat();
        }
    }

    private void follow(SortedSet<TopicPartition> assigned) {
        if (!state.follows()) return;
        SortedSet<TopicPartition> less = new TreeSet<>(owned);
        less.removeAll(assigned);
        if (!less.isEmpty()) {
            stop(less);
            return;
        }
        SortedSet<TopicPartition> more = new TreeSet<>(assigned);
        more.removeAll(owned);
        if (!more.isEmpty()) fetch(more);
    }

    // The coordinator takes partitions away.

    private void stop(SortedSet<TopicPartition> less) {
        SortedMap<TopicPartition, Long> positions = positions();
        SortedMap<TopicPartition, Long> stopped = new TreeMap<>(positions);
        stopped.keySet().retainAll(less);
        positions.keySet().removeAll(less);
        state = state.give(stopped, loop.tick());
        if (show(positions) && state instanceof Giving giving) tryGive(giving);
    }

    private void tryGive(Giving giving) {
        if (committing) return;
        boolean late = loop.tick() - giving.sinceTick() >= DeliveryLimits.GROUP_FLUSH_TICKS;
        if (!late && !confirmed.covers(giving.stoppedAt())) return;
        if (acknowledgements == null) commitGiven(giving);
        else if (late || acknowledgements.isComplete(giving.stoppedAt().keySet())) given(giving);
        else askWhatIsCommitted();
    }

    private void commitGiven(Giving giving) {
        Map<TopicPartition, Long> last = new HashMap<>(confirmed.positions());
        last.keySet().retainAll(giving.stoppedAt().keySet());
        int membership = state.membership();
        committing = true;
        member.commit(last).onComplete(done -> {
            committing = false;
            if (!(state instanceof Giving now) || now.membership() != membership) return;
            // In another epoch by now, or without a coordinator: the next tick tries again.
            if (done.failed() || done.result() == Errors.STALE_MEMBER_EPOCH) return;
            given(now);
        });
    }

    /** Lets a client go that was given records and does not acknowledge any more: it may be a page that cannot run. */
    private void watchClient() {
        if (!state.isOpen()) return;
        if (acknowledgements.silentTicks(owned, loop.tick()) > streams.acknowledgeTicks()) {
            loop.finish(current, Disconnect.UNACKNOWLEDGED, "");
        } else if (!committing
                && loop.tick() % DeliveryLimits.GROUP_WATCH_TICKS == 0
                && !acknowledgements.isComplete(owned)) {
            askWhatIsCommitted();
        }
    }

    /** Asks how far a client that acknowledges by itself has got. */
    private void askWhatIsCommitted() {
        int membership = state.membership();
        committing = true;
        member.committed(owned).onComplete(found -> {
            committing = false;
            if (!isStill(membership) || found.failed()) return;
            acknowledgements.acknowledged(found.result(), loop.tick());
            if (state instanceof Giving giving
                    && acknowledgements.isComplete(giving.stoppedAt().keySet())) given(giving);
        });
    }

    /** Whether what was asked as this member means anything still. */
    private boolean isStill(int membership) {
        return state.isOpen() && state.membership() == membership;
    }

    private void given(Giving giving) {
        Set<TopicPartition> partitions = giving.stoppedAt().keySet();
        owned.removeAll(partitions);
        confirmed.forget(partitions);
        committed.keySet().removeAll(partitions);
        if (acknowledgements != null) acknowledgements.forget(partitions);
        state = state.settled();
        announce();
        beat();
    }

    // The coordinator gives partitions.

    private void fetch(SortedSet<TopicPartition> more) {
        state = state.fetch(more);
        owned.addAll(more);
        int membership = state.membership();
        member.committed(more)
                .compose(offsets -> GroupStart.of(more, offsets, request.from(), known, streams.reader())
                        .compose(start -> pin(start, offsets))
                        .onSuccess(start -> {
                            if (state.membership() != membership) return;
                            committed.putAll(offsets);
                            if (acknowledgements != null) acknowledgements.acknowledged(offsets, loop.tick());
                        }))
                .onComplete(found -> {
                    if (!isStill(membership)) return;
                    state = state.settled();
                    // Nothing of it was read, so nothing has to be given up; the next answer names it again.
                    if (found.failed()) owned.removeAll(more);
                    else take(found.result());
                });
    }

    /**
     * Commits where the group begins, before anything is read, unless that is at the earliest record: whoever comes
     * next would begin at what is latest by then, and leave out what this one was given and did not handle.
     */
    private Future<GroupStart> pin(GroupStart start, Map<TopicPartition, Long> offsets) {
        Map<TopicPartition, Long> begun = new HashMap<>(start.next());
        begun.keySet().removeAll(offsets.keySet());
        if (request.from() instanceof From.Earliest) return Future.succeededFuture(start);
        return member.commit(begun)
                .compose(error ->
                        error == Errors.NONE ? Future.succeededFuture(start) : Future.failedFuture(error.exception()));
    }

    private void take(GroupStart start) {
        SortedMap<TopicPartition, Long> positions = positions();
        positions.putAll(start.next());
        confirmed.begin(start.next());
        if (!show(positions)) return;
        for (Gap gap : start.gaps()) {
            JsonBytes text = new JsonBytes(128);
            gap.writeTo(text);
            loop.meters().gapEvent();
            say(text.ascii('\n'));
        }
        announce();
    }

    // What is read, and what is said of it.

    /** Where the next records are written from. */
    private SortedMap<TopicPartition, Long> positions() {
        SortedMap<TopicPartition, Long> positions = new TreeMap<>();
        PartitionLayout layout = current.feed.layout();
        Position standing = current.standing();
        for (int i = 0; i < layout.size(); i++) positions.put(layout.partition(i), standing.next(i));
        return positions;
    }

    /** Where the client has been written to, of what is read and of what is given up. */
    private SortedMap<TopicPartition, Long> written() {
        SortedMap<TopicPartition, Long> written = positions();
        if (state instanceof Giving giving) written.putAll(giving.stoppedAt());
        return written;
    }

    /** Goes on with other partitions; false where that was the end of the stream. */
    private boolean show(SortedMap<TopicPartition, Long> positions) {
        if (!state.isOpen() || !current.isOpen()) return false;
        if (positions().equals(positions)) return true;
        try {
            loop.feed(subscription(positions));
        } catch (ApiException gone) {
            loop.finish(current, Disconnect.TOPIC_DELETED, loop.deletion(current.feed.layout()));
            return false;
        }
        Subscriber before = current;
        loop.withdraw(before);
        show(before.seen(), positions);
        return true;
    }

    private void show(Connections.Entry seen, SortedMap<TopicPartition, Long> positions) {
        TopicFeed feed = loop.feed(subscription(positions));
        long[] next = new long[positions.size()];
        for (int i = 0; i < next.length; i++)
            next[i] = positions.get(feed.layout().partition(i));
        current = new Subscriber(loop, feed, new Position(next), request.heartbeat(), this);
        current.attach(sink, seen);
        loop.admit(current);
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

    /** Tells the client what it reads from now on. */
    private void announce() {
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
        say(text.ascii("]}\n\n"));
    }

    private void say(JsonBytes text) {
        DeliveryLoop.control(current, SseChunk.control(text));
    }

    // Commits.

    /** What the client has and the coordinator does not know of. */
    private Map<TopicPartition, Long> progress() {
        if (acknowledgements != null) return Map.of();
        Map<TopicPartition, Long> progress = new HashMap<>(confirmed.positions());
        progress.entrySet().removeIf(each -> each.getValue().equals(committed.get(each.getKey())));
        return progress;
    }

    private void commitProgress() {
        if (committing || !state.isOpen()) return;
        Map<TopicPartition, Long> progress = progress();
        if (progress.isEmpty()) return;
        int membership = state.membership();
        committing = true;
        member.commit(progress).onComplete(done -> {
            committing = false;
            boolean taken = done.succeeded() && done.result() == Errors.NONE;
            if (taken && state.membership() == membership) committed.putAll(progress);
        });
    }

    /** The stream is over, whoever ended it; its subscriber is still in its feed. */
    void ended() {
        if (!state.isOpen()) return;
        Map<TopicPartition, Long> progress = progress();
        state = state.end();
        streams.remove(this);
        // Behind a heartbeat that is under way, because it may bring the epoch that the commit has to name.
        Future<?> said = lastBeat.transform(beaten -> member.commit(progress));
        if (acknowledgements != null) said = said.transform(done -> streams.linger());
        streams.departing(said.transform(done -> member.leave()));
    }
}
