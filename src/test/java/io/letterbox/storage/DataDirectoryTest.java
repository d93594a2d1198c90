package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    @TempDir
    Path temp;

    @Test
    void makesWhatIsMissing() throws IOException {
        try (DataDirectory directory = DataDirectory.open(temp.resolve("a/b"))) {
            assertThat(directory.layout().topics()).isDirectory();
            assertThat(directory.layout().meta()).isDirectory();
        }
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
