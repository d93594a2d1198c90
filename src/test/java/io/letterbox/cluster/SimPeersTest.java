package io.letterbox.cluster;

import static io.letterbox.cluster.TestPeers.peer;
import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;

/** The stand-in keeps what {@link Peers} promises, or tests that use it mean nothing. */
class SimPeersTest {
    @Test
    void asksWithinTheCallWhereNothingGoesWrong() {
        SimPeers network = SimPeers.direct();
        Peers one = network.join(peer(1));
        Peers two = network.join(peer(2));
        two.answer(
                PeerRequestKind.PING,
                request -> Future.succeededFuture(request.body()
                        .copy()
                        .appendString(" from " + request.from().node())));

        assertThat(one.ask(2, PeerRequestKind.PING, Buffer.buffer("hello"), 100).result())
                .hasToString("hello from 1");
        assertThat(one.members()).containsExactly(peer(2));
        assertThat(two.member(1)).isEqualTo(peer(1));
        assertThat(two.member(2)).isNull();
    }

    @Test
    void tellsWhatWasNotSentFromWhatMayHaveBeenDone() {
        SimPeers network = SimPeers.direct();
        Peers one = network.join(peer(1));
        network.join(peer(2));
        assertThat(one.ask(3, PeerRequestKind.PING, Buffer.buffer(), 100).cause())
                .isInstanceOfSatisfying(
                        PeerException.class, e -> assertThat(e.mayBeDone()).isFalse());

        network.cut(1, 2);
        Future<Buffer> lost = one.ask(2, PeerRequestKind.PING, Buffer.buffer(), 100);
        network.advance(99);
        assertThat(lost.isComplete()).isFalse();
        network.advance(1);
        assertThat(lost.cause()).isInstanceOfSatisfying(PeerException.class, e -> assertThat(e.mayBeDone())
                .isTrue());
    }

    @Test
    void whatIsMeantForAnEarlierStartIsNotAnswered() {
        SimPeers network = SimPeers.of(1, new SimPeers.Faults(0, 0, 0, 1000));
        Peers one = network.join(peer(1));
        network.join(peer(2));
        network.advance(1000);
        Peers again = network.join(peer(2, 1, 2));
        again.answer(PeerRequestKind.PING, request -> Future.succeededFuture(request.body()));

        Future<Buffer> answer = one.ask(2, PeerRequestKind.PING, Buffer.buffer(), 100);
        network.advance(0);
        assertThat(answer.cause()).isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.NODE_UNREACHABLE));
        network.advance(1000);
        assertThat(one.member(2)).isEqualTo(peer(2, 1, 2));
    }

    @Test
    void losesDoublesAndDelaysBySeed() {
        assertThat(answered(3)).isEqualTo(answered(3)).isNotEqualTo(answered(4));
    }

    private static String answered(long seed) {
        SimPeers network = SimPeers.of(seed, new SimPeers.Faults(0.3, 0.3, 50, 0));
        Peers one = network.join(peer(1));
        Peers two = network.join(peer(2));
        StringBuilder seen = new StringBuilder();
        two.answer(PeerRequestKind.PING, request -> {
            seen.append(request.body());
            return Future.succeededFuture(request.body());
        });
        network.advance(0);
        for (char letter = 'a'; letter <= 'z'; letter++) {
            one.ask(2, PeerRequestKind.PING, Buffer.buffer("" + letter), 100)
                    .onSuccess(answer -> seen.append(answer.toString().toUpperCase(java.util.Locale.ROOT)));
        }
        network.advance(1000);
        assertThat(seen.chars().filter(Character::isLowerCase).count()).isBetween(10L, 40L);
        return seen.toString();
    }
}
