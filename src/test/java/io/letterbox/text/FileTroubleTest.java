package io.letterbox.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTroubleTest {
    @TempDir
    Path directory;

    /** Tests exceptions that the JDK really throws. */
    @Test
    void aFailureIsToldInWordsAndWithoutAPath() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        Path absent = directory.resolve("absent");
        told(catchThrowable(() -> Files.readString(absent)), "no such file or directory");
        told(catchThrowable(() -> new FileInputStream(absent.toFile())), "No such file or directory");
        told(catchThrowable(() -> Files.readString(directory)), "Is a directory");
        told(catchThrowable(() -> Files.list(file)), "not a directory");
        told(catchThrowable(() -> Files.createDirectory(file)), "there is something of that name already");
        told(catchThrowable(() -> Files.delete(directory)), "the directory is not empty");
        told(catchThrowable(() -> Files.createFile(file.resolve("below"))), "Not a directory");
        told(new AccessDeniedException(file.toString()), "permission denied");
        told(new FileSystemException(file.toString(), null, "Too many open files"), "Too many open files");
    }

    @Test
    void whatIsWrappedIsUnwrapped() {
        IOException full = new FileSystemException(directory.toString(), null, "No space left on device");
        told(new UncheckedIOException(full), "No space left on device");
        told(new IOException(full), "No space left on device");
        told(new IOException(), "IOException");
    }

    @Test
    void theOperatorIsToldWhichFile() {
        IOException denied = new AccessDeniedException("/srv/data");
        assertThat(FileTrouble.sentence(denied)).isEqualTo("/srv/data: permission denied");
        assertThat(FileTrouble.sentence(new UncheckedIOException(denied))).isEqualTo("/srv/data: permission denied");
        assertThat(FileTrouble.sentence(new IOException("No space left on device")))
                .isEqualTo("No space left on device");
    }

    private void told(Throwable failure, String reason) {
        assertThat(failure).isNotNull();
        assertThat(FileTrouble.reason(failure)).isEqualTo(reason).doesNotContain(directory.toString());
    }
}
