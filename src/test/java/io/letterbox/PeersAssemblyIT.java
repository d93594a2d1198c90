package io.letterbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.letterbox.cluster.BirthPhase;
import io.letterbox.config.ConfigException;
import io.letterbox.config.ConfigLoader;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.ShardLeader;
import io.letterbox.storage.DataDirectory;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeersAssemblyIT {
    @TempDir
    Path temp;

    private final Vertx vertx = Vertx.vertx();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) each.close();
        vertx.close().await();
    }

    @Test
    void nodesOfAConfigurationFindEachOtherAndLearnWhoLeads() throws Exception {
        int[] ports = {freePorts(), freePorts()};
        PeersAssembly one = start(1, ports);
        await().until(() -> one.sentences().toString().contains("Waits for nodes [2]"));
        PeersAssembly two = start(2, ports);

        await().until(() -> one.member().succeeded() && two.member().succeeded());
        assertThat(one.member().result().phase()).isEqualTo(BirthPhase.BORN);
        assertThat(one.member().result().clusterId())
                .isEqualTo(two.member().result().clusterId());
        await().until(() -> one.peers().member(2) != null && two.peers().member(1) != null);
        assertThat(one.sentences()).isEmpty();

        ShardLeader leader = new ShardLeader(1, 7, List.of(1, 2));
        one.leaders().local(3, leader);
        await().until(() -> leader.equals(two.leaders().leaderOf(3)));
    }

    @Test
    void aPortInUseIsSaidInWords() throws Exception {
        int port = freePorts();
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(taken.isBound()).isTrue();
            assertThatThrownBy(() -> start(1, port))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Cannot listen on 127.0.0.1:" + port + " for other nodes")
                    .hasMessageContaining("cluster.port");
        }
    }

    private PeersAssembly start(int node, int... ports) throws IOException, ConfigException {
        String seeds = String.join(
                ",", IntStream.of(ports).mapToObj(port -> "127.0.0.1:" + port).toList());
        String nodes = String.join(
                ",",
                IntStream.rangeClosed(1, ports.length)
                        .mapToObj(Integer::toString)
                        .toList());
        int port = ports[node - 1];
        LetterboxConfig config = ConfigLoader.load(
                null,
                Map.of(),
                List.of(
                        "node.id=" + node,
                        "cluster.enabled=true",
                        "cluster.initialNodes=" + nodes,
                        "cluster.seeds=" + seeds,
                        "cluster.port=" + port));
        ServerSocket raft = new ServerSocket(port + 1, 50, InetAddress.getByName("127.0.0.1"));
        open.add(raft);
        DataDirectory directory = DataDirectory.open(temp.resolve("" + node));
        open.add(directory);
        PeersAssembly peers =
                PeersAssembly.open(vertx, config, directory, new Endpoint("127.0.0.1", 8080), Endpoint.NONE);
        open.add(0, peers::close);
        return peers;
    }

    /** The first of four ports in a row that nobody uses. */
    private static int freePorts() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(20_001, 32_000);
            List<ServerSocket> sockets = new ArrayList<>();
            try {
                for (int next = port; next < port + 4; next++) {
                    sockets.add(new ServerSocket(next, 1, InetAddress.getByName("127.0.0.1")));
                }
                return port;
            } catch (BindException used) {
                continue;
            } finally {
                for (ServerSocket socket : sockets) socket.close();
            }
        }
    }
}
