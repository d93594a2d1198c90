package io.letterbox.log.compaction;

import io.letterbox.log.producers.ProducerBatch;
import io.letterbox.log.producers.ProducerState;
import io.letterbox.record.RecordBatch;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The batches that have to stay in a compacted log so that the states of its producers can be rebuilt: the last batch
 * of each producer, at least its header, or the marker if its epoch has no other batch. Immutable.
 */
final class LastProducerBatches {
    private final Map<Long, Long> lastOffsets = new HashMap<>();
    private final Map<Long, Short> markedEpochs = new HashMap<>();

    /** @param belowOffset batches at or beyond it are not compacted */
    static LastProducerBatches of(Collection<ProducerState> producers, long belowOffset) {
        LastProducerBatches lastBatches = new LastProducerBatches();
        for (ProducerState producer : producers) {
            List<ProducerBatch> batches = producer.batches();
            if (batches.isEmpty()) {
                lastBatches.markedEpochs.put(producer.id(), producer.epoch());
                continue;
            }
            long last = batches.get(batches.size() - 1).lastOffset();
            if (last < belowOffset) lastBatches.lastOffsets.put(producer.id(), last);
        }
        return lastBatches;
    }

    boolean keep(RecordBatch batch) {
        if (batch.producerId() < 0) return false;
        if (batch.isControl()) {
            Short epoch = markedEpochs.get(batch.producerId());
            return epoch != null && epoch == batch.producerEpoch();
        }
        Long last = lastOffsets.get(batch.producerId());
        return last != null && last == batch.lastOffset();
    }
}
