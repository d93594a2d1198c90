package io.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClusterCommandTest {
    private static final String CLUSTER = "{\"clusterId\":\"c1\",\"version\":9,\"nodes\":["
            + "{\"id\":1,\"httpHost\":\"node1\",\"httpPort\":8080,\"rack\":\"a\",\"serverVersion\":\"v1\","
            + "\"reachable\":true,\"ready\":true,\"startedMs\":1700000000123,\"diskFreeBytes\":1073741824,"
            + "\"leaders\":1,\"replicas\":1},"
            + "{\"id\":2,\"httpHost\":\"node2\",\"httpPort\":8080,\"reachable\":false,\"ready\":false,"
            + "\"leaders\":0,\"replicas\":1}],"
            + "\"controller\":1,"
            + "\"shards\":[{\"id\":0,\"leader\":1,\"term\":3,\"inSync\":1,\"replicas\":["
            + "{\"node\":1,\"state\":\"leading\"},{\"node\":2,\"state\":\"silent\"},"
            + "{\"node\":3,\"state\":\"behind\",\"lagEntries\":1,\"lagMs\":14500}]}],";

    private final FakeServer server = new FakeServer();
    private final Screen screen = new Screen();

    @AfterEach
    void close() {
        server.close();
    }

    private int status(String... more) {
        List<String> args = new ArrayList<>(List.of("cluster", "status", "--server", server.url()));
        args.addAll(List.of(more));
        return Cli.run(args.toArray(String[]::new), null, screen.terminal());
    }

    @Test
    void showsNodesShardsAndWhatIsWrong() {
        server.answer(200, CLUSTER + "\"problems\":[\"Node 2 does not answer.\"]}");
        assertThat(status()).isEqualTo(ExitCode.FAILED);
        assertThat(screen.out().lines())
                .containsExactly(
                        "Cluster     c1, controller is node 1",
                        "Problem     Node 2 does not answer.",
                        "",
                        "NODE  ADDRESS     RACK  VERSION  STATE      SINCE                 DISK FREE  LEADS  REPLICAS",
                        "   1  node1:8080  a     v1       ready      2023-11-14T22:13:20Z  1.0 GiB        1         1",
                        "   2  node2:8080  -     -        no answer  -                     -              0         1",
                        "",
                        "SHARD  LEADER  TERM  IN SYNC  REPLICAS",
                        "    0       1     3   1 of 3  nodes 1 (leading), 2 (silent), 3 (behind by 1 entry, 14 s)");
        assertThat(server.asked().get(0).line()).isEqualTo("GET /cluster");
    }

    @Test
    void succeedsWhereAllIsWell() {
        server.answer(200, CLUSTER + "\"problems\":[]}");
        assertThat(status()).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).contains("Problems    none");
    }

    @Test
    void printsJson() {
        server.answer(200, CLUSTER + "\"problems\":[]}");
        assertThat(status("--json")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).isEqualTo(CLUSTER + "\"problems\":[]}\n");
    }

    @Test
    void aServerThatStandsAloneSaysSo() {
        server.answer(200, "{\"clusterId\":\"c1\",\"nodes\":[]}");
        assertThat(status()).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).contains("stands alone");
    }
}
