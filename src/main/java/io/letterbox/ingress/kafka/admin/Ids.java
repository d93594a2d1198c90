package io.letterbox.ingress.kafka.admin;

import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.TopicImage;
import java.util.UUID;
import org.apache.kafka.common.Uuid;

/** A topic's incarnation, as Kafka's protocol writes it. */
final class Ids {
    private Ids() {}

    static Uuid kafka(UUID id) {
        return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    /** The topic of this incarnation, or null. */
    static TopicImage find(ClusterImage image, Uuid id) {
        UUID wanted = new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
        for (TopicImage topic : image.topics().values()) if (topic.id().equals(wanted)) return topic;
        return null;
    }
}
