package io.letterbox.kafka;

import io.letterbox.access.Principal;
import io.letterbox.entrance.AcceptedConnection;
import io.letterbox.ingress.Transfers;
import io.letterbox.kafka.RequestDecoder.Decoded;
import io.letterbox.kafka.api.ApiHandler;
import io.letterbox.kafka.api.ApiSupport;
import io.letterbox.kafka.api.KafkaClient;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.kafka.api.KafkaResponse;
import io.letterbox.kafka.api.ResponseParts;
import io.letterbox.telemetry.Connections;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.flush.FlushConsolidationHandler;
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
 * The connection of one client. Requests are answered in the order in which they arrived. Produce requests may be
 * pipelined, because the shards keep their order; every other request begins when those before it have been answered,
 * which is how Kafka behaves, and which keeps one client from holding more than one response in memory.
 *
 * <p>Reading stops, which slows the client down through TCP, while a request may not begin yet, while the budget has no
 * room for its bytes, or while the client does not read its responses. Owned by the connection's event loop.
 */
final class KafkaConnection implements KafkaClient, Transfers.Transfer {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaConnection.class);

    /** Produce requests that may be in flight at the same time; kafka-clients sends 5, librdkafka more. */
    static final int MAX_PIPELINED = 128;

    /** Messages that are written to the socket together at the most. */
    private static final int MAX_UNFLUSHED = 256;

    /** Requests that wait for others and need no answer when the server stops: the client sends them again. */
    private static final Set<ApiKeys> PATIENT = Set.of(ApiKeys.FETCH, ApiKeys.JOIN_GROUP, ApiKeys.SYNC_GROUP);

    private static final String UNKNOWN = "unknown";

    private final NetSocketInternal socket;
    private final Context context;
    private final KafkaEventLoop loop;
    private final String host;
    private final FrameAssembler frames = new FrameAssembler();
    private final ArrayDeque<PendingRequest> pending = new ArrayDeque<>();
    private final Connections.OpenConnection seen;
    private final List<Runnable> closeActions = new ArrayList<>();

    /** The principal of all requests; anonymous, because there is no authentication yet. */
    private final Principal principal = Principal.ANONYMOUS;

    private String softwareName = UNKNOWN;
    private String softwareVersion = UNKNOWN;

    private ConnectionState state = ConnectionState.SERVING;
    private FrameIntake intake = FrameIntake.BETWEEN;
    private Flow flow = Flow.FLOWING;

    /** Bytes from the socket that have not been read yet. */
    private ByteBuf input = Unpooled.EMPTY_BUFFER;

    /** Whether the socket passes on the bytes that arrive. */
    private enum Flow {
        FLOWING,
        /** The socket is paused, because a request has to wait. */
        PAUSED,
        /** The waiting request is tried again; the socket is still paused. */
        RESUMING
    }

    /** The outcome of one step of reading. */
    private enum ReadOutcome {
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

    /** Starts to read. */
    void start() {
        loop.opened(this);
        // A group commit answers several requests of a producer at once: one write, and one wake-up of the client.
        socket.channelHandlerContext().pipeline().addFirst(new FlushConsolidationHandler(MAX_UNFLUSHED, true));
        socket.drainHandler(drained -> readOn());
        socket.exceptionHandler(broken -> LOG.debug("{}: {}", host, broken.toString()));
        socket.messageHandler(this::onMessage);
    }

    private void onMessage(Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (!state.reads()) {
            bytes.release();
            return;
        }
        input = bytes;
        read();
    }

    /** Reads on if reading had to stop. */
    void readOn() {
        if (flow != Flow.PAUSED || !state.reads()) return;
        flow = Flow.RESUMING;
        read();
    }

    private void read() {
        ReadOutcome step = ReadOutcome.BEGUN;
        try {
            while (state.reads() && step == ReadOutcome.BEGUN) step = next();
        } catch (InvalidRequestException refused) {
            refuse(refused.getMessage());
        } finally {
            if (flow == Flow.RESUMING) flow = Flow.PAUSED;
        }
        if (step == ReadOutcome.HAS_TO_WAIT) {
            pause();
        } else if (state.reads()) {
            releaseInput();
            resume();
        }
    }

    private ReadOutcome next() {
        if (!frames.readPrefix(input)) return ReadOutcome.NEEDS_BYTES;
        if (!intake.isOpen()) {
            loop.limits().check(frames.length(), frames.apiKey());
            int bytes = loop.limits().budgetBytes(frames.length(), frames.apiKey());
            if (!loop.tryAcquire(this, bytes)) return ReadOutcome.HAS_TO_WAIT;
            intake = intake.open(bytes);
            frames.open();
        }
        if (!frames.fill(input)) {
            setIntake(intake.missing());
            return ReadOutcome.NEEDS_BYTES;
        }
        setIntake(intake.whole());
        if (!mayBegin(frames.apiKey())) return ReadOutcome.HAS_TO_WAIT;
        begin(frames.take());
        return ReadOutcome.BEGUN;
    }

    private void setIntake(FrameIntake next) {
        if (next.isWatched() && !intake.isWatched()) loop.uploads().add(this, System.nanoTime());
        if (!next.isWatched() && intake.isWatched()) loop.uploads().remove(this);
        intake = next;
    }

    private boolean mayBegin(short apiKey) {
        if (!state.begins() || socket.writeQueueFull()) return false;
        if (pending.isEmpty()) return true;
        // All requests in flight are of the same kind, because other kinds begin only when none is.
        boolean produces = pending.peek().request.api() == ApiKeys.PRODUCE;
        return produces && apiKey == ApiKeys.PRODUCE.id && pending.size() < MAX_PIPELINED;
    }

    private void begin(byte[] frame) {
        // If the frame is malformed, its bytes of the budget are returned when the connection is closed.
        Decoded request = RequestDecoder.decodeFew(frame);
        AcceptedConnection.onFirstRequest(socket.channelHandlerContext().channel());
        int held = intake.heldBytes();
        intake = intake.taken();
        if (request != null) {
            begin(request, held);
            return;
        }
        state = state.decodesElsewhere();
        loop.decoder()
                .executeBlocking(() -> RequestDecoder.decode(frame), false)
                .onComplete(outcome -> onDecoded(outcome, held));
    }

    private void onDecoded(AsyncResult<Decoded> outcome, int held) {
        state = state.decoded();
        if (outcome.failed() || !state.reads()) {
            loop.budget().release(held);
            if (state.reads()) refuse(outcome.cause().getMessage());
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
            // A client that asks for a newer version has to learn the supported ones (KIP-511).
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
        if (request.body() instanceof ApiVersionsRequestData introduction) setSoftware(introduction);
        try {
            String excess = loop.requestLimits().refuse(request.api(), request.body());
            if (excess != null) return Future.failedFuture(new InvalidRequestException(excess));
            return handler.handle(new KafkaRequest(
                    request.api(), request.version(), request.clientId(), principal, request.body(), this));
        } catch (RuntimeException | StackOverflowError | AssertionError failure) {
            return Future.failedFuture(failure);
        }
    }

    /**
     * Takes the client's software name and version (KIP-511); they are written to the log, so they have to be valid.
     */
    private void setSoftware(ApiVersionsRequestData introduction) {
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
            if (!state.isOpen()) request.response.discard();
            while (state.isOpen() && !pending.isEmpty() && pending.peek().response != null) answer(pending.remove());
        } catch (InvalidRequestException impossible) {
            refuse(impossible.getMessage());
        } catch (RuntimeException | StackOverflowError | AssertionError failure) {
            // A response that cannot be written would block all responses behind it.
            LOG.error("An answer to {} could not be written", request.request.api(), failure);
            end();
        }
        if (state.drains()) closeWhenQuiet();
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
        loop.recordLatency(request.api(), System.nanoTime() - answered.startNanos);
    }

    private List<Object> encode(PendingRequest answered, ApiMessage body) {
        Decoded request = answered.request;
        loop.countErrors(request.api(), body, answered.responseVersion);
        ResponseHeaderData header = new ResponseHeaderData().setCorrelationId(request.correlationId());
        return ResponseParts.encode(
                socket.channelHandlerContext().alloc(),
                header,
                request.api().responseHeaderVersion(answered.responseVersion),
                body,
                answered.responseVersion);
    }

    /**
     * Closes a connection that does not speak the protocol. Logs that as a warning, but not for each of a thousand
     * connections.
     */
    private void refuse(String why) {
        Level level = loop.countRefused(host) ? Level.WARN : Level.DEBUG;
        LOG.atLevel(level)
                .log("Closed the Kafka connection of {} (client {} {}): {}", host, softwareName, softwareVersion, why);
        end();
    }

    private void end() {
        state = state.close();
        loop.stopWaiting(this);
        releaseInput();
        socket.close();
    }

    private void pause() {
        if (flow == Flow.PAUSED) return;
        flow = Flow.PAUSED;
        // Otherwise the socket is read for a while longer, and every waiting client's bytes would be held here.
        socket.channelHandlerContext().channel().config().setAutoRead(false);
        socket.pause();
    }

    private void resume() {
        if (flow == Flow.FLOWING) return;
        flow = Flow.FLOWING;
        socket.channelHandlerContext().channel().config().setAutoRead(true);
        socket.resume();
    }

    private void releaseInput() {
        input.release();
        input = Unpooled.EMPTY_BUFFER;
    }

    /** Cleans up after the client has disconnected. Its requests are still carried out, without a response. */
    void onClosed() {
        if (!state.isOpen()) return;
        state = state.closed();
        loop.closed(this);
        seen.close();
        loop.uploads().remove(this);
        loop.budget().release(intake.heldBytes());
        intake = FrameIntake.BETWEEN;
        releaseInput();
        // Lets the socket hand over what it still holds, so that it is released.
        if (flow != Flow.FLOWING) socket.resume();
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

    /** Closes the connection as soon as its requests are answered; no new request begins. */
    void drain() {
        state = state.drain();
        closeWhenQuiet();
    }

    private void closeWhenQuiet() {
        if (state.reads() && pending.stream().allMatch(request -> PATIENT.contains(request.request.api()))) end();
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
        return state.isOpen();
    }

    @Override
    public Runnable onClose(Runnable action) {
        if (!state.isOpen()) {
            action.run();
            return () -> {};
        }
        closeActions.add(action);
        return () -> closeActions.remove(action);
    }
}
