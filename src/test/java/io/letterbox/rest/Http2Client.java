package io.letterbox.rest;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** A client of HTTP/2 without TLS (RFC 9113), frame by frame, that acknowledges nothing. For one thread. */
final class Http2Client implements AutoCloseable {
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;

    private static final int SETTINGS = 4;
    private static final int END_HEADERS = 4;
    private static final int PATIENCE_MS = 30_000;

    private final Socket socket;
    private final DataOutputStream out;

    Http2Client(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(PATIENCE_MS);
        out = new DataOutputStream(socket.getOutputStream());
        out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frame(SETTINGS, 0, 0, new byte[0]);
    }

    /** Begins a GET and leaves its stream open. */
    void open(int stream, String path) throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.write(0x82); // :method GET (RFC 7541, appendix A)
        block.write(0x86); // :scheme http
        literal(block, 0x01, "localhost"); // :authority
        literal(block, 0x04, path); // :path
        frame(HEADERS, END_HEADERS, stream, block.toByteArray());
    }

    private static void literal(ByteArrayOutputStream block, int name, String value) {
        block.write(name);
        block.write(value.length());
        block.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    }

    private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        out.write(payload.length >> 16);
        out.writeShort(payload.length);
        out.write(type);
        out.write(flags);
        out.writeInt(stream);
        out.write(payload);
    }

    /** The number of frames of each type until the server closes the connection. */
    Map<Integer, Integer> framesUntilClosed() throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        Map<Integer, Integer> frames = new HashMap<>();
        for (int high = in.read(); high >= 0; high = in.read()) {
            int length = high << 16 | in.readUnsignedShort();
            frames.merge(in.read(), 1, Integer::sum);
            in.skipNBytes(5L + length);
        }
        return frames;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
