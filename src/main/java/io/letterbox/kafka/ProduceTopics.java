package io.letterbox.kafka;

import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.TopicImage;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.Uuid;

/** The topics that clients of this event loop produce to, looked up once per image. Owned by that loop. */
final class ProduceTopics {
    private final KafkaBackend backend;
    private final Map<String, ProduceTopic> byName = new HashMap<>();
    private final Map<Uuid, ProduceTopic> byId = new HashMap<>();
    private ClusterImage known;

    ProduceTopics(KafkaBackend backend) {
        this.backend = backend;
    }

    /** The topic of a name, or null where there is none. */
    ProduceTopic find(String name) {
        refresh();
        ProduceTopic found = byName.get(name);
        return found != null ? found : open(known.topics().get(name));
    }

    /** The topic of an incarnation, or null where there is none. */
    ProduceTopic find(Uuid id) {
        refresh();
        ProduceTopic found = byId.get(id);
        if (found != null) return found;
        UUID wanted = ClusterView.id(id);
        for (TopicImage topic : known.topics().values()) if (topic.id().equals(wanted)) return open(topic);
        return null;
    }

    private void refresh() {
        ClusterImage image = backend.metadata().image();
        if (image == known) return;
        known = image;
        byName.clear();
        byId.clear();
    }

    private ProduceTopic open(TopicImage image) {
        if (image == null) return null;
        ProduceTopic topic = new ProduceTopic(image, backend.meters().topic(image.name()));
        byName.put(image.name(), topic);
        byId.put(ClusterView.id(image.id()), topic);
        return topic;
    }
}
