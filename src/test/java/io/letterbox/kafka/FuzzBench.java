package io.letterbox.kafka;

import com.sun.management.ThreadMXBean;
import io.letterbox.access.Principal;
import io.letterbox.kafka.RequestDecoder.Decoded;
import io.letterbox.kafka.api.ApiSupport;
import io.letterbox.kafka.api.KafkaClient;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.kafka.api.KafkaResponse;
import io.letterbox.kafka.api.ResponseParts;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * Runs frames through the server's decoder and its handlers on one event loop, and checks the memory and the response
 * of each. Owned by that loop; the figures are read when it is idle.
 */
final class FuzzBench implements KafkaClient {
    /**
     * The memory that a request may take in addition to its own size: buffers of decoders, the objects of a response.
     */
    private static final long FIXED_BYTES = 512 << 10;

    /**
     * The memory of the smallest element of a list: one byte of the frame, and some objects with their slots in lists.
     */
    private static final long BYTES_PER_BYTE = 250;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final ApiTable table;
    private final Context context;
    private final List<Runnable> closeActions = new ArrayList<>();

    final List<String> failures = new ArrayList<>();
    int refused;
    int unsupported;
    int handled;
    int waiting;

    /** The most memory that one frame took beyond what its length explains, in bytes. */
    long mostFixedBytes;

    FuzzBench(ApiTable table, Context context) {
        this.table = table;
        this.context = context;
    }

    /** Discards the figures of the warm-up, in which classes are loaded and caches are filled. */
    void startCounting() {
        failures.clear();
        refused = 0;
        unsupported = 0;
        handled = 0;
        mostFixedBytes = 0;
    }

    /** @return the bytes that this thread has allocated for the frame */
    long take(String name, byte[] frame) {
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            handle(name, frame);
        } catch (InvalidRequestException meaningless) {
            refused++; // The connection is closed with a log message.
        } catch (RuntimeException | Error failure) {
            failures.add(name + ": " + failure);
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    /** As take, and fails if a frame takes more memory than its length explains. */
    void takeWithin(String name, byte[] frame) {
        long allocated = take(name, frame);
        mostFixedBytes = Math.max(mostFixedBytes, allocated - BYTES_PER_BYTE * frame.length);
        if (allocated > FIXED_BYTES + BYTES_PER_BYTE * frame.length) {
            failures.add(name + ": " + allocated + " bytes for a frame of " + frame.length);
        }
    }

    private void handle(String name, byte[] frame) {
        Decoded request = RequestDecoder.decode(frame);
        ApiSupport support = table.find(request.api());
        if (request.body() == null || support == null || !support.serves(request.version())) {
            unsupported++;
            if (request.body() != null) respond(name, request, Errors.UNSUPPORTED_VERSION.exception());
            return;
        }
        handled++;
        waiting++;
        Future<KafkaResponse> response;
        try {
            response = support.handler()
                    .handle(new KafkaRequest(
                            request.api(),
                            request.version(),
                            request.clientId(),
                            Principal.ANONYMOUS,
                            request.body(),
                            this));
        } catch (RuntimeException failure) {
            response = Future.failedFuture(failure);
        }
        response.onComplete(answer -> {
            waiting--;
            if (answer.succeeded()) encode(name, request, answer.result());
            else respond(name, request, answer.cause());
        });
    }

    private void respond(String name, Decoded request, Throwable failure) {
        Errors error = ErrorResponses.errorOf(failure, request.api());
        if (error == Errors.UNKNOWN_SERVER_ERROR) failures.add(name + ", " + request.api() + ": " + failure);
        try {
            ApiMessage body = ErrorResponses.to(request.api(), request.version(), request.body(), error, null);
            if (body != null) encode(name, request, KafkaResponse.of(body));
        } catch (InvalidRequestException meaningless) {
            refused++;
        }
    }

    private void encode(String name, Decoded request, KafkaResponse response) {
        try {
            ApiMessage body = response instanceof KafkaResponse.Message message
                    ? message.body()
                    : response instanceof KafkaResponse.Bulk bulk ? bulk.body() : null;
            if (body == null) return;
            List<Object> parts = ResponseParts.encode(
                    UnpooledByteBufAllocator.DEFAULT,
                    new ResponseHeaderData(),
                    request.api().responseHeaderVersion(request.version()),
                    body,
                    request.version());
            parts.forEach(ReferenceCountUtil::release);
        } catch (RuntimeException failure) {
            failures.add(
                    name + ", " + request.api() + " in version " + request.version() + ", has no answer: " + failure);
        } finally {
            response.discard();
        }
    }

    /** Simulates a disconnect of the client: waiting requests are abandoned. */
    void disconnect() {
        List.copyOf(closeActions).forEach(Runnable::run);
        closeActions.clear();
    }

    @Override
    public String host() {
        return "127.0.0.1";
    }

    @Override
    public String softwareName() {
        return "fuzz";
    }

    @Override
    public String softwareVersion() {
        return "1";
    }

    @Override
    public Context context() {
        return context;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public Runnable onClose(Runnable action) {
        closeActions.add(action);
        return () -> closeActions.remove(action);
    }
}
