package io.letterbox.sse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.letterbox.access.Principal;
import io.letterbox.http.Json;
import io.letterbox.http.JsonBytes;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.Connections;
import io.letterbox.telemetry.Door;
import io.letterbox.telemetry.Meters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * An event source over many connections, which checks what it receives: per partition every record once and in order,
 * and a gap event for each missing one. When the connection breaks, the bytes that were written and not yet read are
 * lost from a random byte on.
 */
final class SimClient {
    private static final Connections SEEN = new Connections();

    /** The server's end of a connection. Accepts a number of bytes, and more only after the client has read. */
    private final class Sink implements SseSink {
        private final List<byte[]> unread = new ArrayList<>();
        private int unreadBytes;
        private boolean ended;

        @Override
        public void write(SseChunk chunk) {
            assertThat(ended).as("writes after the end").isFalse();
            byte[] body = chunk.plain().getBytes();
            unread.add(body);
            unreadBytes += body.length;
            maxUnreadBytes = Math.max(maxUnreadBytes, unreadBytes);
            if (chunk.to() != null) maxChunkBytes = Math.max(maxChunkBytes, body.length);
        }

        @Override
        public long written() {
            throw new AssertionError("Nobody here is in a group");
        }

        @Override
        public long acknowledged() {
            throw new AssertionError("Nobody here is in a group");
        }

        @Override
        public boolean writable() {
            return unreadBytes <= windowBytes;
        }

        @Override
        public void end() {
            ended = true;
        }

        @Override
        public void abort() {
            ended = true;
        }
    }

    private final Subscription subscription;
    private final int windowBytes;

    /** The next offset of each partition of which something was received. */
    private final Map<TopicPartition, Long> next = new HashMap<>();

    private final Map<TopicPartition, Long> incarnation = new HashMap<>();
    private String lastEventId = "";

    /** The last id before the current event: a gap has the cursor behind it. */
    private String standing = "";

    private EventStreamParser parser;
    private Sink sink;
    private Subscriber subscriber;

    int records;
    int gaps;
    int ends;
    int maxUnreadBytes;
    int maxChunkBytes;

    SimClient(Subscription subscription, int windowBytes) {
        this.subscription = subscription;
        this.windowBytes = windowBytes;
    }

    Subscription subscription() {
        return subscription;
    }

    boolean isConnected() {
        return sink != null;
    }

    /** Requests the stream, as the HTTP part of the server would; false if it is refused. */
    boolean connect(DeliveryLoop loop, SimLog log, SubscriberSlots slots, Meters meters) {
        List<Cursor.TopicOffsets> cursor = lastEventId.isEmpty() ? null : Cursor.parse(lastEventId);
        SubscribeRequest request = new SubscribeRequest(
                Principal.ANONYMOUS, subscription, cursor, new From.Earliest(), null, HeartbeatForm.BARE_ID);
        for (String topic : subscription.topics()) {
            if (!loop.image().topics().containsKey(topic)) return false;
        }
        assertThat(slots.tryTake()).isTrue();
        PartitionLayout layout = PartitionLayout.of(subscription, loop.image());
        Start start = Start.of(request, layout, log).result();
        TopicFeed feed = loop.feed(subscription);
        Position position = new Position(start.next());
        if (cursor == null) {
            next.clear();
            incarnation.clear();
            for (int i = 0; i < layout.size(); i++) next.put(layout.partition(i), start.next()[i]);
        }
        parser = new EventStreamParser(lastEventId);
        standing = lastEventId.isEmpty() ? cursor(layout, position) : lastEventId;
        sink = new Sink();
        JsonBytes first = new JsonBytes(64);
        for (Gap gap : start.gaps()) {
            if (first.length() > 0) first.ascii('\n');
            gap.writeTo(first);
        }
        DeliveryLoop.writeId(first, layout, position);
        SseChunk preamble = SseChunk.control(first.ascii('\n'));
        sink.write(preamble);
        preamble.release();
        subscriber = new Subscriber(loop, feed, position, HeartbeatForm.BARE_ID, null);
        subscriber.attach(sink, SEEN.opened(Door.SSE, "127.0.0.1", 0));
        meters.sse().connected(cursor != null);
        loop.add(subscriber);
        return true;
    }

    private static String cursor(PartitionLayout layout, Position position) {
        JsonBytes text = new JsonBytes(64);
        layout.writeCursor(text, position.offsets());
        return text.take().toString();
    }

    /** Reads everything that was written, and tells the server that there is room. */
    void read() {
        boolean wasFull = !sink.writable();
        for (byte[] bytes : sink.unread) parser.feed(bytes, 0, bytes.length);
        sink.unread.clear();
        sink.unreadBytes = 0;
        digest();
        if (sink.ended) {
            ends++;
            forget();
        } else if (wasFull) {
            subscriber.onDrained();
        }
    }

    /** Breaks the connection in the middle of what was written. */
    void breakOff(RandomGenerator random) {
        int readable = sink.unreadBytes == 0 ? 0 : random.nextInt(sink.unreadBytes + 1);
        for (byte[] bytes : sink.unread) {
            int taken = Math.min(readable, bytes.length);
            parser.feed(bytes, 0, taken);
            readable -= taken;
        }
        digest();
        if (!sink.ended) subscriber.onClosed();
        forget();
    }

    private void forget() {
        lastEventId = parser.lastEventId();
        sink = null;
        subscriber = null;
    }

    private void digest() {
        for (EventStreamParser.Event event : parser.take()) {
            switch (event.type()) {
                case "message" -> onRecord(event.data());
                case "gap" -> onGap(event.data(), standing);
                case "end" -> assertThat(event.data()).contains("deleted");
                default -> throw new AssertionError("unknown type " + event.type());
            }
            standing = event.lastEventId();
        }
    }

    private void onRecord(String value) {
        String[] parts = value.split("/", 5);
        TopicPartition partition = new TopicPartition(parts[0], Integer.parseInt(parts[2]));
        long offset = Long.parseLong(parts[3]);
        long life = Long.parseLong(parts[1]);
        if (incarnation.putIfAbsent(partition, life) != null) {
            assertThat(life).as("incarnation of " + value).isEqualTo(incarnation.get(partition));
        }
        long expected = next.getOrDefault(partition, 0L);
        if (subscription.key() == null) {
            assertThat(offset).as(partition + " in order, once").isEqualTo(expected);
        } else {
            assertThat(offset).isGreaterThanOrEqualTo(expected).isLessThan(expected + 3);
            assertThat(offset % 3).isZero();
        }
        next.put(partition, offset + 1);
        records++;
    }

    private void onGap(String data, String cursor) {
        gaps++;
        try {
            JsonNode gap = Json.MAPPER.readTree(data);
            TopicPartition partition = new TopicPartition(
                    gap.get("topic").asText(), gap.get("partition").asInt());
            if (gap.get("reason").asText().equals("incarnation")) {
                incarnation.remove(partition);
            } else if (subscription.key() == null) {
                assertThat(gap.get("requested").asLong()).isEqualTo(inCursor(cursor, partition));
                assertThat(gap.get("lost").asLong())
                        .isEqualTo(gap.get("resumedFrom").asLong()
                                - gap.get("requested").asLong());
            }
            next.put(partition, gap.get("resumedFrom").asLong());
        } catch (JsonProcessingException e) {
            throw new AssertionError(data, e);
        }
    }

    /** The position of a partition in the last id: a gap may be sent twice if the connection broke after it. */
    private static long inCursor(String cursor, TopicPartition partition) {
        return Cursor.parse(cursor).stream()
                .filter(entry -> entry.nameTag() == Cursor.tag(partition.topic()))
                .mapToLong(entry -> Math.max(0, entry.nextOffset(partition.partition())))
                .findFirst()
                .orElseThrow();
    }

    /** Fails unless all existing records have been received. */
    void assertComplete(SimLog log) {
        for (String topic : subscription.topics()) {
            for (int p = 0; p < log.partitions(topic); p++) {
                if (subscription.partition() >= 0 && subscription.partition() != p) continue;
                TopicPartition partition = new TopicPartition(topic, p);
                long seen = next.getOrDefault(partition, 0L);
                long slack = subscription.key() == null ? 0 : 2;
                assertThat(seen).as(partition + " complete").isBetween(log.end(partition) - slack, log.end(partition));
            }
        }
    }
}
