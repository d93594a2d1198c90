package io.letterbox.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.ReplicaId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.UUID;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.metrics.MetricRegistries;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaftNodeTest {
    @TempDir
    private Path root;

    @Test
    void aPortThatIsTakenIsSaid() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            RaftOptions options = options(taken.getLocalPort());
            assertThatThrownBy(() -> RaftNode.start(options))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Cannot listen on 127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("Choose another cluster.raftPort");
        }
    }

    @Test
    void settingsThatGivePromisesAwayAreRefused() {
        RaftProperties properties = RaftSettings.of(options(1));
        RaftServerConfigKeys.Log.setUnsafeFlushEnabled(properties, true);
        assertThatThrownBy(() -> RaftSettings.requireDurable(properties))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("raft.server.log.unsafe-flush.enabled");
        RaftProperties compose = RaftSettings.of(options(1));
        RaftServerConfigKeys.Log.setAppendEntriesComposeEnabled(compose, false);
        assertThatThrownBy(() -> RaftSettings.requireDurable(compose)).hasMessageContaining("compose");
    }

    @Test
    void entriesOfTheLargestSizeFitEverywhere() {
        RaftProperties properties = RaftSettings.of(options(1));
        long inFlight = (long) RaftSettings.MAX_IN_FLIGHT * RaftSettings.MAX_ENTRY_BYTES;
        assertThat(RaftServerConfigKeys.Write.byteLimit(properties).getSize()).isGreaterThan(inFlight);
        assertThat(RaftServerConfigKeys.Log.queueByteLimit(properties).getSize())
                .isGreaterThanOrEqualTo(
                        2 * RaftServerConfigKeys.Write.byteLimit(properties).getSize());
        assertThat(RaftServerConfigKeys.Log.writeBufferSize(properties).getSize())
                .isGreaterThanOrEqualTo(RaftSettings.MAX_ENTRY_BYTES + 8);
    }

    @Test
    void nobodyCountsMetrics() {
        assertThat(MetricRegistries.global()).isInstanceOf(NoMetrics.class);
    }

    @Test
    void thePeerOfAReplicaNamesItsNode() {
        ReplicaId replica = new ReplicaId(12, new UUID(3, 4));
        RaftMember member = new RaftMember(replica, new Endpoint("::1", 7401), false);
        assertThat(member.peer().getAddress()).isEqualTo("[::1]:7401");
        assertThat(RaftNode.node(member.peer().getId())).isEqualTo(12);
        assertThat(RaftNode.node(null)).isEqualTo(-1);
    }

    private RaftOptions options(int port) {
        return new RaftOptions(new ReplicaId(1, new UUID(1, 1)), new Endpoint("127.0.0.1", port), root);
    }
}
