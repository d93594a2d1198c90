package io.letterbox.storage;

import io.letterbox.metadata.ClusterImage;
import io.vertx.core.Promise;

/** What a shard is told besides appends. It travels on the shard's own address, so it stays in order with them. */
sealed interface ShardMessage {
    /** Serve what this image assigns to the shard. The promise is kept when the shard does. */
    record ApplyImage(ClusterImage image, Promise<Void> done) implements ShardMessage {}
}
