package io.letterbox.kafka;

import io.netty.buffer.ByteBuf;

/**
 * Puts the frames of one connection together from what the socket gives. The API's key is looked at before there is room for
 * the frame, because it decides how long the frame may be. Owned by the connection's event loop.
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

    /** Reads up to the API's key; false where there are not so many bytes yet. */
    boolean readPrefix(ByteBuf in) {
        while (prefixBytes < PREFIX_BYTES) {
            if (!in.isReadable()) return false;
            prefix = prefix << Byte.SIZE | in.readUnsignedByte();
            prefixBytes++;
        }
        return true;
    }

    /** The bytes of the frame, as it says itself; any number. */
    int length() {
        return (int) (prefix >> Short.SIZE);
    }

    /** The key of the API that the frame is for; any number. */
    short apiKey() {
        return (short) prefix;
    }

    /** Makes room for the frame; {@link #length()} has been checked. */
    void open() {
        frame = new byte[length()];
        frame[0] = (byte) (apiKey() >> Byte.SIZE);
        frame[1] = (byte) apiKey();
        filled = Short.BYTES;
    }

    /** Reads up to the end of the frame; false where there are not so many bytes yet. */
    boolean fill(ByteBuf in) {
        int more = Math.min(in.readableBytes(), frame.length - filled);
        in.readBytes(frame, filled, more);
        filled += more;
        return filled == frame.length;
    }

    /** The whole frame, without its length; the next one begins. */
    byte[] take() {
        byte[] whole = frame;
        frame = null;
        prefix = 0;
        prefixBytes = 0;
        return whole;
    }
}
