package io.letterbox.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterConfigTest {
    private static final String THREE = "cluster.initialNodes=1,2,3";
    private static final String SEEDS = "cluster.seeds=a:7400,b:7400,c:7400";

    @Test
    void aPortThatIsNotSetFollowsTheOneBefore() throws Exception {
        assertThat(load("cluster.port=9000").ports()).isEqualTo(new ClusterConfig.Ports(9000, 9001, 9002, 9003));
        assertThat(load("cluster.port=9000", "cluster.busPort=20").ports())
                .isEqualTo(new ClusterConfig.Ports(9000, 9001, 20, 21));
        assertThat(load("cluster.raftPort=1").ports()).isEqualTo(new ClusterConfig.Ports(7400, 1, 2, 3));
        assertThat(problem("cluster.enabled=true", "cluster.initialNodes=1", "cluster.port=65534"))
                .contains("cluster.busPort is 0", "none after 65535");
    }

    @Test
    void portsOfANodeDiffer() {
        assertThat(problem("cluster.enabled=true", "cluster.initialNodes=1", "cluster.port=8079"))
                .contains("cluster.raftPort is 8080; allowed is a port that is not that of http.port, too");
        assertThat(problem("cluster.enabled=true", "cluster.initialNodes=1", "cluster.discoveryPort=9092"))
                .startsWith("--set cluster.discoveryPort=9092: ")
                .contains("that of kafka.port");
        assertThat(problem("cluster.enabled=true", "cluster.initialNodes=1", "cluster.busPort=7400"))
                .contains("cluster.busPort is 7400", "that of cluster.port");
    }

    @Test
    void portsOfANodeThatStandsAloneDoNotMatter() throws Exception {
        assertThat(load("cluster.port=8080").enabled()).isFalse();
        assertThat(load("cluster.port=65535").enabled()).isFalse();
    }

    @Test
    void initialNodesAreNumbersEachOnce() throws Exception {
        assertThat(load("cluster.enabled=true", "cluster.initialNodes=3, 1,2", SEEDS)
                        .initialIds())
                .containsExactly(3, 1, 2);
        for (String wrong : List.of("1,2,1", "0", "-1", "one", "1,,x")) {
            assertThat(problem("cluster.initialNodes=" + wrong))
                    .as(wrong)
                    .contains("cluster.initialNodes is ", "whole numbers from 1, each once, such as [1, 2, 3]");
        }
    }

    @Test
    void seedsAreHostsWithPorts() throws Exception {
        assertThat(load("cluster.seeds=node-1.example.org:7400,10.0.0.2:1,[fd00::3]:65535")
                        .seedAddresses())
                .containsExactly(
                        new Seed("node-1.example.org", 7400), new Seed("10.0.0.2", 1), new Seed("fd00::3", 65_535));
        for (String wrong :
                List.of("a", "a:", ":7400", "a:0", "a:65536", "fd00::3:7400", "[fd00:::3]:7400", "http://a:7400")) {
            assertThat(problem("cluster.seeds=" + wrong))
                    .as(wrong)
                    .contains("cluster.seeds is \"" + wrong + "\"; allowed is a list of hosts, each with its");
        }
    }

    @Test
    void aClusterSaysWhereItBegins() throws Exception {
        assertThat(problem("cluster.enabled=true")).contains("cluster.initialNodes is \"\"", "or cluster.seeds says");
        assertThat(problem("cluster.enabled=true", THREE)).contains("cluster.seeds is \"\"", "to find the others");
        assertThat(load("cluster.enabled=true", THREE, SEEDS).enabled()).isTrue();
        assertThat(load("cluster.enabled=true", "cluster.initialNodes=1").enabled())
                .isTrue();
        assertThat(load("cluster.enabled=true", SEEDS).enabled()).isTrue();
        assertThat(load("cluster.enabled=true", "node.id=9", THREE, SEEDS).enabled())
                .as("a node that joins")
                .isTrue();
    }

    @Test
    void anAddressThatOthersCannotReachIsNotAdvertised() throws Exception {
        assertThat(problem("cluster.enabled=true", "cluster.initialNodes=1", "cluster.host=0.0.0.0"))
                .contains("cluster.advertisedHost is \"\"", "because cluster.host 0.0.0.0 is none");
        assertThat(load(
                                "cluster.enabled=true",
                                "cluster.initialNodes=1",
                                "cluster.host=0.0.0.0",
                                "cluster.advertisedHost=a")
                        .reachableHost())
                .isEqualTo("a");
        assertThat(load("cluster.host=b").reachableHost()).isEqualTo("b");
    }

    @Test
    void twoNodesAreWarnedOf() throws Exception {
        List<String> warnings = new ArrayList<>();
        ConfigLoader.load(
                null, Map.of(), List.of("cluster.enabled=true", "cluster.initialNodes=1,2", SEEDS), warnings::add);
        assertThat(warnings).singleElement().asString().contains("names 2 nodes", "Three nodes go on");

        ConfigLoader.load(null, Map.of(), List.of("cluster.enabled=true", THREE, SEEDS), warnings::add);
        ConfigLoader.load(null, Map.of(), List.of("cluster.initialNodes=1,2"), warnings::add);
        assertThat(warnings).hasSize(1);
    }

    @Test
    void aRackIsShort() throws Exception {
        assertThat(problem("node.rack=" + "x".repeat(250))).contains("allowed is a text of up to 249 characters");
    }

    @Test
    void theExampleIsValid() throws Exception {
        LetterboxConfig example = ConfigLoader.load(Path.of("conf/cluster.yaml"), Map.of(), List.of());

        assertThat(example.cluster().enabled()).isTrue();
        assertThat(example.cluster().initialIds()).contains(example.node().id());
        assertThat(example.cluster().seedAddresses())
                .contains(new Seed(
                        example.cluster().reachableHost(),
                        example.cluster().ports().own()));
    }

    private static ClusterConfig load(String... settings) throws ConfigException {
        return ConfigLoader.load(null, Map.of(), List.of(settings)).cluster();
    }

    private static String problem(String... settings) {
        return catchThrowableOfType(ConfigException.class, () -> load(settings))
                .problems()
                .get(0);
    }
}
