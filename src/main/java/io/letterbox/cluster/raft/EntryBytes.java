package io.letterbox.cluster.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteOutput;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/** The bytes of an entry as a heap buffer, without a copy where they are in one piece. */
final class EntryBytes extends ByteOutput {
    private ByteBuffer piece;
    private int pieces;

    private EntryBytes() {}

    static ByteBuffer of(ByteString bytes) {
        EntryBytes found = new EntryBytes();
        try {
            UnsafeByteOperations.unsafeWriteTo(bytes, found);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return found.pieces == 1 ? found.piece : ByteBuffer.wrap(bytes.toByteArray());
    }

    @Override
    public void write(byte value) {
        pieces = 2;
    }

    @Override
    public void write(byte[] value, int offset, int length) {
        writeLazy(value, offset, length);
    }

    @Override
    public void writeLazy(byte[] value, int offset, int length) {
        piece = ByteBuffer.wrap(value, offset, length);
        pieces++;
    }

    @Override
    public void write(ByteBuffer value) {
        writeLazy(value);
    }

    @Override
    public void writeLazy(ByteBuffer value) {
        if (value.hasArray()) piece = value.duplicate();
        pieces += value.hasArray() ? 1 : 2;
    }
}
