package io.letterbox.cluster.healing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.disk.FileDisk;
import io.letterbox.storage.replica.LogPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepairPhaseFileTest {
    @TempDir
    private Path root;

    private final FileDisk disk = new FileDisk();

    @Test
    void aPhaseIsReadAsItWasWritten() throws IOException {
        Path file = root.resolve("repair");
        for (RepairPhase phase : List.of(
                new RepairPhase.Sound(),
                new RepairPhase.Unfit(true, -1, "a force failed"),
                new RepairPhase.Unfit(false, 4711, "it is too far behind"),
                new RepairPhase.Vacant("a force failed"),
                new RepairPhase.Copied(true, new LogPosition(7, 4712)),
                new RepairPhase.Copied(false, new LogPosition(0, -1)),
                new RepairPhase.Placed(),
                new RepairPhase.Sound())) {
            RepairPhaseFile.write(disk, file, phase);
            assertThat(RepairPhaseFile.read(disk, file)).isEqualTo(phase);
        }
        assertThat(file).as("of a sound replica").doesNotExist();
    }

    @Test
    void aReasonOfSeveralLinesBecomesOne() throws IOException {
        Path file = root.resolve("repair");
        RepairPhaseFile.write(disk, file, new RepairPhase.Vacant("a\n b"));
        assertThat(RepairPhaseFile.read(disk, file)).isEqualTo(new RepairPhase.Vacant("a b"));
    }

    @Test
    void aReplicaOfUnknownPhaseIsNotTakenForSound() throws IOException {
        Path file = root.resolve("repair");
        for (String content : List.of(
                "",
                "repair 1\n",
                "repair 2\nplaced\n",
                "repair 1\nfine\n",
                "repair 1\nunfit x 1 y\n",
                "repair 1\ncopied new 7\n",
                "repair 1\nunfit forgot one y\n")) {
            Files.writeString(file, content);
            assertThatThrownBy(() -> RepairPhaseFile.read(disk, file))
                    .as(content)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot be read");
        }
    }
}
