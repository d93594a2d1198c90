package io.letterbox.storage.coordinator;

import io.letterbox.bus.Groups;
import io.letterbox.bus.Metadata;
import io.vertx.core.Vertx;

/** The way to the coordinators of consumer groups: the partitions of {@code __consumer_offsets}. Any thread. */
public final class GroupsRoute extends CoordinatorRouter implements Groups {
    /**
     * @param shards how many shards this node has
     * @param partitions of the internal topic, where it is yet to be made
     */
    public GroupsRoute(Vertx vertx, Metadata metadata, int shards, int partitions) {
        super(vertx, metadata, shards, new InternalTopic(TOPIC, partitions));
    }
}
