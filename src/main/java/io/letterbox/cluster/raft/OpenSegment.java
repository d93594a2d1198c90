package io.letterbox.cluster.raft;

import io.letterbox.disk.DataLayout;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segment of a Raft log that was written last. A process that is killed leaves an entry that is not whole at its
 * end, before zeros that were written in advance: Ratis takes that for damage and does not start. Such an entry was
 * never acknowledged, because its write was not forced; it is cut off here. Anything else that is not whole is left to
 * Ratis.
 *
 * <pre>
 *   +------------+
 *   | "RaftLog1" |
 *   +------------+----------------+----------------------+
 *   | length  varint | LogEntryProto | CRC-32C of both  int32 |   an entry
 *   +----------------+---------------+------------------------+
 *   | ...  zeros to the end of the file                       |
 * </pre>
 */
final class OpenSegment {
    private static final Logger LOG = LoggerFactory.getLogger(OpenSegment.class);
    private static final byte[] MAGIC = "RaftLog1".getBytes(StandardCharsets.US_ASCII);
    /** Of a segment, from its first index on. */
    private static final Pattern NAME = Pattern.compile("log_(?:inprogress_)?([0-9]{1,18})(?:-[0-9]+)?");

    private static final int CRC_BYTES = 4;

    /** Of the fields of an entry, term and index come first; their tags in protobuf. */
    private static final byte TERM = 0x08;

    private final byte[] content;

    private OpenSegment(byte[] content) {
        this.content = content;
    }

    /**
     * Cuts an entry off that is not whole.
     *
     * @param current the directory of a group's segments
     * @throws DamagedGroupException where whole entries follow one that is not: acknowledged ones may be damaged
     */
    static void mend(Path current) throws IOException {
        try (DirectoryStream<Path> segments = Files.newDirectoryStream(current, "log_inprogress_*")) {
            for (Path segment : segments) mendFile(segment);
        }
    }

    /** The index of the last entry of a log; -1 if it has none. The closed segments say it by their names. */
    static long lastIndex(Path current) throws IOException {
        long last = -1;
        try (DirectoryStream<Path> segments = Files.newDirectoryStream(current, "log_*")) {
            for (Path segment : segments) {
                String name = segment.getFileName().toString();
                int dash = name.indexOf('-');
                long end = dash > 0
                        ? Long.parseLong(name.substring(dash + 1))
                        : new OpenSegment(Files.readAllBytes(segment)).lastIndex();
                last = Math.max(last, end);
            }
        } catch (NumberFormatException unknown) {
            throw new IOException("A file in " + current.getFileName() + " is no segment of a Raft log", unknown);
        }
        return last;
    }

    /** The index of the first entry of a log, as the names of its segments say it; -1 if there are none. */
    static long firstIndex(Path current) throws IOException {
        long first = Long.MAX_VALUE;
        try (DirectoryStream<Path> segments = Files.newDirectoryStream(current, "log_*")) {
            for (Path segment : segments) {
                String name = segment.getFileName().toString();
                Matcher named = NAME.matcher(name);
                if (named.matches()) first = Math.min(first, Long.parseLong(named.group(1)));
            }
        }
        return first == Long.MAX_VALUE ? -1 : first;
    }

    private long lastIndex() throws IOException {
        if (end() == 0) return -1;
        long last = -1;
        int position = MAGIC.length;
        for (int length = entryLength(position); length > 0; length = entryLength(position)) {
            last = LogEntryProto.parseDelimitedFrom(new ByteArrayInputStream(content, position, length))
                    .getIndex();
            position += length;
        }
        return last;
    }

    private static void mendFile(Path file) throws IOException {
        OpenSegment segment = new OpenSegment(Files.readAllBytes(file));
        int end = segment.end();
        if (segment.isZeroFrom(end)) return;
        int later = segment.nextEntry(end + 1);
        if (later >= 0) {
            throw new DamagedGroupException(
                    "The Raft log " + DataLayout.displayName(file) + " is damaged at byte " + end
                            + ": a whole entry follows at byte " + later,
                    null);
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(end);
            channel.force(true);
        }
        LOG.warn(
                "An entry of {} that was not written to its end is cut off at byte {}",
                DataLayout.displayName(file),
                end);
    }

    /** The position behind the last of the whole entries that follow each other from the beginning on. */
    private int end() {
        // A header that is not whole is known to Ratis.
        if (!Arrays.equals(content, 0, Math.min(content.length, MAGIC.length), MAGIC, 0, MAGIC.length)) return 0;
        int position = MAGIC.length;
        for (int length = entryLength(position); length > 0; length = entryLength(position)) position += length;
        return position;
    }

    private boolean isZeroFrom(int position) {
        for (int at = position; at < content.length; at++) if (content[at] != 0) return false;
        return true;
    }

    private int nextEntry(int from) {
        for (int at = from; at < content.length; at++) if (entryLength(at) > 0) return at;
        return -1;
    }

    /** How many bytes the whole entry takes that begins here; 0 if none does. */
    private int entryLength(int position) {
        long length = 0;
        int at = position;
        for (int shift = 0; ; shift += 7) {
            if (at >= content.length || shift > 28) return 0;
            byte next = content[at++];
            length |= (long) (next & 0x7f) << shift;
            if (next >= 0) break;
        }
        if (length < 1 || length > RaftSettings.MAX_ENTRY_BYTES || at + length + CRC_BYTES > content.length) return 0;
        if (content[at] != TERM) return 0;
        int end = at + (int) length;
        CRC32C crc = new CRC32C();
        crc.update(content, position, end - position);
        if (ByteBuffer.wrap(content).getInt(end) != (int) crc.getValue()) return 0;
        try {
            LogEntryProto.parseFrom(ByteBuffer.wrap(content, at, (int) length));
        } catch (InvalidProtocolBufferException notOne) {
            return 0;
        }
        return end + CRC_BYTES - position;
    }
}
