package io.letterbox.cluster.port;

import static io.letterbox.cluster.TestPeers.peer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.cluster.BirthPhase;
import io.letterbox.cluster.BirthReport;
import io.letterbox.cluster.Founder;
import io.letterbox.cluster.Probe;
import io.letterbox.metadata.Endpoint;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ProbeCodecTest {
    private static final Probe PROBE = new Probe(
            peer(1, 2, -3),
            List.of(3, 1, 2),
            new BirthReport(BirthPhase.VOTED, new UUID(4, -5), List.of(new Founder(1, new UUID(1, 2)))),
            1_764_500_000_000L,
            List.of(new Endpoint("node2", 7001), new Endpoint("fd00::3", 1)));

    @Test
    void aProbeArrivesAsItWas() {
        assertThat(ProbeCodec.decode(ProbeCodec.encode(PROBE))).isEqualTo(PROBE);
        Probe seeking = new Probe(peer(1), List.of(), BirthReport.SEEKING, 0, List.of());
        assertThat(ProbeCodec.decode(ProbeCodec.encode(seeking))).isEqualTo(seeking);
    }

    @Test
    void whatANewerVersionAddsIsLeftOut() {
        Buffer more =
                ProbeCodec.encode(PROBE).toJsonObject().put("moon", "full").toBuffer();
        assertThat(ProbeCodec.decode(more)).isEqualTo(PROBE);
    }

    @Test
    void whatIsNoProbeIsRefusedInWords() {
        Buffer newer = ProbeCodec.encode(PROBE).toJsonObject().put("format", 2).toBuffer();
        assertThatThrownBy(() -> ProbeCodec.decode(newer))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has format 2, and this node knows format 1");
        for (String junk : List.of("", "[]", "{}", "{\"format\": \"x\"}", "{\"format\": 1}", "GET / HTTP/1.1")) {
            assertThatThrownBy(() -> ProbeCodec.decode(Buffer.buffer(junk)))
                    .as(junk)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cannot be read");
        }
        for (String field : ProbeCodec.encode(PROBE).toJsonObject().fieldNames()) {
            if (List.of("rack", "version").contains(field)) continue;
            Buffer without =
                    ProbeCodec.encode(PROBE).toJsonObject().putNull(field).toBuffer();
            assertThatThrownBy(() -> ProbeCodec.decode(without)).as(field).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
