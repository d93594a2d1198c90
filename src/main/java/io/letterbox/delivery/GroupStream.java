package io.letterbox.delivery;

import io.letterbox.error.ApiException;
import io.letterbox.http.JsonBytes;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.Connections;
import io.letterbox.telemetry.Disconnect;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.Errors;

/**
 * One stream as a member of a group: reads the partitions that the coordinator gives it, gives back what others are to
 * read, and has committed what its socket took.
 *
 * <pre>
 *   told of less:  stop writing of it ─► wait until the socket has taken what was written ─► commit ─► say so
 *   told of more:  ask where the group has got to ─► write from there
 * </pre>
 *
 * <p>The next owner of a partition begins where the commit says, and is told of the partition only when this one has said
 * that it gave it up: nobody reads what another one still writes, and a slow socket costs time, not duplicates. Owned by
 * one event loop.
 */
final class GroupStream implements SseSink.Listener {
    private final DeliveryLoop loop;
    private final GroupStreams streams;
    private final GroupMember member;
    private final SubscribeRequest request;
    private final Map<String, Integer> known;
    private final int sessionTicks;

    /** The present share; another one with every change of it. */
    private Subscriber current;

    /** What the coordinator takes to be ours. */
    private final SortedSet<TopicPartition> owned = new TreeSet<>();

    /** The offset after the last record that the socket took. */
    private final Map<TopicPartition, Long> taken = new HashMap<>();

    private final Map<TopicPartition, Long> committed = new HashMap<>();

    /** Writes are numbered, and the socket takes them in order. */
    private long lastWrite;

    private long lastTaken;

    /** What has to be given up, with where it was stopped; null where there is nothing. */
    private SortedMap<TopicPartition, Long> giving;

    private long givingWrite;
    private int givingTick;

    private boolean beating;
    private boolean fetching;
    private boolean committing;
    private boolean ended;

    /** Counts how often everything was lost; what was begun before means nothing afterwards. */
    private int life;

    private int heardTick;
    private Future<?> lastBeat = Future.succeededFuture();

    /** @param known how many partitions each topic has now */
    GroupStream(GroupStreams streams, GroupMember member, SubscribeRequest request, Map<String, Integer> known) {
        this.loop = streams.loop();
        this.streams = streams;
        this.member = member;
        this.request = request;
        this.known = known;
        this.sessionTicks = streams.sessionTicks();
        this.heardTick = loop.tick();
    }

    /** After how many ticks of silence it is given up. */
    int sessionTicks() {
        return sessionTicks;
    }

    /** The stream is open. */
    void begin(SseSink sink, Connections.Entry seen, GroupMember.Answer joined) {
        show(sink, seen, new TreeMap<>());
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

    /** Hands a chunk to the socket and remembers what it brings the client, for when it is taken. */
    void write(SseSink sink, Layout layout, SseChunk chunk) {
        long number = ++lastWrite;
        int itsLife = life;
        Position to = chunk.to();
        sink.write(chunk, () -> {
            lastTaken = Math.max(lastTaken, number);
            if (itsLife == life && to != null) takenUpTo(layout, to);
            if (giving != null) tryGive();
        });
    }

    private void takenUpTo(Layout layout, Position to) {
        for (int i = 0; i < layout.size(); i++) {
            long next = to.next(i);
            taken.computeIfPresent(layout.partition(i), (partition, before) -> Math.max(before, next));
        }
    }

    /** One second later. */
    void tick() {
        if (ended) return;
        if (loop.tick() - heardTick > sessionTicks) {
            // Its partitions may be somebody else's by now.
            loop.finish(current, Disconnect.STORAGE, "");
            return;
        }
        if (giving != null) tryGive();
        else commitProgress();
        beat();
    }

    private void beat() {
        if (beating || ended) return;
        beating = true;
        lastBeat = member.beat(owned).onComplete(answered -> {
            beating = false;
            // Without a coordinator, the next tick asks again.
            if (!ended && answered.succeeded()) heard(answered.result());
        });
    }

    private void heard(GroupMember.Answer answer) {
        switch (answer.error()) {
            case NONE -> {
                heardTick = loop.tick();
                follow(answer.assigned());
            }
            case UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH -> lose();
            case COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR -> {}
            // Whoever comes back is told why not.
            default -> loop.finish(current, Disconnect.ERROR, "");
        }
    }

    /** Others may read all of it already. */
    private void lose() {
        life++;
        giving = null;
        fetching = false;
        owned.clear();
        taken.clear();
        committed.clear();
        member.forget();
        if (show(new TreeMap<>())) {
            announce();
            beat();
        }
    }

    private void follow(SortedSet<TopicPartition> assigned) {
        if (giving != null || fetching) return;
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

    // Less.

    private void stop(SortedSet<TopicPartition> less) {
        SortedMap<TopicPartition, Long> positions = positions();
        SortedMap<TopicPartition, Long> stopped = new TreeMap<>(positions);
        stopped.keySet().retainAll(less);
        positions.keySet().removeAll(less);
        giving = stopped;
        givingWrite = lastWrite;
        givingTick = loop.tick();
        if (show(positions)) tryGive();
    }

    private void tryGive() {
        if (ended || committing) return;
        boolean all = lastTaken >= givingWrite;
        if (!all && loop.tick() - givingTick < DeliveryLimits.GROUP_FLUSH_TICKS) return;
        if (all) taken.putAll(giving);
        Map<TopicPartition, Long> last = new HashMap<>(request.group().manual() ? Map.of() : taken);
        last.keySet().retainAll(giving.keySet());
        int itsLife = life;
        committing = true;
        member.commit(last).onComplete(done -> {
            committing = false;
            if (ended || itsLife != life) return;
            // In another epoch by now, or without a coordinator: the next tick tries again.
            if (done.failed() || done.result() == Errors.STALE_MEMBER_EPOCH) return;
            given();
        });
    }

    private void given() {
        owned.removeAll(giving.keySet());
        taken.keySet().removeAll(giving.keySet());
        committed.keySet().removeAll(giving.keySet());
        giving = null;
        announce();
        beat();
    }

    // More.

    private void fetch(SortedSet<TopicPartition> more) {
        fetching = true;
        owned.addAll(more);
        int itsLife = life;
        member.committed(more)
                .compose(offsets -> GroupStart.of(more, offsets, request.from(), known, streams.reader())
                        .onSuccess(start -> {
                            if (itsLife == life) committed.putAll(offsets);
                        }))
                .onComplete(found -> {
                    if (ended || itsLife != life) return;
                    fetching = false;
                    // Nothing of it was read, so nothing has to be given up; the next answer names it again.
                    if (found.failed()) owned.removeAll(more);
                    else take(found.result());
                });
    }

    private void take(GroupStart start) {
        SortedMap<TopicPartition, Long> positions = positions();
        positions.putAll(start.next());
        taken.putAll(start.next());
        if (!show(positions)) return;
        for (Gap gap : start.gaps()) {
            JsonBytes text = new JsonBytes(128);
            gap.writeTo(text);
            loop.meters().gapEvent();
            say(text);
        }
        announce();
    }

    // Both.

    /** Where the next records are written from. */
    private SortedMap<TopicPartition, Long> positions() {
        SortedMap<TopicPartition, Long> positions = new TreeMap<>();
        Layout layout = current.feed.layout();
        Position standing = current.standing();
        for (int i = 0; i < layout.size(); i++) positions.put(layout.partition(i), standing.next(i));
        return positions;
    }

    /** Goes on with other partitions; false where that was the end of the stream. */
    private boolean show(SortedMap<TopicPartition, Long> positions) {
        if (ended || !current.isOpen()) return false;
        if (positions().equals(positions)) return true;
        try {
            loop.feed(subscription(positions));
        } catch (ApiException gone) {
            loop.finish(current, Disconnect.TOPIC_DELETED, DeliveryLoop.DELETED);
            return false;
        }
        Subscriber before = current;
        show(loop.withdraw(before), before.seen(), positions);
        current.endTick = before.endTick;
        return true;
    }

    private void show(SseSink sink, Connections.Entry seen, SortedMap<TopicPartition, Long> positions) {
        TopicFeed feed = loop.feed(subscription(positions));
        long[] next = new long[positions.size()];
        for (int i = 0; i < next.length; i++)
            next[i] = positions.get(feed.layout().partition(i));
        current = new Subscriber(loop, feed, new Position(next), this);
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

    /** What the socket took and the coordinator does not know of. */
    private Map<TopicPartition, Long> progress() {
        // Records that nobody gets to see, such as those of aborted transactions, move the position without a write.
        if (lastTaken == lastWrite) {
            positions().forEach((partition, next) -> taken.computeIfPresent(partition, (p, before) -> next));
        }
        Map<TopicPartition, Long> progress = new HashMap<>(request.group().manual() ? Map.of() : taken);
        progress.entrySet().removeIf(each -> each.getValue().equals(committed.get(each.getKey())));
        return progress;
    }

    private void commitProgress() {
        if (committing || taken.isEmpty()) return;
        Map<TopicPartition, Long> progress = progress();
        if (progress.isEmpty()) return;
        int itsLife = life;
        committing = true;
        member.commit(progress).onComplete(done -> {
            committing = false;
            if (itsLife == life && done.succeeded() && done.result() == Errors.NONE) committed.putAll(progress);
        });
    }

    /** The stream is over, whoever ended it; its subscriber is still in its feed. */
    void ended() {
        if (ended) return;
        Map<TopicPartition, Long> progress = progress();
        ended = true;
        streams.remove(this);
        // Behind a heartbeat that is under way, because it may bring the epoch that the commit has to name.
        streams.departing(lastBeat.transform(beaten -> member.commit(progress)).transform(done -> member.leave()));
    }
}
