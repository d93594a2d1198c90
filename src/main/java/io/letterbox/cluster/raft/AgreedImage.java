package io.letterbox.cluster.raft;

import io.letterbox.disk.Disk;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.MetadataCodec;
import io.letterbox.metadata.MetadataMachine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.apache.ratis.server.protocol.TermIndex;

/**
 * What the metadata group agreed on up to an entry of its log, and its file. Immutable.
 *
 * <pre>
 *   +----------------+--------------+-------------+--------------------+---------------------------+
 *   | format int8 (1)| term  int64  | index int64 | image, to the CRC  | CRC-32C of all before int32 |
 *   +----------------+--------------+-------------+--------------------+---------------------------+
 * </pre>
 *
 * @param at the entry that was applied last
 */
record AgreedImage(TermIndex at, ClusterImage image) {
    private static final byte FORMAT = 1;
    private static final int HEAD_BYTES = 17;
    private static final int CRC_BYTES = 4;

    /** Replaces the file as a whole; durable. */
    void write(Disk disk, Path file) throws IOException {
        disk.replace(file, encode());
    }

    /** As in the file. */
    byte[] encode() {
        byte[] body = MetadataCodec.encode(image);
        ByteBuffer bytes = ByteBuffer.allocate(HEAD_BYTES + body.length + CRC_BYTES);
        bytes.put(FORMAT).putLong(at.getTerm()).putLong(at.getIndex()).put(body);
        bytes.putInt(crc(bytes.array(), bytes.position()));
        return bytes.array();
    }

    /** @throws IOException where the file is damaged, or of a later version */
    static AgreedImage read(Disk disk, Path file, MetadataMachine machine) throws IOException {
        return decode(disk.readAll(file), machine);
    }

    /** @throws IOException where the bytes are damaged, or of a later version */
    static AgreedImage decode(byte[] content, MetadataMachine machine) throws IOException {
        // First: what a newer version has written is not damaged, wherever its checksum is.
        if (content.length > 0 && content[0] > FORMAT) {
            throw new IOException(
                    "The image of the metadata has the format " + content[0] + ", which a newer version has written");
        }
        int end = content.length - CRC_BYTES;
        if (end < HEAD_BYTES || ByteBuffer.wrap(content).getInt(end) != crc(content, end)) {
            throw new IOException("The image of the metadata is damaged");
        }
        ByteBuffer head = ByteBuffer.wrap(content);
        TermIndex at = TermIndex.valueOf(head.getLong(1), head.getLong(1 + Long.BYTES));
        return new AgreedImage(at, MetadataCodec.decodeImage(machine, Arrays.copyOfRange(content, HEAD_BYTES, end)));
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
