package io.letterbox.metadata;

import io.letterbox.disk.Disk;
import io.letterbox.disk.ForceFailedException;
import io.letterbox.disk.LogFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.zip.CRC32C;

/**
 * A file of checksummed frames, whose format tells a torn end after a crash from damage.
 *
 * <pre>
 *   +----------------+
 *   | "LBXMETA1"     |  8 bytes
 *   +----------------+----------------+----------------+------------------+
 *   | length  int32  | bodyCrc int32  | headCrc int32  | body             |  a frame; length = bytes of body
 *   +----------------+----------------+----------------+------------------+
 *   | ...            |    bodyCrc = CRC-32C of body;  headCrc = CRC-32C of length and bodyCrc
 * </pre>
 *
 * <p>Every frame is forced before the next is written, so a crash can tear the last one only. A bad frame is therefore
 * a torn end if no whole frame follows it, wherever one may begin, and damage if one does. A new file, and one that is
 * rewritten because it has grown long, consists of one frame with an image; it is written to a temporary file, which is
 * renamed.
 *
 * <p>Not safe for use by several threads at once.
 */
final class MetadataFile implements Closeable {
    /** The limit for a frame, far above the largest command and image that the limits of a server allow. */
    static final int MAX_BODY_BYTES = 64 << 20;

    private static final byte[] MAGIC = "LBXMETA1".getBytes(StandardCharsets.US_ASCII);
    private static final int HEAD_BYTES = 12;

    private final LogFile file;
    private long sizeBytes;

    private MetadataFile(LogFile file, long sizeBytes) {
        this.file = file;
        this.sizeBytes = sizeBytes;
    }

    /** Receives the bodies of frames, in order. */
    interface FrameConsumer {
        void frame(byte[] body) throws IOException;
    }

    /** Makes the file, or replaces it as a whole, with one frame in it. Durable. */
    static void replace(Disk disk, Path path, byte[] firstBody) throws IOException {
        ByteBuffer frame = frame(firstBody);
        byte[] content = ByteBuffer.allocate(MAGIC.length + frame.remaining())
                .put(MAGIC)
                .put(frame)
                .array();
        disk.createDirectories(path.getParent());
        disk.replace(path, content);
    }

    /**
     * Reads all frames, cuts off a torn end and leaves the file open for more.
     *
     * @throws IOException if the file is damaged before its end; the file is not changed then
     */
    static MetadataFile open(Disk disk, Path path, FrameConsumer reader) throws IOException {
        byte[] content = disk.readAll(path);
        if (!Arrays.equals(content, 0, Math.min(content.length, MAGIC.length), MAGIC, 0, MAGIC.length)) {
            throw damaged(path, 0, "it does not begin as a metadata log does");
        }
        ByteBuffer bytes = ByteBuffer.wrap(content);
        int position = MAGIC.length;
        while (isFrame(bytes, position)) {
            byte[] body =
                    Arrays.copyOfRange(content, position + HEAD_BYTES, position + HEAD_BYTES + bytes.getInt(position));
            try {
                reader.frame(body);
            } catch (IOException meaningless) {
                throw damaged(path, position, meaningless.getMessage());
            }
            position += HEAD_BYTES + body.length;
        }
        if (position == MAGIC.length) throw damaged(path, position, "its first frame is not whole");
        int later = next(content.length, position + 1, at -> isFrame(bytes, at));
        if (later >= 0) {
            throw damaged(path, position, "the frame there is not whole, but there is a whole one at byte " + later);
        }
        LogFile file = disk.open(path);
        boolean durable = false;
        try (Disk.OpenDirectory directory = disk.openDirectory(path.getParent())) {
            if (position < content.length) file.truncate(position);
            // A killed process may have left frames, or the file's name, in the page cache only. They are used from now
            // on, so they have to be durable.
            file.force();
            directory.force();
            durable = true;
        } finally {
            if (!durable) file.close();
        }
        return new MetadataFile(file, position);
    }

    /**
     * Adds a frame and makes it durable.
     *
     * @throws ForceFailedException if that failed; the file must not be written any more
     * @throws IOException if the frame could not be written: it does not count, and the next one overwrites it
     */
    void append(byte[] body) throws IOException {
        ByteBuffer frame = frame(body);
        int length = frame.remaining();
        try {
            file.write(frame, sizeBytes);
        } catch (IOException lacking) {
            // The remainder is no whole frame, so it is harmless even if truncating fails, too.
            file.truncate(sizeBytes);
            throw lacking;
        }
        file.force();
        sizeBytes += length;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private static ByteBuffer frame(byte[] body) {
        if (body.length > MAX_BODY_BYTES) throw new IllegalArgumentException(body.length + " bytes are too many");
        ByteBuffer frame = ByteBuffer.allocate(HEAD_BYTES + body.length);
        frame.putInt(body.length).putInt(crc(body, 0, body.length));
        frame.putInt(crc(frame.array(), 0, 8)).put(body);
        return frame.flip();
    }

    /** True if a whole frame with right checksums begins at the position. The head is checked first, which is cheap. */
    private static boolean isFrame(ByteBuffer bytes, int position) {
        if (position + HEAD_BYTES > bytes.limit()) return false;
        int length = bytes.getInt(position);
        if (length < 1 || length > bytes.limit() - position - HEAD_BYTES) return false;
        if (bytes.getInt(position + 8) != crc(bytes.array(), position, 8)) return false;
        return bytes.getInt(position + 4) == crc(bytes.array(), position + HEAD_BYTES, length);
    }

    private static int next(int end, int from, IntPredicate found) {
        for (int at = from; at < end; at++) if (found.test(at)) return at;
        return -1;
    }

    private static int crc(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    private static IOException damaged(Path path, int position, String what) {
        return new IOException("The metadata log " + path + " is damaged at byte " + position + ": " + what
                + ". Nothing was changed. Restore the file from a backup, or move it away to start without topics.");
    }
}
