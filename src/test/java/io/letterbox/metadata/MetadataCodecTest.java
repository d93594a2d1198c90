package io.letterbox.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetadataCodecTest {
    private final MetadataMachine machine = new MetadataMachine(new Limits(4, 6, 12), Map.of());

    /** The kinds 0 and 5 are in the files of servers that had no Kafka door. */
    @Test
    void whatServersWithoutAKafkaDoorWroteIsRead() throws IOException {
        ByteArrayOutputStream image = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(image)) {
            out.writeByte(0);
            out.writeLong(7);
            out.writeUTF("cluster");
            out.writeInt(1);
            out.writeInt(1);
            out.writeUTF("old.example");
            out.writeInt(8080);
            out.writeBoolean(true);
            out.writeInt(0);
        }
        ByteArrayOutputStream register = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(register)) {
            out.writeByte(5);
            out.writeInt(1);
            out.writeUTF("new.example");
            out.writeInt(8081);
        }

        ClusterImage first = MetadataCodec.replay(machine, null, image.toByteArray());
        assertThat(first.version()).isEqualTo(7);
        assertThat(first.nodes())
                .containsOnly(Map.entry(1, new NodeImage(1, new Endpoint("old.example", 8080), Endpoint.NONE, true)));
        ClusterImage second = MetadataCodec.replay(machine, first, register.toByteArray());
        assertThat(second.nodes())
                .containsOnly(Map.entry(1, new NodeImage(1, new Endpoint("new.example", 8081), Endpoint.NONE, false)));
    }
}
