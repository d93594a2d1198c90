package io.letterbox.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.letterbox.bus.ClusterStatus;
import io.letterbox.bus.ClusterStatus.ReplicaState;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.MemberImage;
import io.letterbox.metadata.NodeImage;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ClusterDocumentTest {
    private static final Endpoint AT = new Endpoint("node1", 7400);
    private static final MemberImage MEMBER = new MemberImage(new UUID(1, 1), "a", "1.0", AT, AT, AT, List.of());
    private static final ClusterImage IMAGE = new ClusterImage(
            7,
            "c",
            Map.of(1, new NodeImage(1, new Endpoint("node1", 8080), Endpoint.NONE, false, 1, MEMBER)),
            Collections.emptySortedMap());
    private static final String BARE = "{\"id\":1,\"httpHost\":\"node1\",\"httpPort\":8080,\"fenced\":false";

    private static String of(ClusterStatus status) {
        return ClusterDocument.of(IMAGE, status).toString();
    }

    @Test
    void ofAServerThatStandsAloneItHasTheNodeOnly() {
        assertThat(of(null))
                .isEqualTo(
                        "{\"clusterId\":\"c\",\"version\":7,\"topics\":0,\"partitions\":0,\"nodes\":[" + BARE + "}]}");
    }

    @Test
    void ofAClusterItHasNodesShardsAndWhatIsWrong() {
        ClusterStatus status = new ClusterStatus(
                1,
                List.of(new ClusterStatus.Node(1, true, false, "Waits.", 5, 6, 7, 1, 1)),
                List.of(new ClusterStatus.Shard(
                        0,
                        1,
                        3,
                        2,
                        List.of(
                                new ClusterStatus.Replica(1, ReplicaState.LEADING, 0, 0),
                                new ClusterStatus.Replica(2, ReplicaState.IN_SYNC, 1, 20)))),
                List.of("Something is wrong."));
        assertThat(of(status))
                .contains(BARE + ",\"rack\":\"a\",\"serverVersion\":\"1.0\",\"reachable\":true,\"ready\":false,"
                        + "\"reason\":\"Waits.\",\"startedMs\":5,\"diskFreeBytes\":6,\"diskReserveBytes\":7,"
                        + "\"leaders\":1,\"replicas\":1}")
                .endsWith("\"controller\":1,\"shards\":[{\"id\":0,\"leader\":1,\"term\":3,\"minInSync\":2,\"inSync\":2,"
                        + "\"replicas\":[{\"node\":1,\"state\":\"leading\",\"lagEntries\":0,\"lagMs\":0},"
                        + "{\"node\":2,\"state\":\"in_sync\",\"lagEntries\":1,\"lagMs\":20}]}],"
                        + "\"problems\":[\"Something is wrong.\"]}");
    }

    @Test
    void whatNobodyKnowsIsLeftOut() {
        long unknown = ClusterStatus.UNKNOWN;
        ClusterStatus status = new ClusterStatus(
                ClusterStatus.NOBODY,
                List.of(new ClusterStatus.Node(1, false, false, "it is away", unknown, unknown, unknown, 0, 1)),
                List.of(new ClusterStatus.Shard(
                        0,
                        ClusterStatus.NOBODY,
                        0,
                        1,
                        List.of(new ClusterStatus.Replica(1, ReplicaState.UNKNOWN, unknown, unknown)))),
                List.of());
        JsonNode document = ClusterDocument.of(IMAGE, status);
        assertThat(document.has("controller")).isFalse();
        assertThat(document.at("/nodes/0").has("startedMs")).isFalse();
        assertThat(document.at("/nodes/0").has("diskFreeBytes")).isFalse();
        assertThat(document.at("/shards/0").has("leader")).isFalse();
        assertThat(document.at("/shards/0/replicas/0").has("lagMs")).isFalse();
    }
}
