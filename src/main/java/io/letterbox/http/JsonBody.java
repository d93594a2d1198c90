package io.letterbox.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.function.Consumer;

/** Reads the small JSON objects of administrative requests. Owned by the connection's event loop. */
public final class JsonBody {
    private final RoutingContext context;
    private final int maxBytes;
    private Buffer body = Buffer.buffer();
    private ContentCoding coding;
    private boolean refused;

    private JsonBody(RoutingContext context, int maxBytes) {
        this.context = context;
        this.maxBytes = maxBytes;
    }

    /**
     * Reads the body and passes it on; to be called within the routing handler, before anything asynchronous. A missing
     * body is an empty object. A body that is too long or not a JSON object is answered here, and so is a failure of
     * {@code then}.
     *
     * @param maxBytes a longer body is refused while it arrives, or while it is decompressed
     */
    public static void read(RoutingContext context, int maxBytes, Consumer<ObjectNode> then) {
        JsonBody reader = new JsonBody(context, maxBytes);
        HttpServerRequest request = context.request();
        try {
            for (String named : request.headers().getAll(HttpHeaders.CONTENT_ENCODING)) {
                reader.coding = ContentCoding.of(reader.coding, named);
            }
        } catch (ApiException unknown) {
            EarlyRefusal.send(context.vertx(), request, Problem.of(unknown));
            return;
        }
        request.handler(reader::onChunk);
        request.endHandler(arrived -> reader.onEnd(then));
        request.exceptionHandler(gone -> reader.refused = true);
    }

    private void onChunk(Buffer chunk) {
        if (refused) return;
        if (body.length() + chunk.length() <= maxBytes) {
            body.appendBuffer(chunk);
            return;
        }
        refused = true;
        EarlyRefusal.send(context.vertx(), context.request(), Problem.of(tooLarge()));
    }

    private ApiException tooLarge() {
        return new ApiException(
                ErrorCode.REQUEST_TOO_LARGE,
                "The body is larger than " + maxBytes + " bytes.",
                Map.of(Problem.LIMIT, maxBytes));
    }

    private void onEnd(Consumer<ObjectNode> then) {
        if (refused) return;
        try {
            if (coding != null) decode();
            then.accept(body.length() == 0 ? Json.MAPPER.createObjectNode() : Json.parseObject(body));
        } catch (RuntimeException failure) {
            Problem.send(context, failure);
        }
    }

    /** Decompresses on the event loop: these bodies are short even when decompressed. */
    private void decode() {
        Buffer whole = Buffer.buffer();
        coding.decode(body.getBytes(), 0, body.length(), (bytes, count) -> {
            if (whole.length() + count > maxBytes) throw tooLarge();
            whole.appendBytes(bytes, 0, count);
        });
        body = whole;
    }
}
