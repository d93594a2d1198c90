package io.letterbox.cluster.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.letterbox.cluster.Leaders;
import io.letterbox.cluster.NodeAddresses;
import io.letterbox.cluster.PeerRequestKind;
import io.letterbox.cluster.Peers;
import io.letterbox.cluster.port.TestNode;
import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.ShardLeader;
import io.letterbox.time.Clock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes with Hazelcast and event buses on the loopback, in one process. */
class HazelcastBusIT {
    private static final List<Integer> INITIAL = List.of(1, 2, 3);

    @TempDir
    Path temp;

    private final List<NodeAddresses> places = new ArrayList<>();
    private final Map<Integer, Node> nodes = new TreeMap<>();

    private record Node(TestNode node, HazelcastBus bus, Leaders leaders) {}

    @AfterEach
    void close() throws Exception {
        for (int node : List.copyOf(nodes.keySet())) end(node);
    }

    private void start(int number) throws IOException {
        NodeAddresses at = places.get(number - 1);
        TestNode node = new TestNode(number, temp.resolve("" + number), at, INITIAL, places);
        HazelcastBus bus = new HazelcastBus(
                node.vertx(),
                Clock.system(),
                node.self(),
                new BusAddresses("127.0.0.1", at.bus(), at.discovery()),
                node.port()::peers,
                node.port()::discovery);
        node.carry(bus);
        node.open();
        bus.tellUnheard(other -> node.peers().ask(other, PeerRequestKind.BUS_REGISTRATION, Buffer.buffer(), 2_000));
        node.peers().answer(PeerRequestKind.BUS_REGISTRATION, request -> {
            bus.registerAgain();
            return Future.succeededFuture(Buffer.buffer());
        });
        Context loop = node.vertx().getOrCreateContext();
        Leaders leaders = new Leaders(node.peers(), work -> loop.runOnContext(here -> work.run()));
        nodes.put(number, new Node(node, bus, leaders));
    }

    private void openBus(Node node) {
        node.node().birth().member().onSuccess(member -> node.bus().open(member.clusterId()));
    }

    private void end(int number) throws Exception {
        Node node = nodes.remove(number);
        node.bus().close().await(30, TimeUnit.SECONDS);
        node.node().close();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50));
    }

    private boolean allReachAllOverTheBus() {
        return nodes.values().stream().allMatch(one -> nodes.values().stream()
                .allMatch(
                        other -> one == other || one.bus().reaches(other.node().self())));
    }

    private void allAskAll() throws Exception {
        Buffer body = Buffer.buffer(new byte[64 << 10]);
        for (Node one : nodes.values()) {
            for (Node other : nodes.values()) {
                if (one == other) continue;
                assertThat(one.node()
                                .peers()
                                .ask(other.node().self().node(), PeerRequestKind.PING, body, Peers.MAX_TIMEOUT_MS)
                                .await(60, TimeUnit.SECONDS))
                        .isEqualTo(body);
            }
        }
    }

    @Test
    void nodesAskEachOtherWithAndWithoutTheEventBus() throws Exception {
        for (int node : INITIAL) {
            places.add(TestNode.addresses());
            assertThat(node).isEqualTo(places.size());
        }
        for (int node : INITIAL) start(node);
        soon().until(() -> nodes.values().stream()
                .allMatch(each -> each.node().peers().members().size() == 2));
        assertThat(nodes.values()).noneMatch(each -> each.bus().isUp());
        allAskAll();

        nodes.values().forEach(this::openBus);
        soon().until(this::allReachAllOverTheBus);
        allAskAll();
        ShardLeader elected = new ShardLeader(2, 7, List.of(1, 2));
        nodes.get(2).leaders().local(5, elected);
        soon().until(() -> nodes.values().stream()
                .allMatch(each -> elected.equals(each.leaders().leaderOf(5))));

        nodes.get(2).bus().vanish();
        soon().until(() -> !allReachAllOverTheBus());
        allAskAll();
        soon().until(this::allReachAllOverTheBus);

        end(3);
        soon().until(() ->
                nodes.values().stream().allMatch(each -> each.node().peers().member(3) == null));
        allAskAll();
        for (Endpoint port : List.of(places.get(2).bus(), places.get(2).discovery())) {
            new ServerSocket(port.port(), 1, InetAddress.getByName(port.host())).close();
        }
        start(3);
        openBus(nodes.get(3));
        soon().until(this::allReachAllOverTheBus);
        nodes.get(3).leaders().askFor(1).await(60, TimeUnit.SECONDS);
        assertThat(nodes.get(3).leaders().leaderOf(5)).isEqualTo(elected);
        allAskAll();

        for (Node each : nodes.values()) each.bus().fail();
        soon().until(() -> nodes.values().stream().allMatch(each -> each.bus().ends() == 1));
        allAskAll();
        soon().until(this::allReachAllOverTheBus);
        allAskAll();
    }
}
