package io.letterbox.sse;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One connection that reads an event stream, with access to every byte between the socket and the parser. It sends the
 * headers of a browser's EventSource, unless it is given another User-Agent.
 */
final class TestStream implements AutoCloseable {
    private static final int PATIENCE_MS = 30_000;

    /** WHATWG HTML, section 9.2.2, and WHATWG Fetch, section 4.6. */
    private static final String BROWSER = "User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nCache-Control: no-cache\r\n";

    private final Socket socket;
    private final BufferedInputStream in;
    private final ArrayDeque<EventStreamParser.Event> events = new ArrayDeque<>();
    private boolean ended;

    final EventStreamParser parser = new EventStreamParser("");
    final int status;
    final Map<String, String> headers = new LinkedHashMap<>();

    TestStream(int port, String path, String... extraHeaders) throws IOException {
        this(port, "HTTP/1.1", 0, path, extraHeaders);
    }

    /** @param receiveBytes of the socket's buffer, or 0 for the system's default */
    TestStream(int port, String version, int receiveBytes, String path, String... extraHeaders) throws IOException {
        StringBuilder request =
                new StringBuilder("GET " + path + " " + version + "\r\nHost: 127.0.0.1:" + port + "\r\n");
        if (Stream.of(extraHeaders).noneMatch(header -> header.startsWith("User-Agent:"))) request.append(BROWSER);
        for (String header : extraHeaders) request.append(header).append("\r\n");
        byte[] bytes = request.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
        socket = new Socket();
        if (receiveBytes > 0) socket.setReceiveBufferSize(receiveBytes);
        socket.connect(new java.net.InetSocketAddress("127.0.0.1", port));
        socket.getOutputStream().write(bytes);
        socket.setSoTimeout(PATIENCE_MS);
        in = new BufferedInputStream(socket.getInputStream());
        status = Integer.parseInt(line().split(" ")[1]);
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim());
        }
    }

    /** Waits for the next event. */
    EventStreamParser.Event next() throws IOException {
        while (events.isEmpty()) {
            if (!readSome()) throw new EOFException("the stream ended");
        }
        return events.poll();
    }

    /** Waits for the next event, and returns its data. */
    String nextData() throws IOException {
        return next().data();
    }

    /** Reads on until the cursor changes. */
    String nextCursor() throws IOException {
        String before = parser.lastEventId();
        while (parser.lastEventId().equals(before)) {
            if (!readSome()) throw new EOFException("the stream ended");
        }
        return parser.lastEventId();
    }

    /** Reads on until a number of comments have arrived. */
    void awaitComments(int count) throws IOException {
        while (parser.comments() < count) {
            if (!readSome()) throw new EOFException("the stream ended");
        }
    }

    /** Reads to the end of the response and checks that the server closes the connection, too. */
    void awaitEnd() throws IOException {
        while (readSome()) {
            // The events stay in their queue.
        }
    }

    /** True if nothing arrived before the end but what {@link #next} has returned. */
    boolean isExhausted() {
        return events.isEmpty();
    }

    private boolean readSome() throws IOException {
        if (ended) return false;
        if (headers.containsKey("transfer-encoding")) {
            int size = Integer.parseInt(line(), 16);
            byte[] chunk = in.readNBytes(size);
            if (chunk.length < size || !line().isEmpty()) throw new EOFException("a torn chunk");
            if (size == 0) {
                ended = true;
                if (in.read() >= 0) throw new IOException("bytes behind the end");
                return false;
            }
            feed(chunk, size);
            return true;
        }
        byte[] some = new byte[4096];
        int count = in.read(some);
        if (count < 0) {
            ended = true;
            return false;
        }
        feed(some, count);
        return true;
    }

    private void feed(byte[] bytes, int count) {
        parser.feed(bytes, 0, count);
        events.addAll(parser.take());
    }

    private String line() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) throw new EOFException("in the middle of a line");
            if (b != '\r') text.append((char) b);
        }
        return text.toString();
    }

    /** Resets the connection. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
