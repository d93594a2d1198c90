package io.letterbox.ingress.http;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts the records of one request into batches of their own, one per partition, which carry the request's numbers: a batch
 * is a repetition as a whole or not at all, so nobody else's records may be in it. Used once, on one event loop.
 */
final class NumberedPlacement implements Placement {
    private final PublishBatcher batcher;
    private final PublishRequest request;
    private final ProducerClaim claim;
    private final Map<Integer, OpenBatch> batches = new TreeMap<>();
    private int unsettled;
    private boolean fresh;

    NumberedPlacement(PublishBatcher batcher, PublishRequest request, ProducerClaim claim) {
        this.batcher = batcher;
        this.request = request;
        this.claim = claim;
    }

    ProducerClaim claim() {
        return claim;
    }

    @Override
    public int choose(PublishTarget target, byte[] key) {
        return key == null ? claim.choose(target.partitions.length) : target.choose(key);
    }

    @Override
    public int add(PublishTarget target, int partition, Draft draft, Receipt receipt) {
        OpenBatch batch = batches.get(partition);
        if (batch == null) {
            if (!claim.keyed() && !batches.isEmpty()) {
                throw new ApiException(
                        ErrorCode.INVALID_REQUEST,
                        "Records are numbered within a partition, and those of the request go to more than one. Name the"
                                + " partition, or send them apart.");
            }
            batch = new OpenBatch(target, target.partitions[partition], this);
            batches.put(partition, batch);
        }
        if (!batch.fits(draft)) {
            throw new ApiException(
                    ErrorCode.REQUEST_TOO_LARGE,
                    "What can be repeated has to fit into one batch per partition, and partition " + partition
                            + " would get more than max.message.bytes of the topic, "
                            + target.topic.config().maxMessageBytes() + ".");
        }
        return batch.add(draft, receipt);
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

    /** A batch's fate is known. */
    void settled(boolean duplicate) {
        fresh |= !duplicate;
        if (--unsettled == 0 && !fresh) request.replayed();
    }
}
