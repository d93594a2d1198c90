package io.letterbox.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.error.ErrorCode;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Consumer;

/** Reads the small JSON objects that administrative requests carry. Owned by the connection's event loop. */
public final class JsonBody {
    private final RoutingContext context;
    private final int maxBytes;
    private final Buffer body = Buffer.buffer();
    private boolean refused;

    private JsonBody(RoutingContext context, int maxBytes) {
        this.context = context;
        this.maxBytes = maxBytes;
    }

    /**
     * Reads the body and goes on with it; call within the routing handler, before anything asynchronous. No body at all
     * is an empty object. A body that is too long or no JSON object is answered here, and so is a failure of what comes
     * next.
     *
     * @param maxBytes a longer body is refused while it arrives
     */
    public static void read(RoutingContext context, int maxBytes, Consumer<ObjectNode> then) {
        JsonBody reader = new JsonBody(context, maxBytes);
        HttpServerRequest request = context.request();
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
        Vertx vertx = context.vertx();
        Refusal.send(
                vertx,
                context.request(),
                Problem.of(ErrorCode.REQUEST_TOO_LARGE, "The body is larger than " + maxBytes + " bytes."));
    }

    private void onEnd(Consumer<ObjectNode> then) {
        if (refused) return;
        try {
            then.accept(body.length() == 0 ? Json.MAPPER.createObjectNode() : Json.parseObject(body));
        } catch (RuntimeException failure) {
            Problem.send(context, failure);
        }
    }
}
