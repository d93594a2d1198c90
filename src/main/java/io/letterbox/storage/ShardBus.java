package io.letterbox.storage;

import io.letterbox.bus.Append;
import io.letterbox.bus.Committed;
import io.vertx.core.eventbus.EventBus;

/**
 * The addresses of the local event bus, and the messages that are sent on it by reference. There is one address per
 * shard, never one per partition, because addresses become metric labels.
 */
public final class ShardBus {
    /** {@link Committed} is published here, for this node's event loops, after every group commit. */
    static final String COMMITTED = "letterbox.committed";

    private ShardBus() {}

    /** The address at which a shard takes its messages: {@link Append} and every {@link ShardMessage}. */
    static String address(int shard) {
        return "letterbox.storage." + shard;
    }

    /** Registers the messages of shards on a bus; once per process. */
    public static void register(EventBus bus) {
        LocalCodec.register(bus, Append.class);
        LocalCodec.register(bus, Committed.class);
        LocalCodec.register(bus, ShardMessage.Appends.class);
        LocalCodec.register(bus, ShardMessage.DeleteRecords.class);
        LocalCodec.register(bus, ShardMessage.DescribeProducers.class);
        LocalCodec.register(bus, ShardMessage.FindProducer.class);
        LocalCodec.register(bus, ShardMessage.Ask.class);
        LocalCodec.register(bus, ShardMessage.ApplyImage.class);
    }
}
