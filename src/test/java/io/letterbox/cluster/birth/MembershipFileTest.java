package io.letterbox.cluster.birth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.cluster.BirthPhase;
import io.letterbox.cluster.Founder;
import io.letterbox.disk.FileDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MembershipFileTest {
    private static final Membership VOTE = new Membership(
            BirthPhase.VOTED,
            new UUID(7, 8),
            2,
            List.of(new Founder(2, new UUID(3, 4)), new Founder(1, new UUID(1, 2))));

    @TempDir
    Path temp;

    @Test
    void isReadAsItWasWritten() throws IOException {
        Path file = temp.resolve("cluster");
        assertThat(MembershipFile.read(new FileDisk(), file, 2)).isNull();

        MembershipFile.write(new FileDisk(), file, VOTE);

        assertThat(MembershipFile.read(new FileDisk(), file, 2)).isEqualTo(VOTE);
        assertThat(VOTE.founders()).extracting(Founder::node).containsExactly(1, 2);
    }

    @Test
    void theDirectoryOfAnotherNodeIsRefused() throws IOException {
        Path file = temp.resolve("cluster");
        MembershipFile.write(new FileDisk(), file, VOTE);

        assertThatThrownBy(() -> MembershipFile.read(new FileDisk(), file, 3))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("belongs to node 2")
                .hasMessageContaining("node.id is 3");
    }

    @Test
    void damageIsNotTakenForAnEmptyDirectory() throws IOException {
        Path file = temp.resolve("cluster");
        MembershipFile.write(new FileDisk(), file, VOTE);
        String whole = Files.readString(file);
        for (int length = 0; length < whole.length() - 1; length++) {
            Files.writeString(file, whole.substring(0, length));
            assertThatThrownBy(() -> MembershipFile.read(new FileDisk(), file, 2))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot be read");
        }
    }

    @Test
    void aDirectoryOfANewerVersionIsRefusedInWords() throws IOException {
        Path file = temp.resolve("cluster");
        MembershipFile.write(new FileDisk(), file, VOTE);
        Files.writeString(file, Files.readString(file).replace("cluster 1", "cluster 2"));
        assertThatThrownBy(() -> MembershipFile.read(new FileDisk(), file, 2))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("as it was written, by this version or an earlier one");
    }
}
