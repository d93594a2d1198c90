package io.letterbox.sse;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A parser of event streams that follows WHATWG HTML section 9.2.6 byte by byte, so that the encoder is tested against
 * the standard and not against itself. Bytes may come in any portions.
 */
final class EventStreamParser {
    /** An event as dispatched to {@code onmessage} and others. */
    record Event(String type, String data, String lastEventId) {}

    private byte[] line = new byte[256];
    private int length;
    private boolean afterCr;

    private final StringBuilder data = new StringBuilder();
    private String type = "";
    private String idBuffer;
    private String lastEventId;
    private String retry = "";
    private int comments;
    private int blocksWithoutData;
    private final List<Event> events = new ArrayList<>();

    /** @param lastEventId the event source's last event id from earlier connections */
    EventStreamParser(String lastEventId) {
        this.lastEventId = lastEventId;
        this.idBuffer = lastEventId;
    }

    void feed(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (afterCr && b == '\n') {
                afterCr = false;
                continue;
            }
            afterCr = b == '\r';
            if (b == '\n' || b == '\r') {
                onLine(new String(line, 0, length, StandardCharsets.UTF_8));
                length = 0;
            } else {
                if (length == line.length) line = Arrays.copyOf(line, length * 2);
                line[length++] = b;
            }
        }
    }

    /** The events since the last call. */
    List<Event> take() {
        List<Event> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    String lastEventId() {
        return lastEventId;
    }

    String retry() {
        return retry;
    }

    int comments() {
        return comments;
    }

    /** The number of blocks that have ended without data; clients that are not browsers make empty events of them. */
    int blocksWithoutData() {
        return blocksWithoutData;
    }

    private void onLine(String text) {
        if (text.isEmpty()) {
            dispatch();
            return;
        }
        int colon = text.indexOf(':');
        if (colon == 0) {
            comments++;
            return;
        }
        String field = colon < 0 ? text : text.substring(0, colon);
        String value = colon < 0 ? "" : text.substring(colon + 1);
        if (value.startsWith(" ")) value = value.substring(1);
        switch (field) {
            case "event" -> type = value;
            case "data" -> data.append(value).append('\n');
            case "id" -> idBuffer = value.indexOf('\0') >= 0 ? idBuffer : value;
            case "retry" -> retry = value.matches("[0-9]+") ? value : retry;
            default -> throw new AssertionError("a field that we never write: " + field);
        }
    }

    private void dispatch() {
        lastEventId = idBuffer;
        if (data.isEmpty()) {
            blocksWithoutData++;
        } else {
            data.setLength(data.length() - 1);
            events.add(new Event(type.isEmpty() ? "message" : type, data.toString(), lastEventId));
        }
        data.setLength(0);
        type = "";
    }
}
