package io.letterbox.console;

import io.letterbox.http.JsonBytes;
import io.letterbox.telemetry.Connections;
import io.letterbox.telemetry.Door;
import io.vertx.core.buffer.Buffer;

/**
 * The document with the open connections, for the console.
 *
 * <pre>
 * {"kafka":12, "sse":3,                       how many there are
 *  "connections":[{"id":7, "door":"kafka",    at most {@value #MOST} of them
 *                  "host":"203.0.113.7",
 *                  "proxy":"127.0.0.1",       who says that it is this host; null where the socket does
 *                  "client":"my-app",         what it calls itself
 *                  "software":"apache-kafka-java 4.3.1",
 *                  "ageSeconds":12.5,
 *                  "requests":120,            null at a door that counts none
 *                  "doing":"FETCH"}]}         the last request, or what is streamed
 * </pre>
 */
final class ConnectionList {
    private static final int MOST = 500;

    private final Connections connections;

    ConnectionList(Connections connections) {
        this.connections = connections;
    }

    Buffer document(long nowNanos) {
        JsonBytes out = new JsonBytes(4096);
        out.ascii("{\"kafka\":").number(connections.count(Door.KAFKA));
        out.ascii(",\"sse\":").number(connections.count(Door.SSE));
        out.ascii(",\"connections\":[");
        boolean first = true;
        for (Connections.OpenConnection entry : connections.list(MOST)) {
            if (!first) out.ascii(',');
            first = false;
            out.ascii("{\"id\":").number(entry.id());
            out.ascii(",\"door\":\"").ascii(entry.door().label());
            out.ascii("\",\"host\":").string(entry.host());
            out.ascii(",\"proxy\":");
            if (entry.proxy() == null) out.ascii("null");
            else out.string(entry.proxy());
            out.ascii(",\"client\":").string(entry.client());
            out.ascii(",\"software\":").string(entry.software());
            // In tenths: a person reads it, and JsonBytes writes integers only.
            long tenths = Math.round(entry.ageSeconds(nowNanos) * 10);
            out.ascii(",\"ageSeconds\":").number(tenths / 10).ascii('.').number(tenths % 10);
            out.ascii(",\"requests\":");
            if (entry.door() == Door.KAFKA) out.number(entry.requests());
            else out.ascii("null");
            out.ascii(",\"doing\":").string(entry.doing()).ascii('}');
        }
        return out.ascii("]}").copy();
    }
}
