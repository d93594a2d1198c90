package io.letterbox.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * A parser of Server-Sent Events (WHATWG HTML, section 9.2.6): fields line by line, an empty line ends an event, lines
 * that begin with a colon are comments. Used by one thread; {@link #lastHeardNs} may be read by another.
 */
final class EventStream implements AutoCloseable {
    /**
     * One event.
     *
     * @param type {@code message} unless the server named another
     * @param id the last id that the stream has had so far; empty before the first
     * @param data the lines of data, joined with LF
     */
    record Event(String type, String id, String data) {}

    private static final int BUFFER_CHARS = 1 << 16;

    private final InputStream in;
    private final BufferedReader reader;
    private String lastId;
    private long retryMs = -1;
    private volatile long lastHeardNs = System.nanoTime();

    /** @param lastId the id to resume after; empty for none */
    EventStream(InputStream in, String lastId) {
        this.in = in;
        this.reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), BUFFER_CHARS);
        this.lastId = lastId;
    }

    /** The next event, or null at the end of the stream; an incomplete event at the end is dropped. */
    Event next() throws IOException {
        StringBuilder data = null;
        String type = "message";
        String line;
        while ((line = reader.readLine()) != null) {
            lastHeardNs = System.nanoTime();
            if (line.isEmpty()) {
                if (data != null) {
                    return new Event(type, lastId, data.toString());
                }
                type = "message";
                continue;
            }
            String field = field(line);
            String value = value(line, field.length());
            if (field.equals("data")) {
                data = data == null
                        ? new StringBuilder(value)
                        : data.append('\n').append(value);
            } else if (field.equals("event")) {
                type = value;
            } else if (field.equals("id") && value.indexOf('\0') < 0) {
                lastId = value;
            } else if (field.equals("retry") && value.matches("\\d{1,9}")) {
                retryMs = Long.parseLong(value);
            }
        }
        return null;
    }

    /** Whether the next event can be started without waiting. */
    boolean ready() throws IOException {
        return reader.ready();
    }

    /** The retry time that the server has sent, or -1. */
    long retryMs() {
        return retryMs;
    }

    /** The time of the last line, comments included, by {@link System#nanoTime}. */
    long lastHeardNs() {
        return lastHeardNs;
    }

    /** From any thread. Closes the input: closing the reader would block while a thread waits in it for a line. */
    @Override
    public void close() throws IOException {
        in.close();
    }

    private static String field(String line) {
        int colon = line.indexOf(':');
        return colon < 0 ? line : line.substring(0, colon);
    }

    private static String value(String line, int fieldLength) {
        int from = fieldLength + 1;
        if (from < line.length() && line.charAt(from) == ' ') {
            from++;
        }
        return from >= line.length() ? "" : line.substring(from);
    }
}
