package io.letterbox.cluster.copy;

import io.letterbox.storage.replica.LogPosition;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Which files a checkpoint of a replica consists of. It may list very many, so it is fetched as if it was one of them.
 * In network byte order:
 *
 * <pre>
 * 0   u32  CRC-32C of all that follows
 * 4   u8   version, 1
 * 5   i32  shard
 * 9   i64  term    }  of the last entry that the
 * 17  i64  index   }  files hold
 * 25  i64  version of the metadata with which they can be opened
 * 33  u32  number of files, each:
 *          u64 length   u8 number of parts, each: u8 length, name in ASCII
 * </pre>
 *
 * @param position the checkpoint's
 * @param metadataVersion the replica is opened only once its node has applied this
 * @param files the checkpoint's own file is the last one: where it is, all others are
 */
public record CopyManifest(int shard, LogPosition position, long metadataVersion, List<File> files) {
    /** More files than the most partitions of a shard have. */
    public static final int MAX_FILES = 5_000_000;

    private static final int VERSION = 1;
    private static final int HEAD_BYTES = 37;

    /** What files and directories of replicas are called; nothing that leads elsewhere. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,254}");

    /**
     * One file.
     *
     * @param path the names that lead to it from the shard's directory, one or two
     * @param length in bytes
     */
    public record File(List<String> path, long length) {
        public File {
            path = List.copyOf(path);
            boolean good = !path.isEmpty() && path.size() <= 2;
            for (String name : path) good &= NAME.matcher(name).matches();
            if (!good) throw new IllegalArgumentException(path + " is no name of a replica's file.");
            if (length < 0) throw new IllegalArgumentException(path + " cannot have " + length + " bytes.");
        }
    }

    public CopyManifest {
        files = List.copyOf(files);
        if (files.size() > MAX_FILES) throw new IllegalArgumentException(files.size() + " files are too many.");
        Set<List<String>> paths = new HashSet<>();
        for (File file : files) {
            if (!paths.add(file.path())) throw new IllegalArgumentException(file.path() + " is listed twice.");
        }
    }

    /** The bytes of all files. */
    public long totalBytes() {
        return files.stream().mapToLong(File::length).sum();
    }

    public Buffer encode() {
        Buffer out = Buffer.buffer().appendInt(0).appendByte((byte) VERSION).appendInt(shard);
        out.appendLong(position.term()).appendLong(position.index()).appendLong(metadataVersion);
        out.appendInt(files.size());
        for (File file : files) {
            out.appendLong(file.length()).appendByte((byte) file.path().size());
            for (String name : file.path()) {
                out.appendUnsignedByte((short) name.length()).appendString(name);
            }
        }
        return out.setInt(0, crc(out));
    }

    /**
     * Reads a manifest.
     *
     * @throws IllegalArgumentException if these bytes are none, with a sentence that says why
     */
    public static CopyManifest decode(Buffer bytes) {
        try {
            if (bytes.getInt(0) != crc(bytes)) throw new IllegalArgumentException("The list of files is damaged.");
            if (bytes.getUnsignedByte(4) != VERSION) {
                throw new IllegalArgumentException("The list of files has version " + bytes.getUnsignedByte(4)
                        + ", and this node knows version " + VERSION + ".");
            }
            List<File> files = new ArrayList<>();
            int at = HEAD_BYTES;
            for (long left = bytes.getUnsignedInt(33); left > 0; left--) {
                long length = bytes.getLong(at);
                int parts = bytes.getUnsignedByte(at + 8);
                at += 9;
                List<String> path = new ArrayList<>(parts);
                for (int part = 0; part < parts; part++) {
                    int end = at + 1 + bytes.getUnsignedByte(at);
                    path.add(bytes.getString(at + 1, end, StandardCharsets.US_ASCII.name()));
                    at = end;
                }
                files.add(new File(path, length));
            }
            if (at != bytes.length())
                throw new IllegalArgumentException("The list of files has more bytes than it needs.");
            LogPosition position = new LogPosition(bytes.getLong(9), bytes.getLong(17));
            return new CopyManifest(bytes.getInt(5), position, bytes.getLong(25), files);
        } catch (IndexOutOfBoundsException early) {
            throw new IllegalArgumentException("The list of files ends too early.", early);
        }
    }

    private static int crc(Buffer bytes) {
        CRC32C crc = new CRC32C();
        byte[] covered = bytes.getBytes(4, bytes.length());
        crc.update(covered, 0, covered.length);
        return (int) crc.getValue();
    }
}
