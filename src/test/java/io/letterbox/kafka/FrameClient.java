package io.letterbox.kafka;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;

/** A Kafka client that does only what a test says: writes bytes, reads frames. For one thread. */
public final class FrameClient implements AutoCloseable {
    private static final int PATIENCE_MS = 30_000;

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;

    /** Connects to the Kafka port of a server on this machine. */
    public FrameClient(int port) {
        try {
            socket = new Socket("127.0.0.1", port);
            socket.setSoTimeout(PATIENCE_MS);
            socket.setTcpNoDelay(true);
            out = socket.getOutputStream();
            in = new DataInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A request as it is sent, including its length. */
    public static byte[] frame(ApiKeys api, int version, int correlationId, ApiMessage body) {
        RequestHeaderData header = new RequestHeaderData()
                .setRequestApiKey(api.id)
                .setRequestApiVersion((short) version)
                .setCorrelationId(correlationId)
                .setClientId("test");
        ByteBuffer head = MessageUtil.toByteBufferAccessor(header, api.requestHeaderVersion((short) version))
                .buffer();
        ByteBuffer rest =
                MessageUtil.toByteBufferAccessor(body, (short) version).buffer();
        int length = head.remaining() + rest.remaining();
        return ByteBuffer.allocate(Integer.BYTES + length)
                .putInt(length)
                .put(head)
                .put(rest)
                .array();
    }

    FrameClient send(ApiKeys api, int version, int correlationId, ApiMessage body) {
        return write(frame(api, version, correlationId, body));
    }

    public FrameClient write(byte... bytes) {
        try {
            out.write(bytes);
            out.flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next response, which must be to a request with this correlation id. */
    <T extends ApiMessage> T receive(ApiKeys api, int version, int correlationId, T into) {
        ByteBuffer frame = receive();
        ByteBufferAccessor reader = new ByteBufferAccessor(frame);
        ResponseHeaderData header = new ResponseHeaderData(reader, api.responseHeaderVersion((short) version));
        if (header.correlationId() != correlationId) {
            throw new AssertionError("answer " + header.correlationId() + " in place of " + correlationId);
        }
        into.read(reader, (short) version);
        if (frame.hasRemaining()) throw new AssertionError(frame.remaining() + " bytes are left over");
        return into;
    }

    public ByteBuffer receive() {
        try {
            byte[] frame = new byte[in.readInt()];
            in.readFully(frame);
            return ByteBuffer.wrap(frame);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends one request and returns the response. */
    public <T extends ApiMessage> T ask(ApiKeys api, int version, ApiMessage body, T into) {
        return send(api, version, 7, body).receive(api, version, 7, into);
    }

    /** Waits until the server closes the connection; fails if it sends anything before. */
    void awaitClose() {
        try {
            int next = in.read();
            if (next >= 0) throw new AssertionError("the server sent " + next);
        } catch (EOFException | SocketException closed) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether nothing arrives within some milliseconds; proves nothing, but notices what arrives at once. */
    boolean isSilent(int millis) {
        try {
            socket.setSoTimeout(millis);
            int next = in.read();
            throw new AssertionError(next < 0 ? "closed" : "the server sent " + next);
        } catch (SocketTimeoutException silent) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            patience();
        }
    }

    private void patience() {
        try {
            socket.setSoTimeout(PATIENCE_MS);
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
