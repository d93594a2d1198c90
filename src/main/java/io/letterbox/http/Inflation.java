package io.letterbox.http;

import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates one complete body. The JDK's stream for gzip recurses for every empty member, and takes a body that was cut
 * between two members for a complete one.
 *
 * <pre>
 *   gzip (RFC 1952): one member after the other, each
 *   +----+----+---+-----+-----------+-----+----+------------------------+- - - - -+------------+------------+
 *   | 1f | 8b | 8 | FLG |   MTIME   | XFL | OS | as FLG says, see below | deflate | CRC32 (LE) | ISIZE (LE) |
 *   +----+----+---+-----+-----------+-----+----+------------------------+- - - - -+------------+------------+
 *                         4 bytes                XLEN (LE) and so many bytes; name, 0; comment, 0; CRC16
 * </pre>
 */
final class Inflation {
    private static final int MAGIC = 0x8b1f;
    private static final int METHOD = 8;
    private static final int TIME_AND_SYSTEM_BYTES = 6;

    private static final int HEAD_CRC = 0x02;
    private static final int EXTRA = 0x04;
    private static final int NAME = 0x08;
    private static final int COMMENT = 0x10;
    private static final int RESERVED = 0xe0;

    private final byte[] array;
    private final int end;
    private final ContentCoding.Output out;
    private final byte[] part = new byte[ContentCoding.PART_BYTES];
    private int at;

    Inflation(byte[] array, int offset, int length, ContentCoding.Output out) {
        this.array = array;
        this.at = offset;
        this.end = offset + length;
        this.out = out;
    }

    void gzip() throws DataFormatException {
        Inflater inflater = new Inflater(true);
        CRC32 sum = new CRC32();
        try {
            do {
                skipHead();
                inflater.reset();
                sum.reset();
                inflate(inflater, sum);
                boolean right = number(4) == sum.getValue();
                if (number(4) != (inflater.getBytesWritten() & 0xffff_ffffL) || !right) {
                    throw new DataFormatException("its checksum or its length is wrong");
                }
            } while (at < end);
        } finally {
            inflater.end();
        }
    }

    void deflate() throws DataFormatException {
        // The two bytes of a zlib header are a number divisible by 31, with method 8 in the low bits.
        boolean zlib =
                end - at >= 2 && (array[at] & 0x0f) == 8 && ((array[at] & 0xff) << 8 | array[at + 1] & 0xff) % 31 == 0;
        Inflater inflater = new Inflater(!zlib);
        try {
            inflate(inflater, new CRC32());
        } finally {
            inflater.end();
        }
        if (at < end) throw new DataFormatException("something follows its end");
    }

    private void inflate(Inflater inflater, CRC32 sum) throws DataFormatException {
        inflater.setInput(array, at, end - at);
        while (!inflater.finished()) {
            int count = inflater.inflate(part);
            if (count == 0 && !inflater.finished()) {
                if (inflater.needsDictionary()) throw new DataFormatException("it needs a dictionary");
                throw prematureEnd();
            }
            sum.update(part, 0, count);
            out.take(part, count);
        }
        at = end - inflater.getRemaining();
    }

    private void skipHead() throws DataFormatException {
        if (number(2) != MAGIC || number(1) != METHOD) throw new DataFormatException("it does not begin as gzip does");
        long flags = number(1);
        skip(TIME_AND_SYSTEM_BYTES);
        if ((flags & RESERVED) != 0) throw new DataFormatException("it has flags that mean nothing");
        if ((flags & EXTRA) != 0) skip((int) number(2));
        if ((flags & NAME) != 0) skipText();
        if ((flags & COMMENT) != 0) skipText();
        if ((flags & HEAD_CRC) != 0) skip(2);
    }

    private void skipText() throws DataFormatException {
        while (number(1) != 0) {
            // Reads up to the terminating zero.
        }
    }

    private void skip(int bytes) throws DataFormatException {
        if (end - at < bytes) throw prematureEnd();
        at += bytes;
    }

    /** The little-endian number in the next bytes. */
    private long number(int bytes) throws DataFormatException {
        int from = at;
        skip(bytes);
        long number = 0;
        for (int i = 0; i < bytes; i++) number |= (array[from + i] & 0xffL) << (8 * i);
        return number;
    }

    private static DataFormatException prematureEnd() {
        return new DataFormatException("it ends too early");
    }
}
