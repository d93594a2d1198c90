package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.letterbox.error.ApiException;
import io.letterbox.log.sim.SimDisk;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.Limits;
import io.letterbox.metadata.LocalMetadataLog;
import io.letterbox.metadata.MetadataMachine;
import io.letterbox.metadata.PartitionImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The number of shards is a matter of the directory, and not of who opens it. */
class ShardCountTest {
    private static final Logger LOG = (Logger) LoggerFactory.getLogger(ShardCount.class);

    private final ListAppender<ILoggingEvent> said = new ListAppender<>();
    private final SimDisk disk = new SimDisk(1);

    @BeforeEach
    void listen() {
        said.start();
        LOG.addAppender(said);
    }

    @AfterEach
    void stop() {
        LOG.detachAppender(said);
    }

    private LocalMetadataLog open() throws IOException {
        MetadataMachine machine = new MetadataMachine(new Limits(10, 10, 100), Map.of());
        return LocalMetadataLog.open(disk, Path.of("/meta/metadata.log"), machine, "c", Runnable::run);
    }

    @Test
    void theFirstStartDecidesForAllLaterOnes() throws IOException {
        assertThat(ShardCount.of(open(), 1, 3)).isEqualTo(3);
        disk.crash();
        LocalMetadataLog later = open();
        assertThat(ShardCount.of(later, 1, 0)).isEqualTo(3);
        assertThat(ShardCount.of(later, 1, 3)).isEqualTo(3);
        assertThat(said.list).isEmpty();
        assertThat(ShardCount.of(later, 1, 5)).isEqualTo(3);
        assertThat(said.list).singleElement().satisfies(event -> assertThat(event.getFormattedMessage())
                .contains("storage.shards is 5", "has had 3 shards", "Set storage.shards to 3"));
    }

    /** As a directory of servers that knew no shards. */
    @Test
    void partitionsThatAreThereGetTheirPlaces() throws IOException {
        LocalMetadataLog log = open();
        log.propose(new Command.RegisterNode(1, new Endpoint("h", 1), Endpoint.NONE));
        log.propose(new Command.CreateTopic("t", new UUID(1, 2), 3, 1, Map.of()));
        assertThat(ShardCount.of(log, 1, 2)).isEqualTo(2);
        disk.crash();
        assertThat(open().image().topics().get("t").partitions())
                .extracting(PartitionImage::shard)
                .containsExactly(0, 1, 0);
    }

    @Test
    void anotherNodeDoesNotDecide() throws IOException {
        LocalMetadataLog log = open();
        log.propose(new Command.RegisterNode(1, new Endpoint("h", 1), Endpoint.NONE));
        assertThatThrownBy(() -> ShardCount.of(log, 2, 2))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("belongs to node 1");
        assertThat(log.image().shards()).isEmpty();
    }
}
