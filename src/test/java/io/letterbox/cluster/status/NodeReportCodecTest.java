package io.letterbox.cluster.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeReportCodecTest {
    private static final NodeReport REPORT = new NodeReport(
            1,
            false,
            "Waits.",
            1_764_500_000_000L,
            1L << 40,
            1 << 20,
            List.of(
                    TestReports.leading(0, 1, Map.of(3, TestReports.BEHIND)),
                    TestReports.following(ReplicaReport.METADATA, 2)),
            List.of("Something is wrong."));

    @Test
    void comesBackAsItWas() {
        assertThat(NodeReportCodec.decode(NodeReportCodec.encode(REPORT))).isEqualTo(REPORT);
    }

    @Test
    void mayHaveMembersThatOnlyANewerVersionKnows() {
        JsonObject newer = NodeReportCodec.encode(REPORT).toJsonObject().put("mood", "fine");
        newer.getJsonArray("replicas").getJsonObject(0).put("colour", "red");
        assertThat(NodeReportCodec.decode(newer.toBuffer())).isEqualTo(REPORT);
    }

    @Test
    void ofAnotherFormatIsRefusedInWords() {
        Buffer future =
                NodeReportCodec.encode(REPORT).toJsonObject().put("format", 2).toBuffer();
        assertThatThrownBy(() -> NodeReportCodec.decode(future))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("format 2")
                .hasMessageContaining("knows format 1");
    }

    @Test
    void ofWhateverElseIsRefusedInWords() {
        JsonObject torn = NodeReportCodec.encode(REPORT).toJsonObject();
        torn.remove("replicas");
        for (Buffer bad : List.of(Buffer.buffer(), Buffer.buffer("{"), Buffer.buffer("{}"), torn.toBuffer())) {
            assertThatThrownBy(() -> NodeReportCodec.decode(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cannot be read");
        }
    }
}
