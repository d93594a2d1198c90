package io.letterbox.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeDirectoryTest {
    @TempDir
    Path machine;

    private Path temporary;
    private Path own;

    @BeforeEach
    void places() throws Exception {
        temporary = Files.createDirectory(machine.resolve("tmp"));
        own = machine.resolve("natives");
    }

    @Test
    void theTemporaryDirectoryIsTakenWhereItWillDo() throws Exception {
        NativeDirectory directory = NativeDirectory.in(temporary, own);
        assertThat(directory.path()).isDirectory().hasParent(temporary);
        assertThat(directory.refusals()).isEmpty();
        Files.createFile(directory.path().resolve("libzstd.so"));
        directory.delete();
        assertThat(temporary).isEmptyDirectory();
        assertThat(own).doesNotExist();
    }

    @Test
    void theOwnDirectoryIsTakenElse() throws Exception {
        Files.createDirectory(own);
        Files.createFile(own.resolve("left-by-a-kill"));
        NativeDirectory directory = NativeDirectory.in(machine.resolve("nowhere"), own);
        assertThat(directory.path()).isEqualTo(own).isEmptyDirectory();
        assertThat(directory.refusals())
                .singleElement()
                .asString()
                .contains("nowhere cannot be written (")
                .doesNotContain("Exception");
        directory.delete();
        assertThat(own).doesNotExist();
    }

    @Test
    void whereNoPlaceWillDoBothAreNamed() throws Exception {
        Path file = Files.createFile(machine.resolve("file"));
        NativeDirectory directory = NativeDirectory.in(file, file.resolve("below"));
        assertThat(directory.path()).isNull();
        assertThat(directory.refusals()).hasSize(2);
        directory.announce();
        directory.delete();
    }

    @Test
    void whatKilledProcessesHaveLeftIsClearedAway() throws Exception {
        Path left = Files.createDirectory(temporary.resolve("letterbox-999999999-1f"));
        Files.createFile(left.resolve("libzstd.so"));
        Path alive = Files.createDirectory(
                temporary.resolve("letterbox-" + ProcessHandle.current().pid() + "-1f"));
        Path stranger = Files.createDirectory(temporary.resolve("letterbox-of-somebody-else"));
        NativeDirectory.in(temporary, own).delete();
        assertThat(left).doesNotExist();
        assertThat(alive).exists();
        assertThat(stranger).exists();
    }
}
