package io.letterbox.cluster.port;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.letterbox.cluster.BirthPhase;
import io.letterbox.cluster.NodeAddresses;
import io.letterbox.cluster.Peer;
import io.letterbox.cluster.PeerCarrier;
import io.letterbox.cluster.PeerException;
import io.letterbox.cluster.PeerRequestKind;
import io.letterbox.cluster.Peers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterPortIT {
    private static final List<Integer> INITIAL = List.of(1, 2, 3);

    @TempDir
    Path temp;

    private final List<NodeAddresses> places = new ArrayList<>();
    private final List<TestNode> nodes = new ArrayList<>();

    @BeforeEach
    void choosePorts() throws IOException {
        for (int node = 1; node <= 3; node++) places.add(TestNode.addresses());
    }

    @AfterEach
    void close() throws IOException {
        for (TestNode node : nodes) node.close();
    }

    private TestNode start(int node, String directory) throws IOException {
        TestNode started =
                new TestNode(node, temp.resolve(directory), places.get(node - 1), INITIAL, places.subList(0, 1)).open();
        nodes.add(started);
        return started;
    }

    private void end(TestNode node) throws IOException {
        nodes.remove(node);
        node.close();
    }

    @Test
    void threeNodesThatKnowOneSeedBeginOneClusterAndAskEachOther() throws Exception {
        TestNode one = start(1, "1");
        TestNode two = start(2, "2");
        await().until(() -> one.birth().sentences().toString().contains("Waits for nodes [3]"));
        assertThat(two.birth().report().phase()).isEqualTo(BirthPhase.SEEKING);
        assertThat(one.peers().members()).isEmpty();

        TestNode three = start(3, "3");
        await().until(() -> nodes.stream().allMatch(TestNode::isMember));
        UUID cluster = one.birth().report().clusterId();
        assertThat(nodes).allMatch(node -> cluster.equals(node.birth().report().clusterId()));
        await().until(() ->
                nodes.stream().allMatch(node -> node.peers().members().size() == 2));
        Buffer large = Buffer.buffer(new byte[Peers.MAX_BODY_BYTES]);
        for (TestNode node : nodes) {
            for (TestNode other : nodes) {
                if (node == other) continue;
                assertThat(node.peers()
                                .ask(other.self().node(), PeerRequestKind.PING, large, 5_000)
                                .await(10, TimeUnit.SECONDS))
                        .isEqualTo(large);
            }
        }

        end(three);
        await().until(() -> one.peers().member(3) == null);
        assertThat(one.peers()
                        .ask(3, PeerRequestKind.PING, Buffer.buffer(), 5_000)
                        .cause())
                .isInstanceOfSatisfying(
                        PeerException.class, e -> assertThat(e.mayBeDone()).isFalse());

        TestNode again = start(3, "3");
        assertThat(again.isMember()).as("at once, whoever else is there").isTrue();
        await().until(() -> again.self().equals(one.peers().member(3)));
        end(again);

        TestNode exchanged = start(3, "3-new");
        await().until(exchanged::isMember);
        assertThat(exchanged.birth().report().phase()).isEqualTo(BirthPhase.JOINED);
        assertThat(exchanged.birth().report().clusterId()).isEqualTo(cluster);
    }

    @Test
    void whatMayBeDoneIsToldFromWhatIsNotWhenTheOtherOneEnds() throws Exception {
        for (int node : INITIAL) start(node, "" + node);
        TestNode one = nodes.get(0);
        TestNode two = nodes.get(1);
        two.peers().answer(PeerRequestKind.PING, request -> Promise.<Buffer>promise()
                .future());
        await().until(() -> one.peers().member(2) != null);

        var unanswered = one.peers().ask(2, PeerRequestKind.PING, Buffer.buffer("?"), 30_000);
        // An answer on the same connection comes after the question before it has arrived.
        await().until(() -> one.port().reaches(two.self()) && !unanswered.isComplete());
        end(two);

        await().until(unanswered::isComplete);
        assertThat(unanswered.cause()).isInstanceOfSatisfying(PeerException.class, e -> assertThat(e.mayBeDone())
                .isTrue());
    }

    /** As the event bus does, which loses what was sent to a process that has ended, and says nothing. */
    @Test
    void whatASilentCarrierLosesIsGivenUpAsSoonAsTheProcessEnds() throws Exception {
        PeerCarrier silent = new PeerCarrier() {
            @Override
            public String name() {
                return "silent";
            }

            @Override
            public boolean carriesBulk() {
                return true;
            }

            @Override
            public boolean reaches(Peer peer) {
                return true;
            }

            @Override
            public Future<Buffer> send(Peer to, Buffer envelope, long timeoutMs) {
                return Promise.<Buffer>promise().future();
            }

            @Override
            public void receive(Function<Buffer, Future<Buffer>> handler) {
                // Nothing arrives.
            }
        };
        TestNode one = new TestNode(1, temp.resolve("1"), places.get(0), INITIAL, places.subList(0, 1));
        one.carry(silent);
        nodes.add(one.open());
        TestNode two = start(2, "2");
        start(3, "3");
        await().until(() -> one.peers().member(2) != null);

        Future<Buffer> unanswered = one.peers().ask(2, PeerRequestKind.PING, Buffer.buffer("?"), 30_000);
        end(two);
        await().until(unanswered::isComplete);
        assertThat(unanswered.cause()).hasMessageContaining("its process has ended");
        assertThat(one.peers().member(2)).as("known by its end, not by silence").isNull();
    }

    @Test
    void strangersAreToldSoInWords() throws Exception {
        TestNode one = start(1, "1");
        assertThat(said(one, "GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII)))
                .startsWith("This is the cluster.port of a Letterbox node");
        assertThat(said(one, Frame.GREETING.copy().appendInt(Integer.MAX_VALUE).getBytes()))
                .contains("A frame of 2147483647 bytes");
        assertThat(said(
                        one,
                        Frame.GREETING
                                .copy()
                                .appendBuffer(new Frame(Frame.PROBE, 1, Buffer.buffer("{}")).encode())
                                .getBytes()))
                .contains("What it says about itself cannot be read");
        assertThat(said(
                        one,
                        Frame.GREETING
                                .copy()
                                .appendBuffer(new Frame(Frame.REQUEST, 1, Buffer.buffer()).encode())
                                .getBytes()))
                .as("requests of somebody who has not said who he is")
                .contains("is not answered here");
    }

    /** What comes until the connection ends. */
    private static String said(TestNode node, byte[] bytes) throws IOException {
        var at = node.self().addresses().cluster();
        try (Socket socket = new Socket(at.host(), at.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(bytes);
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }
}
