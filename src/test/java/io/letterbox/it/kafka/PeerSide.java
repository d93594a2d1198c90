package io.letterbox.it.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.letterbox.kafka.FrameClient;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;

/** One of the two servers that are compared: a connection to it, and values kept from its responses. For one thread. */
final class PeerSide implements AutoCloseable {
    /** The result if the connection was closed in place of a response. */
    static final JsonNode CLOSED = TextNode.valueOf("closed");

    private final int port;
    private final Map<String, Object> noted = new HashMap<>();
    private FrameClient client;

    PeerSide(int port) {
        this.port = port;
        this.client = new FrameClient(port);
    }

    /** A response; null if the server closed the connection instead. */
    @SuppressWarnings("unchecked")
    <R extends ApiMessage> R ask(ApiKeys api, short version, ApiMessage body, int bytesTooMany) {
        byte[] exact = FrameClient.frame(api, version, 1, body);
        byte[] frame = Arrays.copyOf(exact, exact.length + bytesTooMany);
        ByteBuffer.wrap(frame).putInt(frame.length - Integer.BYTES);
        try {
            ByteBufferAccessor in = new ByteBufferAccessor(client.write(frame).receive());
            new ResponseHeaderData(in, api.responseHeaderVersion(version));
            ApiMessage answer = api.messageType.newResponse();
            answer.read(in, version);
            if (in.remaining() > 0) throw new AssertionError(in.remaining() + " bytes are left over");
            return (R) answer;
        } catch (UncheckedIOException closed) {
            client.close();
            client = new FrameClient(port);
            return null;
        }
    }

    /** Whether the connection still works; a request without a response may have ended it. */
    void note(String name, Object value) {
        noted.put(name, value);
    }

    @SuppressWarnings("unchecked")
    <T> T noted(String name) {
        return (T) noted.get(name);
    }

    /** The id of a topic that was created in this comparison. */
    Uuid topicId(String topic) {
        return noted(topic);
    }

    /** A response by Kafka's own JSON converter. */
    static JsonNode json(ApiMessage answer, short version) {
        if (answer == null) return CLOSED;
        try {
            return (JsonNode) Class.forName(answer.getClass().getName() + "JsonConverter")
                    .getMethod("write", answer.getClass(), short.class)
                    .invoke(null, answer, version);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
