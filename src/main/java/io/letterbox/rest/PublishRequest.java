package io.letterbox.rest;

import io.letterbox.access.Principal;
import io.letterbox.audit.Actor;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.EarlyRefusal;
import io.letterbox.http.HttpActor;
import io.letterbox.http.Problem;
import io.letterbox.http.RequestPrincipal;
import io.letterbox.ingress.ByteBudget;
import io.letterbox.ingress.Transfers;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;

/**
 * One publish, from its head to its answer. It ends exactly once, by whatever happens first: it is answered, refused
 * while its body arrives, or abandoned by its client; then it returns its bytes to the budget. Records that were sent
 * to a shard are written even if the client has gone. Owned by one event loop.
 */
final class PublishRequest implements Transfers.Transfer {
    /** The header of an answer to a repeated request: nothing was written this time. */
    private static final CharSequence REPLAYED = HttpHeaders.createOptimized("Idempotent-Replayed");

    private final Publisher publisher;
    private final HttpServerRequest request;
    private final String topic;
    private final PublishHead head;
    private final boolean routed;

    /** The body as received; after decompression, the decompressed one. */
    private BodySink body;

    private final long startNanos = System.nanoTime();
    private boolean over;
    private boolean replayed;
    private boolean watched;

    /** @param routed whether the router handles the request, and so meters its answer */
    PublishRequest(Publisher publisher, HttpServerRequest request, String topic, PublishHead head, boolean routed) {
        this.publisher = publisher;
        this.request = request;
        this.topic = topic;
        this.head = head;
        this.routed = routed;
        int limitBytes = publisher.limits().requestBytes();
        ByteBudget budget = publisher.backend().budget();
        this.body = head.coding == null ? new BodySink(budget, limitBytes) : BodySink.compressed(budget, limitBytes);
    }

    /** The principal that publishes. */
    Principal principal() {
        return RequestPrincipal.of(request);
    }

    /** The client, for the audit log. */
    Actor actor() {
        return HttpActor.of(request, publisher.backend().config().http());
    }

    /** Starts to read the body. */
    void read() {
        try {
            body.expect(head.contentLength);
        } catch (ApiException refusal) {
            refuse(refusal);
            return;
        }
        request.exceptionHandler(gone -> end());
        request.handler(this::onChunk);
        request.endHandler(arrived -> onBody());
        if (head.expectsContinue && request.version() != HttpVersion.HTTP_1_0)
            request.response().writeContinue();
    }

    private void onChunk(Buffer chunk) {
        if (over) return;
        try {
            body.append(chunk);
        } catch (ApiException refusal) {
            refuse(refusal);
            return;
        }
        if (!watched && head.contentLength != body.length()) {
            watched = true;
            publisher.uploads().add(this, System.nanoTime());
        }
    }

    private void onBody() {
        if (watched) publisher.uploads().remove(this);
        if (over) return;
        if (head.coding == null) publisher.publish(this);
        else decode();
    }

    /** Decompresses the body. Runs on a worker, because a small body may decompress to a large one. */
    private void decode() {
        BodySink compressed = body;
        BodySink whole =
                new BodySink(publisher.backend().budget(), publisher.limits().requestBytes());
        publisher
                .vertx()
                .executeBlocking(() -> {
                    head.coding.decode(compressed.array(), compressed.offset(), compressed.length(), whole::append);
                    return whole;
                })
                .onComplete(decoded -> {
                    if (over || decoded.failed()) whole.release();
                    if (over) return;
                    if (decoded.failed()) {
                        refuse(decoded.cause());
                        return;
                    }
                    compressed.release();
                    body = whole;
                    publisher.publish(this);
                });
    }

    /** Ends the request, because its body takes too long to arrive. */
    @Override
    public void expire() {
        if (over) return;
        refuse(new ApiException(ErrorCode.REQUEST_TIMEOUT, "The body did not arrive in time."));
    }

    /** Whether it has been answered, or its client has gone. */
    boolean isOver() {
        return over;
    }

    String topic() {
        return topic;
    }

    PublishHead head() {
        return head;
    }

    BodySink body() {
        return body;
    }

    long startNanos() {
        return startNanos;
    }

    /** Marks the answer as a replay: all records of the request had been written before. */
    void replayed() {
        replayed = true;
    }

    /** Answers the request; if the client has gone, only ends it. */
    void answer(int status, CharSequence contentType, Buffer document) {
        if (over) return;
        HttpServerResponse response = request.response();
        if (!response.closed()) {
            if (status != 200) response.setStatusCode(status);
            if (replayed) response.putHeader(REPLAYED, "true");
            response.headers().add(HttpHeaders.CONTENT_TYPE, contentType);
            response.end(document);
        }
        if (!routed) publisher.answered(startNanos, status);
        end();
    }

    /** The problem document for a failure. */
    Problem problem(Throwable failure) {
        boolean keyed = head.producer != null && head.producer.isKeyed();
        return Problem.of(keyed ? IdempotencyKey.refusal(failure) : failure);
    }

    /** Answers with the problem for a failure. */
    void refuse(Throwable failure) {
        if (over) return;
        Problem problem = problem(failure);
        EarlyRefusal.send(publisher.vertx(), request, problem);
        if (!routed) publisher.answered(startNanos, problem.code().httpStatus());
        end();
    }

    private void end() {
        if (over) return;
        over = true;
        if (watched) publisher.uploads().remove(this);
        body.release();
    }
}
