package io.letterbox.kafka;

import io.letterbox.entrance.Guest;
import io.letterbox.ingress.Transfers;
import io.letterbox.kafka.RequestDecoder.Decoded;
import io.letterbox.telemetry.Connections;
import io.netty.buffer.ByteBuf;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.internal.net.NetSocketInternal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One client. Its requests are answered in the order in which they came. Produce requests may follow each other without
 * waiting, because the shards keep their order; every other request waits until those before it are answered, which is what
 * clients know from Kafka and what keeps one client from holding more than one answer in memory.
 *
 * <p>Reading stops (and with it the client, through TCP) while a request may not begin yet, while the budget has no room for
 * its bytes, or while the client does not take its answers. Owned by the connection's event loop.
 */
final class KafkaConnection implements KafkaClient, Transfers.Transfer {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaConnection.class);

    /** Produce requests that may be under way at the same time; kafka-clients sends 5, librdkafka more. */
    static final int MAX_PIPELINED = 128;

    /** Requests that wait for others, and are lost without harm: the client asks the next node, or this one again. */
    private static final Set<ApiKeys> PATIENT = Set.of(ApiKeys.FETCH, ApiKeys.JOIN_GROUP, ApiKeys.SYNC_GROUP);

    private static final String UNKNOWN = "unknown";

    private final NetSocketInternal socket;
    private final Context context;
    private final KafkaEventLoop loop;
    private final String host;
    private final FrameAssembler frames = new FrameAssembler();
    private final ArrayDeque<PendingRequest> pending = new ArrayDeque<>();
    private final Connections.Entry seen;
    private final List<Runnable> closeActions = new ArrayList<>();

    private String softwareName = UNKNOWN;
    private String softwareVersion = UNKNOWN;

    /** What the socket gave and was not read yet; null where all was read. */
    private ByteBuf input;

    /** What the frame that is being put together holds of the budget. */
    private int heldBytes;

    private boolean uploading;
    private boolean reading;
    private boolean paused;
    private boolean draining;

    /** Whether a frame is read elsewhere, because it has very many fields; nothing begins meanwhile. */
    private boolean decoding;

    /** False as soon as the connection is being closed; then nothing is read any more. */
    private boolean alive = true;

    /** False when it is closed. */
    private boolean open = true;

    /** What reading came to. */
    private enum Step {
        BEGUN,
        NEEDS_BYTES,
        HAS_TO_WAIT
    }

    KafkaConnection(NetSocketInternal socket, Context context, KafkaEventLoop loop) {
        this.socket = socket;
        this.context = context;
        this.loop = loop;
        this.host = socket.remoteAddress().hostAddress();
        this.seen = loop.seen(host);
    }

    /** Begins to read. */
    void start() {
        loop.opened(this);
        socket.drainHandler(drained -> readOn());
        socket.exceptionHandler(broken -> LOG.debug("{}: {}", host, broken.toString()));
        socket.messageHandler(this::onMessage);
    }

    private void onMessage(Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (!alive) {
            bytes.release();
            return;
        }
        input = bytes;
        read();
    }

    /** Goes on where reading had to stop. */
    void readOn() {
        if (paused && !reading && alive) read();
    }

    private void read() {
        reading = true;
        Step step = Step.BEGUN;
        try {
            while (alive && step == Step.BEGUN) step = next();
        } catch (InvalidRequestException refused) {
            refuse(refused.getMessage());
        } finally {
            reading = false;
        }
        if (step == Step.HAS_TO_WAIT) {
            pause();
        } else if (alive) {
            releaseInput();
            resume();
        }
    }

    private Step next() {
        if (!frames.readPrefix(input)) return Step.NEEDS_BYTES;
        if (!frames.isOpen()) {
            loop.limits().check(frames.length(), frames.apiKey());
            int bytes = loop.limits().budgetBytes(frames.length(), frames.apiKey());
            if (!loop.tryAcquire(this, bytes)) return Step.HAS_TO_WAIT;
            heldBytes = bytes;
            frames.open();
        }
        if (!frames.fill(input)) {
            if (!uploading) loop.uploads().add(this, System.nanoTime());
            uploading = true;
            return Step.NEEDS_BYTES;
        }
        // It is whole: however long it waits for its turn now, the client is not to blame.
        if (uploading) loop.uploads().remove(this);
        uploading = false;
        if (!mayBegin(frames.apiKey())) return Step.HAS_TO_WAIT;
        begin(frames.take());
        return Step.BEGUN;
    }

    private boolean mayBegin(short apiKey) {
        if (draining || decoding || socket.writeQueueFull()) return false;
        if (pending.isEmpty()) return true;
        // What is under way is all of one kind, because others begin only when nothing is.
        boolean produces = pending.peek().request.api() == ApiKeys.PRODUCE;
        return produces && apiKey == ApiKeys.PRODUCE.id && pending.size() < MAX_PIPELINED;
    }

    private void begin(byte[] frame) {
        Decoded request = RequestDecoder.decodeFew(frame);
        Guest.spoke(socket.channelHandlerContext().channel());
        int held = heldBytes;
        heldBytes = 0;
        if (request != null) {
            begin(request, held);
            return;
        }
        decoding = true;
        loop.decoder()
                .executeBlocking(() -> RequestDecoder.decode(frame), false)
                .onComplete(outcome -> onDecoded(outcome, held));
    }

    private void onDecoded(AsyncResult<Decoded> outcome, int held) {
        decoding = false;
        if (outcome.failed() || !alive) {
            loop.budget().release(held);
            if (alive) refuse(outcome.cause().getMessage());
            return;
        }
        if (!loop.requestLimits().knows(outcome.result().api())) {
            loop.budget().release(held);
            refuse("no client sends " + outcome.result().api() + " with more than " + RequestDecoder.FEW_FIELDS
                    + " fields");
            return;
        }
        begin(outcome.result(), held);
        readOn();
    }

    private void begin(Decoded request, int heldBytes) {
        seen.client(request.clientId());
        seen.requested(request.api().name);
        int held = heldBytes;
        if (request.api() != ApiKeys.PRODUCE) {
            loop.budget().release(held);
            held = 0;
        }
        ApiSupport support = loop.table().find(request.api());
        boolean served = support != null && support.serves(request.version()) && request.body() != null;
        if (!served && request.api() == ApiKeys.API_VERSIONS) {
            // Whoever asks for a version of the future still has to learn ours (KIP-511).
            enqueue(
                    new PendingRequest(request, (short) 0, held),
                    Future.succeededFuture(KafkaResponse.of(ApiVersionsApi.versionRefusal())));
            return;
        }
        PendingRequest next = new PendingRequest(request, request.version(), held);
        enqueue(
                next,
                served
                        ? handle(support.handler(), request)
                        : Future.failedFuture(Errors.UNSUPPORTED_VERSION.exception()));
    }

    private Future<KafkaResponse> handle(ApiHandler handler, Decoded request) {
        if (request.body() instanceof ApiVersionsRequestData introduction) introduce(introduction);
        try {
            String excess = loop.requestLimits().refuse(request.api(), request.body());
            if (excess != null) return Future.failedFuture(new InvalidRequestException(excess));
            return handler.handle(
                    new KafkaRequest(request.api(), request.version(), request.clientId(), request.body(), this));
        } catch (RuntimeException | StackOverflowError | AssertionError failure) {
            return Future.failedFuture(failure);
        }
    }

    /** Clients say what they are from version 3 on (KIP-511); it ends up in the log, so it has to be a name. */
    private void introduce(ApiVersionsRequestData introduction) {
        if (!ApiVersionsApi.isSoftware(introduction)) return;
        softwareName = introduction.clientSoftwareName();
        softwareVersion = introduction.clientSoftwareVersion();
        seen.software(softwareName + " " + softwareVersion);
    }

    private void enqueue(PendingRequest request, Future<KafkaResponse> response) {
        pending.add(request);
        response.onComplete(outcome -> finish(request, outcome));
    }

    private void finish(PendingRequest request, AsyncResult<KafkaResponse> outcome) {
        loop.budget().release(request.heldBytes);
        try {
            request.response = outcome.succeeded() ? outcome.result() : failed(request.request, outcome.cause());
            if (!open) request.response.discard();
            while (open && !pending.isEmpty() && pending.peek().response != null) answer(pending.remove());
        } catch (InvalidRequestException impossible) {
            refuse(impossible.getMessage());
        } catch (RuntimeException | StackOverflowError | AssertionError failure) {
            // An answer that cannot be written would keep all that follow it waiting.
            LOG.error("An answer to {} could not be written", request.request.api(), failure);
            end();
        }
        if (draining) closeWhenQuiet();
        readOn();
    }

    private KafkaResponse failed(Decoded request, Throwable failure) {
        Errors error = ErrorResponses.errorOf(failure, request.api());
        String sentence = ErrorResponses.sentence(failure);
        ApiMessage body = ErrorResponses.to(request.api(), request.version(), request.body(), error, sentence);
        return body == null ? KafkaResponse.NONE : KafkaResponse.of(body);
    }

    private void answer(PendingRequest answered) {
        Decoded request = answered.request;
        KafkaResponse response = answered.response;
        if (response instanceof KafkaResponse.Message message) {
            encode(answered, message.body()).forEach(socket::writeMessage);
        } else if (response instanceof KafkaResponse.Bulk bulk) {
            encode(answered, bulk.body()).forEach(socket::writeMessage);
        } else if (response instanceof KafkaResponse.Disconnect) {
            end();
        } else if (!(response instanceof KafkaResponse.None)) {
            throw new AssertionError(response);
        }
        loop.answered(request.api(), System.nanoTime() - answered.startNanos);
    }

    private List<Object> encode(PendingRequest answered, ApiMessage body) {
        Decoded request = answered.request;
        loop.answering(request.api(), body, answered.responseVersion);
        ResponseHeaderData header = new ResponseHeaderData().setCorrelationId(request.correlationId());
        return ResponseParts.encode(
                socket.channelHandlerContext().alloc(),
                header,
                request.api().responseHeaderVersion(answered.responseVersion),
                body,
                answered.responseVersion);
    }

    /** Ends a connection that means nothing, with the one line that somebody looks for, but not for each of a thousand. */
    private void refuse(String why) {
        Level level = loop.refused(host) ? Level.WARN : Level.DEBUG;
        LOG.atLevel(level)
                .log("Closed the Kafka connection of {} (client {} {}): {}", host, softwareName, softwareVersion, why);
        end();
    }

    private void end() {
        alive = false;
        loop.stopWaiting(this);
        releaseInput();
        socket.close();
    }

    private void pause() {
        if (paused) return;
        paused = true;
        // Else the socket is read on for a while and the bytes lie here, for every client that has to wait.
        socket.channelHandlerContext().channel().config().setAutoRead(false);
        socket.pause();
    }

    private void resume() {
        if (!paused) return;
        paused = false;
        socket.channelHandlerContext().channel().config().setAutoRead(true);
        socket.resume();
    }

    private void releaseInput() {
        if (input != null) input.release();
        input = null;
    }

    /** The client is gone. What it sent is still carried out; nobody is told. */
    void onClosed() {
        if (!open) return;
        open = false;
        alive = false;
        loop.closed(this);
        seen.close();
        loop.uploads().remove(this);
        loop.budget().release(heldBytes);
        heldBytes = 0;
        releaseInput();
        // Lets the socket hand over what it still holds, so that it is released.
        if (paused) socket.resume();
        for (PendingRequest unanswered : pending) {
            if (unanswered.response != null) unanswered.response.discard();
        }
        List.copyOf(closeActions).forEach(Runnable::run);
        closeActions.clear();
    }

    @Override
    public void expire() {
        refuse("a request did not come to its end within " + Transfers.MAX_SECONDS + " s");
    }

    /** Ends the connection as soon as what matters is answered; nothing new begins. */
    void drain() {
        draining = true;
        closeWhenQuiet();
    }

    private void closeWhenQuiet() {
        if (alive && pending.stream().allMatch(request -> PATIENT.contains(request.request.api()))) end();
    }

    @Override
    public String host() {
        return host;
    }

    @Override
    public String softwareName() {
        return softwareName;
    }

    @Override
    public String softwareVersion() {
        return softwareVersion;
    }

    @Override
    public Context context() {
        return context;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public Runnable onClose(Runnable action) {
        if (!open) {
            action.run();
            return () -> {};
        }
        closeActions.add(action);
        return () -> closeActions.remove(action);
    }
}
