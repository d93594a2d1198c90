package io.letterbox.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.Limits;
import io.letterbox.metadata.MetadataMachine;
import io.letterbox.metadata.SettingsOwner;
import io.letterbox.metadata.Transition;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MetadataChangesTest {
    private final MetadataMachine machine = new MetadataMachine(new Limits(10, 10, 10), Map.of());
    private ClusterImage image = MetadataMachine.empty("cluster");

    /** The audit log's line for a command; null if there is none. */
    private String said(Command command) {
        Transition transition = machine.apply(image, command);
        Change change = MetadataChanges.of(command, image, transition.image());
        image = transition.image();
        return change == null ? null : change.text(Actor.SERVER).replace(" by the server itself", "");
    }

    @Test
    void everyChangeThatSomebodyWantedIsOneLine() {
        assertThat(said(new Command.RegisterNode(1, new Endpoint("h", 1), new Endpoint("h", 2))))
                .isNull();
        assertThat(said(new Command.CreateTopic("t", UUID.randomUUID(), 2, 1, Map.of("retention.ms", "5"))))
                .isEqualTo("Topic t created (partitions: 2; retention.ms: 5)");
        assertThat(said(new Command.AddPartitions("t", 4))).isEqualTo("Topic t changed (partitions: 2 → 4)");
        assertThat(said(new Command.AlterTopic("t", Map.of("segment.ms", "7"), Set.of("retention.ms"))))
                .isEqualTo("Topic t changed (retention.ms: 5 → default; segment.ms: default → 7)");
        assertThat(said(new Command.AlterTopic("t", Map.of("segment.ms", "7"), Set.of("retention.ms"))))
                .isNull();
        assertThat(said(new Command.AlterSettings(SettingsOwner.ALL_NODES, Map.of("retention.ms", "9"), Set.of())))
                .isEqualTo("Settings of node (all) changed (retention.ms: default → 9)");
        assertThat(said(new Command.AlterSettings(
                        SettingsOwner.group("g"), Map.of("consumer.session.timeout.ms", "50000"), Set.of())))
                .isEqualTo("Settings of group g changed (consumer.session.timeout.ms: default → 50000)");
        assertThat(said(new Command.AllocateProducerIds())).isNull();
        assertThat(said(new Command.DeleteTopic("t"))).isEqualTo("Topic t deleted (partitions: 4)");
        assertThat(said(new Command.ForgetDeleted(Set.copyOf(image.deleted().keySet()))))
                .isNull();
    }
}
