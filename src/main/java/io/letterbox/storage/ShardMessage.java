package io.letterbox.storage;

import io.letterbox.error.ApiException;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Promise;
import java.util.Map;

/** What a shard is told besides appends. It travels on the shard's own address, so it stays in order with them. */
sealed interface ShardMessage {
    /**
     * Serve what this image assigns to the shard.
     *
     * @param done kept when the shard has tried, with what it cannot serve yet, and why
     */
    record ApplyImage(ClusterImage image, Promise<Map<TopicPartition, ApiException>> done) implements ShardMessage {}
}
