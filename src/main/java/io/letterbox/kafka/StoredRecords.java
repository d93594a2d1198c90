package io.letterbox.kafka;

import io.letterbox.bus.FileSlice;
import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.RecordsSend;

/** Record batches in a response, as they are stored: in memory or in a file. Only {@link ResponseParts} can write them. */
public sealed interface StoredRecords extends BaseRecords {
    /** No records. */
    StoredRecords NONE = new Heap(ByteBuffer.allocate(0));

    /** Few enough to be copied: whole batches between position and limit, which nobody changes. */
    record Heap(ByteBuffer batches) implements StoredRecords {
        @Override
        public int sizeInBytes() {
            return batches.remaining();
        }
    }

    /** For the kernel to send; released when that is done, or by whoever throws the response away. */
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
