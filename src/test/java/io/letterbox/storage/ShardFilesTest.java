package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.bus.Isolation;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests a shard with more partitions than the limit of open files. */
class ShardFilesTest extends ShardFixture {
    private static final int PARTITIONS = 100;

    private void servePartitions(String flush) throws Exception {
        PartitionImage here = new PartitionImage(0, 1, 0, List.of(1), List.of(1));
        apply(image(List.of(new TopicImage(
                "quakes", topicId, Collections.nCopies(PARTITIONS, here), new TopicConfig(Map.of("flush", flush))))));
    }

    private static TopicPartition partition(int number) {
        return new TopicPartition("quakes", number);
    }

    /** Publishes in one task of the shard, so that no checkpoint comes in between. */
    private void publishToEach(String value) throws Exception {
        List<Append> appends = new ArrayList<>();
        for (int number = 0; number < PARTITIONS; number++) {
            BatchBuilder builder = new BatchBuilder(256);
            builder.append(System.currentTimeMillis(), null, value.getBytes(StandardCharsets.UTF_8), List.of());
            Promise<Appended> done = Promise.promise();
            appends.add(new Append(partition(number), builder.build(), 1, null, done));
        }
        partitions.appendAll(appends);
        for (Append append : appends) await(append.done().future());
    }

    @ParameterizedTest
    @ValueSource(strings = {"sync", "os"})
    void writesToMorePartitionsThanFilesMayBeOpen(String flush) throws Exception {
        servePartitions(flush);
        assertThat(files.openFiles().open()).isZero();
        publishToEach("one");
        publishToEach("two");
        int limit = files.openFiles().limit();
        assertThat(files.mostOpen).isBetween(limit / 2, limit + 1);
        assertThat(failures).isEmpty();
        // Idle files are closed; with flush=os some may stay open until they are forced.
        Awaitility.await().until(() -> files.openFiles().open() <= limit / 2);
        restart(false);
        servePartitions(flush);
        assertThat(files.openFiles().open()).isLessThanOrEqualTo(limit);
        for (int number = 0; number < PARTITIONS; number++)
            assertThat(values(await(reader.read(partition(number), 0, 1000, Isolation.UNCOMMITTED))))
                    .containsExactly("one", "two");
    }
}
