package io.letterbox.storage;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The shards that this node hosts, and the addresses of those that are deployed. A node that stands alone hosts all
 * there are from its start on; in a cluster they are added as the metadata give them to it. Any thread.
 */
public final class HostedShards {
    /** Replaced as a whole. */
    private final AtomicReference<Hosted> hosted = new AtomicReference<>(new Hosted(new int[0], new String[0]));

    /**
     * @param ids in the order in which they were added
     * @param addresses by number of the shard; null for those that are not hosted
     */
    private record Hosted(int[] ids, String[] addresses) {
        Hosted with(int shard) {
            if (shard < addresses.length && addresses[shard] != null) return this;
            int[] moreIds = Arrays.copyOf(ids, ids.length + 1);
            moreIds[ids.length] = shard;
            String[] moreAddresses = Arrays.copyOf(addresses, Math.max(addresses.length, shard + 1));
            moreAddresses[shard] = ShardBus.address(shard);
            return new Hosted(moreIds, moreAddresses);
        }

        Hosted without(int shard) {
            if (shard >= addresses.length || addresses[shard] == null) return this;
            String[] fewer = addresses.clone();
            fewer[shard] = null;
            return new Hosted(Arrays.stream(ids).filter(id -> id != shard).toArray(), fewer);
        }
    }

    /** A shard is about to be undeployed. */
    public void remove(int shard) {
        hosted.updateAndGet(before -> before.without(shard));
    }

    /** Shards from 0 to below a count. */
    public static HostedShards first(int count) {
        HostedShards shards = new HostedShards();
        for (int shard = 0; shard < count; shard++) shards.add(shard);
        return shards;
    }

    /** A shard is deployed and takes messages. */
    public void add(int shard) {
        hosted.updateAndGet(before -> before.with(shard));
    }

    /** The numbers of the shards. Not to be changed. */
    int[] ids() {
        return hosted.get().ids;
    }

    /** The highest number of a shard, and one. */
    int end() {
        return hosted.get().addresses.length;
    }

    /** The address of a shard; null if it is not hosted. */
    String address(int shard) {
        String[] addresses = hosted.get().addresses;
        return shard < addresses.length ? addresses[shard] : null;
    }
}
