package io.letterbox.cluster.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.audit.Actor;
import io.letterbox.bus.ClusterStatus;
import io.letterbox.bus.Metadata;
import io.letterbox.cluster.PeerRequestKind;
import io.letterbox.cluster.Peers;
import io.letterbox.cluster.SimPeers;
import io.letterbox.cluster.TestPeers;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClusterSurveyTest {
    private static final Metadata METADATA = new Metadata() {
        private final ClusterImage image = TestReports.image(2);

        @Override
        public ClusterImage image() {
            return image;
        }

        @Override
        public Future<Reply> propose(Command command, Actor by) {
            throw new AssertionError(command);
        }

        @Override
        public void onChange(Consumer<ClusterImage> listener) {
            throw new AssertionError();
        }
    };

    private final Vertx vertx = Vertx.vertx();
    private final SimPeers network = SimPeers.direct();
    private final Map<Integer, Peers> peers = new HashMap<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final ClusterReports reports = TestReports.reports(Map.of());

    private record Self(NodeReport report, AtomicInteger asked) implements ClusterSurvey.Self {
        @Override
        public NodeReport report() {
            asked.incrementAndGet();
            return report;
        }

        @Override
        public Map<Integer, Long> clocksAheadMs() {
            return Map.of();
        }

        @Override
        public List<String> troubles() {
            return List.of("trouble");
        }
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(30, TimeUnit.SECONDS);
    }

    private ClusterSurvey node(int node) {
        Peers joined = network.join(TestPeers.peer(node));
        peers.put(node, joined);
        return new ClusterSurvey(
                vertx, joined, METADATA, new Self(reports.answers().get(node), asked));
    }

    private static <T> T now(Future<T> future) throws Exception {
        return future.await(30, TimeUnit.SECONDS);
    }

    @Test
    void asksAllAndPutsTheAnswersTogether() throws Exception {
        ClusterSurvey first = node(1);
        node(2);
        node(3);
        assertThat(now(first.status())).isEqualTo(ClusterPicture.of(METADATA.image(), reports, Map.of()));
        assertThat(asked).hasValue(3);
        assertThat(now(first.reasonsNotToStop())).isEmpty();
        assertThat(asked).as("each question is asked anew").hasValue(6);
        assertThat(first.troubles()).containsExactly("trouble");
    }

    @Test
    void namesWhoDoesNotAnswerAndWaitsNoLonger() throws Exception {
        ClusterSurvey first = node(1);
        node(2);
        node(3);
        network.cut(1, 3);
        Future<ClusterStatus> status = first.status();
        Future<List<String>> stop = first.reasonsNotToStop();
        network.advance(ClusterSurvey.ANSWER_MS - 1);
        assertThat(status.isComplete()).isFalse();
        network.advance(1);
        assertThat(now(status).problems()).contains("Node 3 does not answer: nothing came within 2 s.");
        assertThat(now(stop)).hasSize(4);
        assertThat(asked).as("who asks meanwhile gets the same answers").hasValue(2);
    }

    @Test
    void whoIsNotThereIsNotWaitedFor() throws Exception {
        ClusterSurvey first = node(1);
        assertThat(now(first.status()).problems())
                .contains(
                        "Node 2 does not answer: it cannot be reached.",
                        "Node 3 does not answer: it cannot be reached.");
    }

    @Test
    void aReportThatCannotBeReadIsNamed() throws Exception {
        ClusterSurvey first = node(1);
        node(2);
        node(3);
        peers.get(2).answer(PeerRequestKind.NODE_REPORT, request -> Future.succeededFuture(Buffer.buffer("{}")));
        assertThat(now(first.status()).problems())
                .contains("Node 2 does not answer: its report cannot be read: something is missing, or is not what it"
                        + " should be.");
    }
}
