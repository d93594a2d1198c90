package io.letterbox.metadata.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.log.sim.Seeds;
import io.letterbox.log.sim.SimCrash;
import io.letterbox.log.sim.SimDisk;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.Limits;
import io.letterbox.metadata.LocalMetadataLog;
import io.letterbox.metadata.MetadataMachine;
import io.letterbox.metadata.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * The real metadata log on the simulated disk: after every crash, answered commands are there, and no command is half
 * applied.
 */
class MetadataCrashSimTest {
    private static final Path FILE = Path.of("/data/meta/metadata.log");
    private static final int CRASHES = 3;

    @Test
    void whatWasAnsweredSurvives() throws Exception {
        Seeds.forEach(MetadataCrashSimTest.class, seed -> new Run(seed).all());
    }

    private static final class Run {
        private final Random random;
        private final SimDisk disk;
        private final MetadataMachine machine = new MetadataMachine(new Limits(20, 20, 200), Map.of());
        private LocalMetadataLog log;

        /** The image of the last answer; underWay is the image with the pending command. */
        private ClusterImage answered;

        private ClusterImage underWay;

        Run(long seed) {
            random = new Random(seed);
            disk = new SimDisk(seed);
        }

        void all() throws IOException {
            open();
            for (int crash = 0; crash < CRASHES; crash++) {
                boolean forceFails = random.nextInt(4) == 0;
                if (forceFails) disk.failForce(1 + random.nextInt(25));
                else disk.stopBefore(1 + random.nextInt(40));
                try {
                    while (propose()) assertThat(name(log.image())).isEqualTo(name(answered));
                } catch (SimCrash stop) {
                    // The simulated crash.
                }
                if (random.nextInt(4) == 0 && !forceFails) disk.kill();
                else disk.crash();
                open();
            }
        }

        private void open() throws IOException {
            log = LocalMetadataLog.open(disk, FILE, machine, "id", Runnable::run);
            if (answered != null) assertThat(name(log.image())).isIn(name(answered), name(underWay));
            answered = log.image();
            underWay = answered;
        }

        /** Proposes a command. Returns false if the log takes no more commands. */
        private boolean propose() {
            Command command = command();
            underWay = machine.apply(answered, command).image();
            CompletableFuture<Reply> reply = log.propose(command).toCompletableFuture();
            if (reply.isCompletedExceptionally()) {
                assertThat(log.propose(command()).toCompletableFuture()).isCompletedExceptionally();
                return false;
            }
            answered = underWay;
            return true;
        }

        /** Version and digest of an image, short enough for a message. */
        private static String name(ClusterImage image) {
            return image.version() + " " + image.digest();
        }

        private Command command() {
            String name = "t" + random.nextInt(6);
            // Texts are so long that the log is rewritten now and then.
            if (answered.nodes().isEmpty() || random.nextBoolean()) {
                Endpoint http = new Endpoint("h".repeat(20_000 + random.nextInt(40_000)), random.nextInt(9));
                return new Command.RegisterNode(1, http, Endpoint.NONE);
            }
            switch (random.nextInt(5)) {
                case 0:
                    return new Command.DeleteTopic(name);
                case 1:
                    return new Command.AddPartitions(name, 1 + random.nextInt(8));
                case 2:
                    return new Command.AllocateProducerIds();
                case 3:
                    return new Command.AlterTopic(name, Map.of("retention.ms", "" + random.nextInt(99)), Set.of());
                default:
                    UUID id = new UUID(random.nextLong(), random.nextLong());
                    return new Command.CreateTopic(name, id, 1 + random.nextInt(3), 1, Map.of());
            }
        }
    }
}
