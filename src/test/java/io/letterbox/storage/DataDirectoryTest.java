package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.disk.FileDisk;
import io.letterbox.disk.LogFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    @TempDir
    Path temp;

    @Test
    void makesWhatIsMissing() throws IOException {
        try (DataDirectory directory = DataDirectory.open(temp.resolve("a/b"))) {
            assertThat(directory.layout().shards()).isDirectory();
            assertThat(directory.layout().meta()).isDirectory();
        }
    }

    @Test
    void nobodyElseMayLookInto() throws IOException {
        Path root = temp.resolve("a/b");
        try (DataDirectory directory = DataDirectory.open(root)) {
            assertThat(mode(root)).isEqualTo("rwx------");
            assertThat(mode(directory.layout().shards())).isEqualTo("rwx------");
            assertThat(mode(directory.layout().lock())).isEqualTo("rw-------");
        }
        try (LogFile file = new FileDisk().create(root.resolve("file"))) {
            assertThat(file.size()).isZero();
        }
        new FileDisk().createDirectories(root.resolve("c/d"));
        assertThat(mode(root.resolve("file"))).isEqualTo("rw-------");
        assertThat(mode(root.resolve("c/d"))).isEqualTo("rwx------");
    }

    @Test
    void aDirectoryThatIsOpenToAllIsShutAndTheGroupKeepsWhatItHas() throws IOException {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        DataDirectory.open(temp).close();
        assertThat(mode(temp)).isEqualTo("rwxr-x---");
    }

    @Test
    void saysWhyADirectoryCannotBeUsed() throws IOException {
        Path file = Files.createFile(temp.resolve("file"));
        assertThatThrownBy(() -> DataDirectory.open(file.resolve("data")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("The data directory " + file.resolve("data") + " cannot be used")
                .hasMessageContaining("ot a directory")
                .hasMessageContaining("node.dataDir");
    }

    @Test
    void eachDirectoryHasAnIdOfItsOwnForEver() throws IOException {
        UUID first;
        try (DataDirectory directory = DataDirectory.open(temp.resolve("a"))) {
            first = directory.id();
            assertThat(directory.layout().directoryId()).hasContent("directory.id 1\n" + first + "\n");
            assertThat(mode(directory.layout().directoryId())).isEqualTo("rw-------");
        }
        try (DataDirectory directory = DataDirectory.open(temp.resolve("a"))) {
            assertThat(directory.id()).isEqualTo(first);
        }
        try (DataDirectory directory = DataDirectory.open(temp.resolve("b"))) {
            assertThat(directory.id()).isNotEqualTo(first);
        }
    }

    @Test
    void aDamagedIdIsNotReplacedAndTheDirectoryIsFreeAgain() throws IOException {
        Path root = temp.resolve("a");
        DataDirectory.open(root).close();
        Path file = root.resolve("meta/directory-id");
        String whole = Files.readString(file);
        for (String damaged : List.of("", whole.substring(0, 30), whole.replace(" 1", " 2"))) {
            Files.writeString(file, damaged);
            assertThatThrownBy(() -> DataDirectory.open(root))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("The file " + file + " cannot be read");
            assertThat(file).hasContent(damaged);
        }
        Files.writeString(file, whole);
        DataDirectory.open(root).close();
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void refusesASecondOwnerAndSaysWhatToDo() throws IOException {
        try (DataDirectory first = DataDirectory.open(temp)) {
            assertThat(first.layout().root()).isEqualTo(temp);
            assertThatThrownBy(() -> DataDirectory.open(temp))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(temp.toString())
                    .hasMessageContaining("in use by another Letterbox process")
                    .hasMessageContaining("node.dataDir");
        }
        DataDirectory.open(temp).close();
    }
}
