package io.letterbox.kafka;

import io.netty.buffer.ByteBuf;

/**
 * Assembles the frames of one connection from the bytes of the socket. The API key is read before the frame is
 * allocated, because it decides how long the frame may be. Owned by the connection's event loop.
 *
 * <pre>
 *   +----------------+----------------------------------+
 *   | length  int32  | apiKey  int16  ...               |   length = bytes behind it
 *   +----------------+----------------------------------+
 * </pre>
 */
final class FrameAssembler {
    private static final int PREFIX_BYTES = Integer.BYTES + Short.BYTES;

    private long prefix;
    private int prefixBytes;
    private byte[] frame;
    private int filled;

    /** Reads up to the API key; false if more bytes are needed. */
    boolean readPrefix(ByteBuf in) {
        while (prefixBytes < PREFIX_BYTES) {
            if (!in.isReadable()) return false;
            prefix = prefix << Byte.SIZE | in.readUnsignedByte();
            prefixBytes++;
        }
        return true;
    }

    /** The length of the frame as announced; any number. */
    int length() {
        return (int) (prefix >> Short.SIZE);
    }

    /** The API key of the frame; any number. */
    short apiKey() {
        return (short) prefix;
    }

    /** Allocates the frame; {@link #length()} has been checked. */
    void open() {
        frame = new byte[length()];
        frame[0] = (byte) (apiKey() >> Byte.SIZE);
        frame[1] = (byte) apiKey();
        filled = Short.BYTES;
    }

    /** Reads up to the end of the frame; false if more bytes are needed. */
    boolean fill(ByteBuf in) {
        int more = Math.min(in.readableBytes(), frame.length - filled);
        in.readBytes(frame, filled, more);
        filled += more;
        return filled == frame.length;
    }

    /** Returns the complete frame, without its length, and starts the next one. */
    byte[] take() {
        byte[] whole = frame;
        frame = null;
        prefix = 0;
        prefixBytes = 0;
        return whole;
    }
}
