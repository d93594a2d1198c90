package io.letterbox.cluster.port;

import static io.letterbox.cluster.TestPeers.peer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.letterbox.cluster.BirthReport;
import io.letterbox.cluster.PeerException;
import io.letterbox.cluster.Probe;
import io.letterbox.metadata.Endpoint;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PortConnectionTest {
    private static final Probe ONE = new Probe(peer(1), List.of(1, 2), BirthReport.SEEKING, 0, List.of());
    private static final Probe TWO = new Probe(peer(2), List.of(1, 2), BirthReport.SEEKING, 0, List.of());

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final AtomicLong nowMs = new AtomicLong();
    private final List<Probe> seen = new CopyOnWriteArrayList<>();
    private final List<String> refusals = new CopyOnWriteArrayList<>();
    private final List<String> ends = new CopyOnWriteArrayList<>();
    private final List<Frame> asked = new CopyOnWriteArrayList<>();
    private final List<NetSocket> accepted = new CopyOnWriteArrayList<>();
    private volatile boolean answers = true;
    private NetServer server;
    private PortConnection connection;

    private final PortConnection.Listener listener = new PortConnection.Listener() {
        @Override
        public void probed(Endpoint address, Probe probe, long roundTripMs) {
            seen.add(probe);
        }

        @Override
        public void refused(Endpoint address, String sentence) {
            refusals.add(sentence);
        }

        @Override
        public void ended(Endpoint address) {
            ends.add("ended");
        }

        @Override
        public void nobody(Endpoint address) {
            ends.add("nobody");
        }
    };

    @BeforeEach
    void open() {
        server = vertx.createNetServer().connectHandler(socket -> {
            accepted.add(socket);
            socket.handler(Frame.reader(true, frame -> asked(socket, frame), broken -> {}));
        });
        int port = server.listen(0, "127.0.0.1").await().actualPort();
        connection = new PortConnection(vertx.createNetClient(), new Endpoint("127.0.0.1", port), listener, nowMs::get);
    }

    private void asked(NetSocket socket, Frame frame) {
        if (frame.type() == 0) return;
        asked.add(frame);
        if (!answers) return;
        int type = frame.type() == Frame.PROBE ? Frame.PROBED : Frame.ANSWER;
        Buffer payload = frame.type() == Frame.PROBE ? ProbeCodec.encode(TWO) : frame.payload();
        socket.write(new Frame(type, frame.number(), payload).encode());
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private void probe() {
        onLoop(() -> {
            connection.probe(ONE);
            return Future.succeededFuture();
        });
    }

    private <T> Future<T> onLoop(Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        loop.runOnContext(here -> work.get().onComplete(done));
        return done.future();
    }

    @Test
    void asksAndIsAnswered() {
        probe();
        await().until(() -> seen.size() == 1);
        assertThat(seen).containsExactly(TWO);
        assertThat(ProbeCodec.decode(asked.get(0).payload())).isEqualTo(ONE);

        assertThat(onLoop(() -> connection.request(2, Buffer.buffer("hello"))).await())
                .hasToString("hello");
    }

    @Test
    void whoStopsAnsweringIsGivenUpAndWhatHeHasNotAnsweredMayBeDone() {
        probe();
        await().until(() -> seen.size() == 1);
        answers = false;
        Future<Buffer> request = onLoop(() -> connection.request(2, Buffer.buffer("hello")));
        await().until(() -> asked.size() == 2);

        nowMs.addAndGet(PortConnection.DEAF_MS);
        probe();
        await().until(() -> asked.size() == 3);
        assertThat(request.isComplete()).isFalse();
        nowMs.incrementAndGet();
        probe();
        await().until(request::isComplete);
        assertThat(request.cause()).isInstanceOfSatisfying(PeerException.class, e -> assertThat(e.mayBeDone())
                .isTrue());
        Future<Buffer> later = onLoop(() -> connection.request(2, Buffer.buffer("hello")));
        await().until(later::isComplete);
        assertThat(later.cause()).isInstanceOfSatisfying(PeerException.class, e -> assertThat(e.mayBeDone())
                .isFalse());

        answers = true;
        probe();
        await().until(() -> seen.size() == 2);
        assertThat(accepted).hasSize(2);
    }

    @Test
    void whoAnswersSlowlyAndGoesOnIsNotGivenUp() {
        answers = false;
        probe();
        await().until(() -> asked.size() == 1);
        for (int second = 0; second < 3; second++) {
            nowMs.addAndGet(PortConnection.DEAF_MS);
            probe();
            int sent = second + 2;
            await().until(() -> asked.size() == sent);
            asked(accepted.get(0), second);
            int answered = second + 1;
            await().until(() -> seen.size() == answered);
        }
        assertThat(accepted).hasSize(1);
    }

    private void asked(NetSocket socket, int index) {
        socket.write(new Frame(Frame.PROBED, asked.get(index).number(), ProbeCodec.encode(TWO)).encode());
    }

    @Test
    void anEndIsToldAtOnceAndThenThatNobodyIsThere() {
        probe();
        await().until(() -> seen.size() == 1);
        server.close().await();
        await().until(() -> ends.equals(List.of("ended")));
        probe();
        await().until(() -> ends.equals(List.of("ended", "nobody")));
    }

    @Test
    void theEndOfAConnectionOnWhichNobodyAnsweredTellsNothing() {
        answers = false;
        probe();
        await().until(() -> asked.size() == 1);
        Future<Buffer> request = onLoop(() -> connection.request(2, Buffer.buffer("hello")));
        server.close().await();
        await().until(request::isComplete);
        assertThat(ends).isEmpty();
    }

    @Test
    void aRefusalIsToldInItsWords() {
        answers = false;
        probe();
        await().until(() -> asked.size() == 1);
        accepted.get(0).write(Frame.refused("Go away.").encode());
        await().until(() -> refusals.equals(List.of("Go away.")));
    }
}
