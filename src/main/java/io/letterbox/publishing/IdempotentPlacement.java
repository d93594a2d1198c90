package io.letterbox.publishing;

import io.letterbox.access.Principal;
import io.letterbox.bus.Partitions;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.record.Partitioner;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts the records of one request into batches of their own, one per partition, with the request's producer id and
 * sequence numbers: a batch is a duplicate as a whole or not at all, so it contains the records of this request only.
 * Used once, on one event loop; nothing is sent before {@link #end}.
 */
public final class IdempotentPlacement implements Placement {
    private final PublishBatcher batcher;
    private final Principal principal;
    private final ProducerIdentity claim;
    private final int size;
    private final Runnable replayed;
    private final Map<Integer, OpenBatch> batches = new TreeMap<>();
    private int unsettled;
    private boolean fresh;

    /**
     * @param principal the publisher of the request
     * @param claim what the records are numbered with
     * @param size how many partitions the topic has, or had when the request came first
     * @param replayed done before the acknowledgement of the last batch where all that the request asks for was there
     */
    public IdempotentPlacement(
            PublishBatcher batcher, Principal principal, ProducerIdentity claim, int size, Runnable replayed) {
        this.principal = principal;
        this.batcher = batcher;
        this.claim = claim;
        this.size = size;
        this.replayed = replayed;
    }

    ProducerIdentity claim() {
        return claim;
    }

    @Override
    public int choose(PublishTarget target, byte[] key) {
        return key == null ? claim.choose(size) : Partitioner.forKey(key, size);
    }

    @Override
    public int add(PublishTarget target, int partition, PendingRecord draft, PublishCallback callback) {
        OpenBatch batch = batches.get(partition);
        if (batch == null) {
            if (!claim.keyed() && !batches.isEmpty()) {
                throw new ApiException(
                        ErrorCode.INVALID_REQUEST,
                        "Records are numbered within a partition, and those of the request go to more than one. Name"
                                + " the partition, or send them apart.");
            }
            batch = new OpenBatch(target, target.partitions[partition], principal, this);
            batches.put(partition, batch);
        }
        if (!batch.fits(draft)) {
            throw new ApiException(
                    ErrorCode.REQUEST_TOO_LARGE,
                    "What can be repeated has to fit into one batch per partition, and partition " + partition
                            + " would get more than max.message.bytes of the topic, "
                            + target.topic.config().maxMessageBytes() + ".",
                    Map.of(ApiException.LIMIT, target.topic.config().maxMessageBytes()));
        }
        return batch.add(draft, callback);
    }

    @Override
    public boolean isWhole() {
        return true;
    }

    @Override
    public void end() {
        unsettled = batches.size();
        batches.values().forEach(batcher::send);
    }

    /**
     * Whether this is how the partitions that know the publisher came to know it.
     *
     * @param known the number of its last record in each, as {@link Partitions#findProducer} gives them
     */
    public boolean isConsistentWith(Map<Integer, Integer> known) {
        // A numbering producer sends many requests, also to partitions of its choice, so the known ones need not match
        // exactly.
        if (!claim.keyed()) return known.keySet().containsAll(batches.keySet());
        return covers(known)
                && known.entrySet().stream()
                        .allMatch(each -> each.getValue() == Partitions.UNREADABLE
                                || each.getValue() == batches.get(each.getKey()).lastSequence());
    }

    /** Whether this placement writes to each of the partitions that know the idempotency key. */
    public boolean covers(Map<Integer, Integer> known) {
        return claim.keyed() && batches.keySet().containsAll(known.keySet());
    }

    /** Notes the outcome of one batch. */
    void settled(boolean duplicate) {
        fresh |= !duplicate;
        if (--unsettled == 0 && !fresh) replayed.run();
    }
}
