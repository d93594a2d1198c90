package io.letterbox.kafka;

import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.TopicImage;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.Uuid;

/** Topics by their ids (KIP-516), according to the newest image that was asked about. Owned by one event loop. */
public final class TopicIds {
    private ClusterImage image;
    private Map<UUID, TopicImage> byId = Map.of();

    /** The topic with an id, or null if the image has none. */
    public TopicImage find(ClusterImage newest, Uuid id) {
        if (image != newest) {
            Map<UUID, TopicImage> found = new HashMap<>();
            newest.topics().values().forEach(topic -> found.put(topic.id(), topic));
            byId = found;
            image = newest;
        }
        return byId.get(new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits()));
    }

    /** Converts a topic's id to Kafka's type. */
    public static Uuid of(TopicImage topic) {
        return new Uuid(topic.id().getMostSignificantBits(), topic.id().getLeastSignificantBits());
    }
}
