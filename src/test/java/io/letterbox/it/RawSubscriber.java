package io.letterbox.it;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A subscriber on a bare socket, for tests that need to read slowly, not at all, or to vanish: it reads only when the
 * test says so, into a receive buffer that is as small as the system allows. Owned by one thread.
 */
final class RawSubscriber implements AutoCloseable {
    private static final int RECEIVE_BUFFER_BYTES = 4096;
    private static final int READ_LIMIT_MS = 60_000;

    private final Socket socket = new Socket();
    private final InputStream in;
    private final StringBuilder line = new StringBuilder();
    private long chunkLeft;

    /** Connects and reads the head of the response, which has to be a 200. */
    RawSubscriber(int port, String path) throws IOException {
        socket.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
        socket.setSoTimeout(READ_LIMIT_MS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        in = new BufferedInputStream(socket.getInputStream(), RECEIVE_BUFFER_BYTES);
        String status = headLine();
        if (!status.startsWith("HTTP/1.1 200")) {
            throw new IOException(status);
        }
        boolean chunked = false;
        for (String header = headLine(); !header.isEmpty(); header = headLine()) {
            chunked |= header.equalsIgnoreCase("transfer-encoding: chunked");
        }
        if (!chunked) {
            throw new IOException("a stream that is not chunked");
        }
    }

    /** Waits for the next event with data; returns the data, lines joined with LF. */
    String nextData() throws IOException {
        StringBuilder data = null;
        while (true) {
            String text = nextLine();
            if (text.startsWith("data: ")) {
                data = data == null ? new StringBuilder() : data.append('\n');
                data.append(text, 6, text.length());
            } else if (text.isEmpty() && data != null) {
                return data.toString();
            }
        }
    }

    /** Waits for the next line of the event stream. */
    String nextLine() throws IOException {
        line.setLength(0);
        for (int b = nextByte(); b != '\n'; b = nextByte()) {
            line.append((char) b); // The tests' payloads are ASCII.
        }
        return line.toString();
    }

    /** Closes the connection with a reset. */
    void vanish() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private int nextByte() throws IOException {
        if (chunkLeft == 0) {
            String size = headLine();
            chunkLeft = Long.parseLong(size.isEmpty() ? headLine() : size, 16);
            if (chunkLeft == 0) {
                throw new EOFException("the stream is over");
            }
        }
        chunkLeft--;
        return read();
    }

    private String headLine() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int b = read(); b != '\n'; b = read()) {
            if (b != '\r') {
                text.append((char) b);
            }
        }
        return text.toString();
    }

    private int read() throws IOException {
        int b = in.read();
        if (b < 0) {
            throw new EOFException("the connection is closed");
        }
        return b;
    }
}
