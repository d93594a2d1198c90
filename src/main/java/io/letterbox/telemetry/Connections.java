package io.letterbox.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The open connections: Kafka clients and subscribers of streams. Their servers add and remove them on event loops; the
 * console lists them, from any thread.
 */
public final class Connections {
    /** The length at which texts of clients are cut. */
    private static final int MAX_TEXT_CHARS = 120;

    private final AtomicLong lastId = new AtomicLong();
    private final AtomicInteger kafka = new AtomicInteger();
    private final AtomicInteger sse = new AtomicInteger();
    private final Set<OpenConnection> open = ConcurrentHashMap.newKeySet();

    /** One connection. Its own event loop writes, any thread reads. */
    public final class OpenConnection {
        private final long id = lastId.incrementAndGet();
        private final Door door;
        private final String host;
        private final long sinceNanos;
        private volatile String client = "";
        private volatile String software = "";
        private volatile String doing = "";
        private volatile String proxy;
        private volatile long requests;

        private OpenConnection(Door door, String host, long sinceNanos) {
            this.door = door;
            this.host = host;
            this.sinceNanos = sinceNanos;
        }

        /** The client's name for itself. */
        public void client(String name) {
            if (!client.equals(name)) client = shortened(name);
        }

        /** The client's software. */
        public void software(String name) {
            software = shortened(name);
        }

        /** The proxy that reported the client's address, or null. */
        public void proxy(String address) {
            proxy = address;
        }

        /** The latest activity; to be a constant text if this is called often. */
        public void doing(String what) {
            if (!doing.equals(what)) doing = shortened(what);
        }

        /** Counts a request. */
        public void requested(String what) {
            doing(what);
            // Only the connection's own event loop writes, so no update is lost between reading and writing.
            long before = requests;
            requests = before + 1;
        }

        /** Removes the connection. A second call does nothing. */
        public void close() {
            if (open.remove(this)) counter(door).decrementAndGet();
        }

        public long id() {
            return id;
        }

        public Door door() {
            return door;
        }

        public String host() {
            return host;
        }

        public String proxy() {
            return proxy;
        }

        /** How long it has been open, by a monotonic clock. */
        public double ageSeconds(long nowNanos) {
            return (nowNanos - sinceNanos) / 1e9;
        }

        public String client() {
            return client;
        }

        public String software() {
            return software;
        }

        public String doing() {
            return doing;
        }

        public long requests() {
            return requests;
        }
    }

    /**
     * Adds a connection.
     *
     * @param host the client's address
     * @param nowNanos by a monotonic clock
     */
    public OpenConnection opened(Door door, String host, long nowNanos) {
        OpenConnection entry = new OpenConnection(door, host, nowNanos);
        open.add(entry);
        counter(door).incrementAndGet();
        return entry;
    }

    /** The number of connections of a server now. */
    public int count(Door door) {
        return counter(door).get();
    }

    /** Some of the connections, in the order in which they were opened. */
    public List<OpenConnection> list(int most) {
        List<OpenConnection> some = new ArrayList<>();
        for (OpenConnection entry : open) {
            if (some.size() == most) break;
            some.add(entry);
        }
        some.sort(java.util.Comparator.comparingLong(OpenConnection::id));
        return some;
    }

    private AtomicInteger counter(Door door) {
        if (door == Door.KAFKA) return kafka;
        if (door == Door.SSE) return sse;
        throw new IllegalArgumentException("connections of " + door + " are not listed");
    }

    private static String shortened(String text) {
        if (text == null) return "";
        return text.length() <= MAX_TEXT_CHARS ? text : text.substring(0, MAX_TEXT_CHARS) + "…";
    }
}
