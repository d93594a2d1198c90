package io.letterbox.kafka.api;

import io.letterbox.bus.FileSlice;
import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.RecordsSend;

/** Record batches in a response, as they are stored: in memory or in a file. Written only by {@link ResponseParts}. */
public sealed interface StoredRecords extends BaseRecords {
    /** No records. */
    StoredRecords NONE = new Heap(ByteBuffer.allocate(0));

    /** Records that are few enough to be copied: whole batches between position and limit; not modified. */
    record Heap(ByteBuffer batches) implements StoredRecords {
        @Override
        public int sizeInBytes() {
            return batches.remaining();
        }
    }

    /** Records that the kernel sends; the slice is released after that, or when the response is discarded. */
    record File(FileSlice slice) implements StoredRecords {
        @Override
        public int sizeInBytes() {
            return slice.sizeBytes();
        }
    }

    @Override
    default RecordsSend<? extends BaseRecords> toSend() {
        throw new UnsupportedOperationException("Kafka's own network layer is not used");
    }
}
