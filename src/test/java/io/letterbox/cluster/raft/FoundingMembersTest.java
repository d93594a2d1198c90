package io.letterbox.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.disk.Disk;
import io.letterbox.disk.FileDisk;
import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.ReplicaId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoundingMembersTest {
    @TempDir
    Path directory;

    private final Disk disk = new FileDisk();

    @Test
    void whatIsWrittenIsRead() throws Exception {
        Path file = directory.resolve("members");
        assertThat(FoundingMembers.read(disk, file)).isNull();
        FoundingMembers founding = new FoundingMembers(
                List.of(
                        new RaftMember(new ReplicaId(1, new UUID(1, 2)), new Endpoint("node1.example.org", 7401), true),
                        new RaftMember(new ReplicaId(2, new UUID(3, 4)), new Endpoint("fd00::3", 7401), true)),
                false);
        founding.write(disk, file);
        assertThat(FoundingMembers.read(disk, file)).isEqualTo(founding);
        founding.entered().write(disk, file);
        assertThat(FoundingMembers.read(disk, file).begun()).isTrue();
        assertThat(FoundingMembers.read(disk, file).members()).isEqualTo(founding.members());
    }

    @Test
    void whatIsDamagedIsRefused() throws Exception {
        Path file = directory.resolve("members");
        for (String text : List.of("", "members 2\nbegins\n", "members 1\n1 x 7401 a\nbegun\n", "members 1\n1")) {
            Files.writeString(file, text);
            assertThatThrownBy(() -> FoundingMembers.read(disk, file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot be read");
        }
    }
}
