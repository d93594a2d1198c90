package io.letterbox.kafka.groups;

import io.letterbox.kafka.api.ClusterView;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.TopicImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** Finds topics by name or, if the request's version does so, by id (KIP-848). For one request. */
final class TopicNames {
    private final ClusterImage image;
    private final boolean byId;

    /** @param byId whether the request's version names topics by id */
    TopicNames(ClusterImage image, boolean byId) {
        this.image = image;
        this.byId = byId;
    }

    /** The topic, or null if there is none. */
    TopicImage find(String name, Uuid id) {
        return byId ? image.topic(ClusterView.id(id)) : image.topics().get(name);
    }

    /** The error for a topic that does not exist. */
    Errors unknown() {
        return byId ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }
}
