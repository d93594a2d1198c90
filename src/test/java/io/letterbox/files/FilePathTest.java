package io.letterbox.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.error.ApiException;
import java.util.List;
import org.junit.jupiter.api.Test;

class FilePathTest {
    @Test
    void namesAreDecodedOneByOne() {
        assertThat(FilePath.of("")).isEqualTo(new FilePath(List.of(), true));
        assertThat(FilePath.of("app.mjs")).isEqualTo(new FilePath(List.of("app.mjs"), false));
        assertThat(FilePath.of("a%20b/%C3%BC.txt")).isEqualTo(new FilePath(List.of("a b", "ü.txt"), false));
        assertThat(FilePath.of("docs/")).isEqualTo(new FilePath(List.of("docs"), true));
        // Encoded twice, it is a name with a percent sign.
        assertThat(FilePath.of("%252e%252e/x")).isEqualTo(new FilePath(List.of("%2e%2e", "x"), false));
    }

    @Test
    void whatLeadsElsewhereOrIsHiddenNamesNothing() {
        for (String path : List.of(
                "..",
                "../x",
                "a/../x",
                "%2e%2e/x",
                ".%2e/x",
                ".",
                ".git/config",
                "a/.env",
                "%2Eenv",
                "a//b",
                "/etc/passwd",
                "a%2Fb",
                "%2fetc%2fpasswd",
                "..%5cx",
                "a\\b",
                "a%00.html",
                "a%0d%0ab",
                "a%7fb")) {
            assertThat(FilePath.of(path)).as(path).isNull();
        }
    }

    @Test
    void brokenEscapesAreRefused() {
        for (String path : List.of("%", "a%2", "%zz", "%ff", "%c0%ae%c0%ae/x", "\u00e9")) {
            assertThatThrownBy(() -> FilePath.of(path)).as(path).isInstanceOf(ApiException.class);
        }
    }
}
