package io.letterbox.cluster;

import static io.letterbox.cluster.TestPeers.peer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CarriedPeersTest {
    private static final long LONG_MS = 30_000;
    private static final Buffer HELLO = Buffer.buffer("hello");

    private final Vertx vertx = Vertx.vertx();
    private final Wire bus = new Wire();
    private final Wire port = new Wire();
    private final CarriedPeers peers = new CarriedPeers(vertx, peer(1), () -> List.of(peer(2)), List.of(bus, port));

    /** A carrier whose answers the test gives. */
    private static final class Wire implements PeerCarrier {
        private final List<Promise<Buffer>> sent = new ArrayList<>();
        private boolean reaches = true;
        private boolean bulk;
        private Function<Buffer, Future<Buffer>> handler;

        @Override
        public String name() {
            return "wire";
        }

        @Override
        public boolean carriesBulk() {
            return bulk;
        }

        @Override
        public boolean reaches(Peer peer) {
            return reaches;
        }

        @Override
        public Future<Buffer> send(Peer to, Buffer envelope, long timeoutMs) {
            Promise<Buffer> answer = Promise.promise();
            sent.add(answer);
            return answer.future();
        }

        @Override
        public void receive(Function<Buffer, Future<Buffer>> handler) {
            this.handler = handler;
        }
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void theFirstCarrierThatReachesThePeerIsTaken() {
        peers.ask(2, PeerRequestKind.PING, HELLO, LONG_MS);
        bus.reaches = false;
        Future<Buffer> second = peers.ask(2, PeerRequestKind.PING, HELLO, LONG_MS);

        assertThat(bus.sent).hasSize(1);
        assertThat(port.sent).hasSize(1);
        port.sent.get(0).complete(answer("there"));
        assertThat(second.result()).hasToString("there");

        port.reaches = false;
        assertThat(peers.ask(2, PeerRequestKind.PING, HELLO, LONG_MS).cause())
                .isInstanceOfSatisfying(
                        PeerException.class, e -> assertThat(e.mayBeDone()).isFalse());
    }

    @Test
    void aCopyGoesOnlyWhereLargeThingsMay() {
        port.bulk = true;
        peers.ask(2, PeerRequestKind.COPY, HELLO, LONG_MS);
        assertThat(bus.sent).isEmpty();
        assertThat(port.sent).hasSize(1);
        port.reaches = false;
        assertThat(peers.ask(2, PeerRequestKind.COPY, HELLO, LONG_MS).failed()).isTrue();
        assertThat(bus.sent).isEmpty();
    }

    @Test
    void aLargeBodyGoesOnlyWhereLargeThingsMay() {
        port.bulk = true;
        peers.ask(2, PeerRequestKind.PARTITIONS, Buffer.buffer(new byte[Peers.LARGE_BODY_BYTES]), LONG_MS);
        assertThat(bus.sent).hasSize(1);
        peers.ask(2, PeerRequestKind.PARTITIONS, Buffer.buffer(new byte[Peers.MAX_BODY_BYTES]), LONG_MS);
        assertThat(bus.sent).hasSize(1);
        assertThat(port.sent).hasSize(1);
    }

    @Test
    void whatWasNotSentGoesOverTheNextCarrierAndWhatMayBeDoneDoesNot() {
        Future<Buffer> unsent = peers.ask(2, PeerRequestKind.PING, HELLO, LONG_MS);
        bus.sent.get(0).fail(PeerException.notSent(2, "nobody there"));
        assertThat(port.sent).hasSize(1);
        port.sent.get(0).complete(answer("there"));
        assertThat(unsent.result()).hasToString("there");

        Future<Buffer> unknown = peers.ask(2, PeerRequestKind.PING, HELLO, LONG_MS);
        bus.sent.get(1).fail(PeerException.mayBeDone(2, "gone"));
        assertThat(port.sent).hasSize(1);
        assertThat(unknown.cause()).isInstanceOfSatisfying(PeerException.class, e -> assertThat(e.mayBeDone())
                .isTrue());
    }

    @Test
    void whoWaitsIsToldInTimeAndThePermitsStayTakenUntilTheCarrierHasLetGo() throws Exception {
        Future<Buffer> late = peers.ask(2, PeerRequestKind.PING, HELLO, 1);
        assertThatThrownBy(() -> late.await(10, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        PeerException.class, e -> assertThat(e.mayBeDone()).isTrue());
        for (int more = 1; more < Peers.MAX_REQUESTS; more++) peers.ask(2, PeerRequestKind.PING, HELLO, LONG_MS);

        Future<Buffer> refused = peers.ask(2, PeerRequestKind.PING, HELLO, LONG_MS);
        assertThat(refused.cause()).isInstanceOfSatisfying(PeerException.class, e -> assertThat(e.mayBeDone())
                .isFalse());
        assertThat(bus.sent).hasSize(Peers.MAX_REQUESTS);

        bus.sent.get(0).fail(PeerException.mayBeDone(2, "the connection ended"));
        assertThat(peers.ask(2, PeerRequestKind.PING, HELLO, LONG_MS).isComplete())
                .isFalse();
    }

    @Test
    void nobodyWaitsForAProcessThatHasEnded() {
        Future<Buffer> asked = peers.ask(2, PeerRequestKind.PING, HELLO, LONG_MS);
        peers.ended(TestPeers.identity(2, 2, 9));
        assertThat(asked.isComplete()).as("another start of the node").isFalse();

        peers.ended(peer(2).identity());
        assertThat(asked.cause()).isInstanceOfSatisfying(PeerException.class, e -> assertThat(e.mayBeDone())
                .isTrue());
        bus.sent.get(0).complete(answer("too late"));
        assertThat(asked.failed()).isTrue();
    }

    @Test
    void bytesOnTheirWayHaveALimit() {
        Buffer large = Buffer.buffer(new byte[1 << 20]);
        int many = Peers.MAX_REQUEST_BYTES / large.length();
        for (int times = 0; times < many; times++) peers.ask(2, PeerRequestKind.PING, large, LONG_MS);
        assertThat(peers.ask(2, PeerRequestKind.PING, HELLO, LONG_MS).failed()).isTrue();

        bus.sent.get(0).complete(answer(""));
        assertThat(peers.ask(2, PeerRequestKind.PING, HELLO, LONG_MS).isComplete())
                .isFalse();
        assertThatThrownBy(() ->
                        peers.ask(2, PeerRequestKind.PING, Buffer.buffer(new byte[Peers.MAX_BODY_BYTES + 1]), LONG_MS))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRefusalArrivesWithItsCodeAndOneThatNobodyHasSeenCountsAsNotSent() {
        Future<Buffer> refused = peers.ask(2, PeerRequestKind.PING, HELLO, LONG_MS);
        bus.sent.get(0).complete(refusal(true));
        assertThat(refused.cause()).isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.NOT_LEADER));

        Future<Buffer> unseen = peers.ask(2, PeerRequestKind.PING, HELLO, LONG_MS);
        bus.sent.get(1).complete(refusal(false));
        assertThat(unseen.cause()).isInstanceOfSatisfying(PeerException.class, e -> assertThat(e.mayBeDone())
                .isFalse());
    }

    @Test
    void answersWhatIsMeantForThisStartOnly() {
        peers.answer(
                PeerRequestKind.PING,
                request -> Future.succeededFuture(
                        request.body().copy().appendString(" " + request.from().node())));

        assertThat(received(request(1, 1, 1)))
                .isEqualTo(new Envelope.Answer(peer(1).identity(), Buffer.buffer("hello 2")));
        assertThat(received(request(0, 1, 1))).as("any start").isInstanceOf(Envelope.Answer.class);
        assertThat(received(request(9, 1, 1))).isInstanceOfSatisfying(Envelope.Refusal.class, refusal -> {
            assertThat(refusal.seen()).isFalse();
            assertThat(refusal.why()).hasMessageContaining("Another process answers there now");
        });
        assertThat(received(request(1, 9, 1))).isInstanceOf(Envelope.Refusal.class);
        assertThat(received(request(1, 1, 999))).isInstanceOfSatisfying(Envelope.Refusal.class, refusal -> {
            assertThat(refusal.seen()).isFalse();
            assertThat(refusal.why()).hasMessageContaining("does not know requests of kind 999");
        });
        assertThat(EnvelopeCodec.decode(bus.handler.apply(Buffer.buffer("junk")).result()))
                .isInstanceOf(Envelope.Refusal.class);
    }

    @Test
    void aHandlerThatFailsIsARefusal() {
        peers.answer(PeerRequestKind.PING, request -> {
            throw new IllegalStateException("broken");
        });

        assertThat(received(request(1, 1, 1))).isInstanceOfSatisfying(Envelope.Refusal.class, refusal -> {
            assertThat(refusal.seen()).isTrue();
            assertThat(refusal.why().code()).isEqualTo(ErrorCode.INTERNAL);
        });
    }

    private Envelope received(Envelope request) {
        return EnvelopeCodec.decode(
                bus.handler.apply(EnvelopeCodec.encode(request)).result());
    }

    private static Envelope request(int incarnation, int directory, int kind) {
        NodeIdentity to = TestPeers.identity(1, directory, incarnation);
        return new Envelope.Request(peer(2).identity(), kind, to.directoryId(), incarnation, 100, HELLO);
    }

    private static Buffer answer(String body) {
        return EnvelopeCodec.encode(new Envelope.Answer(peer(2).identity(), Buffer.buffer(body)));
    }

    private static Buffer refusal(boolean seen) {
        return EnvelopeCodec.encode(
                new Envelope.Refusal(peer(2).identity(), seen, new ApiException(ErrorCode.NOT_LEADER, "No.")));
    }
}
