package io.letterbox.publishing;

import io.letterbox.bus.Metadata;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.TopicImage;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/**
 * The handles of the topics that an event loop writes to, by name and by id. They are dropped when the image changes.
 * Owned by that loop.
 *
 * @param <T> the loop's handle of a topic
 */
public final class TopicHandles<T extends TopicHandle> {
    private final Metadata metadata;
    private final Function<TopicImage, T> opener;
    private final Map<String, T> byName = new HashMap<>();
    private final Map<UUID, T> byId = new HashMap<>();
    private ClusterImage known;

    /** @param opener makes the handle of a topic */
    public TopicHandles(Metadata metadata, Function<TopicImage, T> opener) {
        this.metadata = metadata;
        this.opener = opener;
    }

    /** The handle of a topic by its name, or null if there is no such topic. */
    public T find(String name) {
        refresh();
        T found = byName.get(name);
        return found != null ? found : open(known.topics().get(name));
    }

    /** The handle of a topic by its id, or null if there is no such topic. */
    public T find(UUID id) {
        refresh();
        T found = byId.get(id);
        return found != null ? found : open(known.topic(id));
    }

    private void refresh() {
        ClusterImage image = metadata.image();
        if (image == known) return;
        known = image;
        byName.clear();
        byId.clear();
    }

    private T open(TopicImage topic) {
        if (topic == null) return null;
        T handle = opener.apply(topic);
        byName.put(topic.name(), handle);
        byId.put(topic.id(), handle);
        return handle;
    }
}
