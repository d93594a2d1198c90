package io.letterbox.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.letterbox.metadata.Command;
import io.letterbox.metadata.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With logs that Ratis has written. */
@Timeout(120)
class OpenSegmentIT {
    private static final Limits LIMITS = new Limits(10, 10, 10);

    @TempDir
    private Path root;

    @Test
    void anEntryThatIsNotWholeAtTheEndIsCutOffAndDamageIsNot() throws Exception {
        try (RaftTestNodes nodes = new RaftTestNodes(root, 1)) {
            nodes.start(1);
            nodes.openMetadata(1, true, LIMITS);
            await().atMost(Duration.ofSeconds(20)).until(() -> nodes.controller() == 1);
            for (int i = 0; i < 20; i++) {
                nodes.log(1)
                        .propose(new Command.AllocateProducerIds())
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS);
            }
            nodes.stop(1);
            Path segment = last(nodes.directory(1));
            byte[] whole = Files.readAllBytes(segment);
            int end = whole.length;
            while (whole[end - 1] == 0) end--;

            for (int cut = 1; cut <= 40; cut++) {
                byte[] torn = Arrays.copyOf(Arrays.copyOf(whole, end - cut), whole.length);
                Path current = write("torn" + cut, torn);
                OpenSegment.mend(current);
                Path mended = current.resolve("log_inprogress_0");
                byte[] left = Files.readAllBytes(mended);
                assertThat(left.length == whole.length || left.length < end - cut + 1)
                        .isTrue();
                OpenSegment.mend(current);
                assertThat(Files.readAllBytes(mended)).isEqualTo(left);
            }

            byte[] damaged = whole.clone();
            damaged[end / 2] ^= 1;
            Path current = write("damaged", damaged);
            assertThatThrownBy(() -> OpenSegment.mend(current))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("a whole entry follows at byte");
            assertThat(Files.readAllBytes(current.resolve("log_inprogress_0"))).isEqualTo(damaged);

            // Ratis itself opens what was torn and mended, and goes on.
            Files.move(segment, openName(segment));
            Files.write(openName(segment), Arrays.copyOf(Arrays.copyOf(whole, end - 3), whole.length));
            nodes.start(1);
            nodes.openMetadata(1, false, LIMITS);
            await().atMost(Duration.ofSeconds(20)).until(() -> nodes.controller() == 1);
            assertThat(nodes.log(1).image().version()).isBetween(18L, 20L);
        }
    }

    private Path write(String name, byte[] content) throws IOException {
        Path current = Files.createDirectories(root.resolve(name));
        Files.write(current.resolve("log_inprogress_0"), content);
        return current;
    }

    private static Path openName(Path segment) {
        String name = segment.getFileName().toString();
        return name.startsWith("log_inprogress_")
                ? segment
                : segment.resolveSibling("log_inprogress_" + name.split("[_-]")[1]);
    }

    private static Path last(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            List<Path> segments = files.filter(
                            file -> file.getFileName().toString().startsWith("log_"))
                    .sorted(Comparator.comparing(file -> file.getFileName().toString()))
                    .toList();
            return segments.get(segments.size() - 1);
        }
    }
}
