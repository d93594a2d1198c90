package io.letterbox.kafka.api;

import io.letterbox.bus.FileSlice;
import io.letterbox.record.Varint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultFileRegion;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.Writable;
import org.apache.kafka.common.record.internal.BaseRecords;

/**
 * Encodes a response whose records are {@link StoredRecords} into parts that the channel writes one after the other:
 *
 * <pre>
 * ┌────────┬────────┬──────────────────────┬────────────┬─────────────────┬──────────── ─ ─
 * │ length │ header │ body up to records   │ records in │ body up to      │ records in
 * │ int32  │        │ (and small records)  │ a file     │ further records │ a file
 * └────────┴────────┴──────────────────────┴────────────┴─────────────────┴──────────── ─ ─
 *  \________ a pooled buffer ______________/ \_ region _/ \___ buffer ____/ \_ region _/
 * </pre>
 *
 * The bytes of a region do not pass through this process.
 */
public final class ResponseParts implements Writable, Varint.Sink {
    private final List<Object> parts = new ArrayList<>();
    private final ByteBuf buffer;
    private int written;

    ResponseParts(ByteBuf buffer) {
        this.buffer = buffer;
    }

    /**
     * The whole frame, including its length.
     *
     * @return buffers and file regions, each to be written (which releases it) or released, in this order
     */
    public static List<Object> encode(
            ByteBufAllocator allocator,
            ResponseHeaderData header,
            short headerVersion,
            ApiMessage body,
            short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        MessageSizeAccumulator size = new MessageSizeAccumulator();
        header.addSize(size, cache, headerVersion);
        body.addSize(size, cache, version);
        // Records in memory are copied into the same buffer: small responses are one buffer then.
        ResponseParts writer = new ResponseParts(allocator.directBuffer(Integer.BYTES + size.sizeExcludingZeroCopy()));
        try {
            writer.writeInt(size.totalSize());
            header.write(writer, cache, headerVersion);
            body.write(writer, cache, version);
            writer.cut();
            return writer.parts;
        } catch (RuntimeException failure) {
            writer.parts.forEach(io.netty.util.ReferenceCountUtil::release);
            throw failure;
        } finally {
            writer.buffer.release();
        }
    }

    @Override
    public void writeRecords(BaseRecords records) {
        if (records instanceof StoredRecords.Heap heap) {
            buffer.writeBytes(heap.batches().duplicate());
        } else if (records instanceof StoredRecords.File file) {
            cut();
            parts.add(new Region(file.slice()));
        } else {
            throw new AssertionError("records that were not read from a log: " + records);
        }
    }

    /** Makes a part of what was written since the last region. */
    private void cut() {
        int end = buffer.writerIndex();
        if (end == written) return;
        parts.add(buffer.retainedSlice(written, end - written));
        written = end;
    }

    @Override
    public void writeByte(byte value) {
        buffer.writeByte(value);
    }

    @Override
    public void writeShort(short value) {
        buffer.writeShort(value);
    }

    @Override
    public void writeInt(int value) {
        buffer.writeInt(value);
    }

    @Override
    public void writeLong(long value) {
        buffer.writeLong(value);
    }

    @Override
    public void writeDouble(double value) {
        buffer.writeDouble(value);
    }

    @Override
    public void writeByteArray(byte[] value) {
        buffer.writeBytes(value);
    }

    @Override
    public void writeByteBuffer(ByteBuffer value) {
        buffer.writeBytes(value.duplicate());
    }

    @Override
    public void writeUnsignedVarint(int value) {
        Varint.write(value & 0xffffffffL, this);
    }

    @Override
    public void writeVarint(int value) {
        Varint.write(Varint.zigzag(value), this);
    }

    @Override
    public void writeVarlong(long value) {
        Varint.write(Varint.zigzag(value), this);
    }

    /**
     * A region of a segment's file. Netty would close the file when it has sent the region; the file belongs to the
     * segment, so the slice is released instead.
     */
    private static final class Region extends DefaultFileRegion {
        private final FileSlice slice;

        Region(FileSlice slice) {
            super(slice.channel(), slice.position(), slice.sizeBytes());
            this.slice = slice;
        }

        @Override
        protected void deallocate() {
            slice.release();
        }
    }
}
