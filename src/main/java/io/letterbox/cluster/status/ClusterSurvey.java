package io.letterbox.cluster.status;

import io.letterbox.bus.ClusterInspection;
import io.letterbox.bus.ClusterStatus;
import io.letterbox.bus.Metadata;
import io.letterbox.cluster.PeerException;
import io.letterbox.cluster.PeerRequestKind;
import io.letterbox.cluster.Peers;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.ClusterImage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Asks all nodes how they are, and answers other nodes that ask. Whoever asks while others do gets their answers, so
 * one node asks the others once at a time. Any thread.
 */
public final class ClusterSurvey implements ClusterInspection {
    /** A node that has not answered until then counts as one that does not. */
    static final long ANSWER_MS = 2_000;

    private final VertxInternal vertx;
    private final Peers peers;
    private final Metadata metadata;
    private final Self self;
    private final AtomicReference<Future<ClusterReports>> running = new AtomicReference<>();

    /** What this node knows by itself. Any thread. */
    public interface Self {
        /** What other nodes are told. */
        NodeReport report();

        /** By node, how far its wall clock is ahead of this node's, in milliseconds. */
        Map<Integer, Long> clocksAheadMs();

        /** See {@link ClusterInspection#troubles}. */
        List<String> troubles();
    }

    public ClusterSurvey(Vertx vertx, Peers peers, Metadata metadata, Self self) {
        this.vertx = (VertxInternal) vertx;
        this.peers = peers;
        this.metadata = metadata;
        this.self = self;
        peers.answer(PeerRequestKind.NODE_REPORT, request -> Future.succeededFuture(encoded(self.report())));
    }

    private static Buffer encoded(NodeReport report) {
        Buffer body = NodeReportCodec.encode(report);
        if (body.length() <= Peers.MAX_BODY_BYTES) return body;
        throw new ApiException(
                ErrorCode.REQUEST_TOO_LARGE,
                "Its report has " + body.length() + " bytes, more than one node sends another.");
    }

    @Override
    public Future<ClusterStatus> status() {
        return ask().map(reports -> ClusterPicture.of(metadata.image(), reports, self.clocksAheadMs()));
    }

    @Override
    public Future<List<String>> reasonsNotToStop() {
        return ask().map(reports ->
                StopCheck.reasons(metadata.image(), reports, peers.self().node()));
    }

    @Override
    public List<String> troubles() {
        return self.troubles();
    }

    private Future<ClusterReports> ask() {
        Promise<ClusterReports> mine = vertx.getOrCreateContext().promise();
        Promise<ClusterReports> shared = Promise.promise();
        while (true) {
            Future<ClusterReports> asking = running.get();
            if (asking != null) {
                asking.onComplete(mine);
                return mine.future();
            }
            if (running.compareAndSet(null, shared.future())) break;
        }
        shared.future().onComplete(done -> running.set(null)).onComplete(mine);
        askAll().onComplete(shared);
        return mine.future();
    }

    private Future<ClusterReports> askAll() {
        ClusterImage image = metadata.image();
        int own = peers.self().node();
        Map<Integer, Future<NodeReport>> asked = new TreeMap<>();
        for (int node : image.nodes().keySet()) {
            if (node == own) continue;
            asked.put(
                    node,
                    peers.ask(node, PeerRequestKind.NODE_REPORT, Buffer.buffer(), ANSWER_MS)
                            .map(NodeReportCodec::decode));
        }
        return Future.join(new ArrayList<>(asked.values())).transform(done -> {
            Map<Integer, NodeReport> answers = new TreeMap<>();
            Map<Integer, String> silent = new TreeMap<>();
            answers.put(own, self.report());
            asked.forEach((node, answer) -> {
                if (answer.succeeded()) answers.put(node, answer.result());
                else silent.put(node, why(answer.cause()));
            });
            return Future.succeededFuture(new ClusterReports(answers, silent));
        });
    }

    /** Half a sentence. */
    private static String why(Throwable failure) {
        if (failure instanceof PeerException peer)
            return peer.mayBeDone() ? "nothing came within " + ANSWER_MS / 1_000 + " s" : "it cannot be reached";
        String message = String.valueOf(failure.getMessage());
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }
}
