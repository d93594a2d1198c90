package io.letterbox.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.ratis.io.CorruptedFileException;
import org.apache.ratis.protocol.exceptions.ChecksumException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamagedGroupTest {
    @TempDir
    Path current;

    private void promises(String text) throws IOException {
        Files.writeString(current.resolve("raft-meta"), text);
    }

    @Test
    void termAndVoteHaveToBeThere() throws IOException {
        promises("#comment\nterm=7\nvotedFor=1-abc\n");
        assertThatCode(() -> DamagedGroupException.checkPromises(current)).doesNotThrowAnyException();
        promises("term=7\nvotedFor=\n");
        assertThatCode(() -> DamagedGroupException.checkPromises(current)).doesNotThrowAnyException();
        for (String damaged :
                new String[] {"", "term=7\n", "votedFor=1-abc\n", "term=x\nvotedFor=1-abc\n", "\u0000\u0000"}) {
            promises(damaged);
            assertThatThrownBy(() -> DamagedGroupException.checkPromises(current))
                    .as(damaged)
                    .isInstanceOf(DamagedGroupException.class);
        }
    }

    @Test
    void whatIsLackingIsNoDamage() {
        assertThat(DamagedGroupException.isDamage(new IOException("Too many open files")))
                .isFalse();
        assertThat(DamagedGroupException.isDamage(new IOException("No space left on device")))
                .isFalse();
        assertThat(DamagedGroupException.isDamage(new IOException("Raft", new ChecksumException("bad entry", 12))))
                .isTrue();
        assertThat(DamagedGroupException.isDamage(
                        new IllegalStateException(new CorruptedFileException(current.toFile(), "bad header"))))
                .isTrue();
    }

    @Test
    void aLogSaysWithWhichEntryItBegins() throws IOException {
        assertThat(OpenSegment.firstIndex(current)).isEqualTo(-1);
        Files.createFile(current.resolve("log_inprogress_40"));
        assertThat(OpenSegment.firstIndex(current)).isEqualTo(40);
        Files.createFile(current.resolve("log_17-39"));
        Files.createFile(current.resolve("raft-meta"));
        assertThat(OpenSegment.firstIndex(current)).isEqualTo(17);
        assertThat(OpenSegment.lastIndex(current)).isEqualTo(39);
    }
}
