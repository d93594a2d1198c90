package io.letterbox.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.disk.Disk;
import io.letterbox.disk.FileDisk;
import io.letterbox.metadata.Limits;
import io.letterbox.metadata.MetadataMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.ratis.server.protocol.TermIndex;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgreedImageTest {
    @TempDir
    private Path directory;

    private final Disk disk = new FileDisk();
    private final MetadataMachine machine = new MetadataMachine(new Limits(100, 10, 30_000), Map.of());
    private final AgreedImage image = new AgreedImage(TermIndex.valueOf(3, 70), MetadataMachine.empty("cluster"));
    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = directory.resolve("image");
        image.write(disk, file);
    }

    @Test
    void isReadAsItWasWritten() throws IOException {
        assertThat(AgreedImage.read(disk, file, machine)).isEqualTo(image);
    }

    @Test
    void ofANewerVersionItIsRefusedInWordsAndNotTakenForDamaged() throws IOException {
        change(0, 2);
        assertThatThrownBy(() -> AgreedImage.read(disk, file, machine))
                .isInstanceOf(IOException.class)
                .hasMessage("The image of the metadata has the format 2, which a newer version has written");
    }

    @Test
    void damageIsNoticedAtEveryByte() throws IOException {
        for (int at = 1; at < Files.size(file); at++) {
            image.write(disk, file);
            change(at, Files.readAllBytes(file)[at] ^ 1);
            assertThatThrownBy(() -> AgreedImage.read(disk, file, machine))
                    .hasMessage("The image of the metadata is damaged");
        }
    }

    private void change(int at, int value) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] = (byte) value;
        Files.write(file, bytes);
    }
}
