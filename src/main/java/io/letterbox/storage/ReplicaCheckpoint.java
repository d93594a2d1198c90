package io.letterbox.storage;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.log.CorruptLogException;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import io.letterbox.storage.replica.LogPosition;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * What a replica of a shard has made of the entries up to a position, all of which is in its files: where a start
 * begins. The file is replaced as a whole, after the logs, their indexes and their directories have been forced. All
 * numbers are big-endian.
 *
 * <pre>
 * file       | version 4 | crc32c 4 | term 8 | index 8 | metadata version 8 |
 *            | partitions 4 | partition … | dropped 4 | dropped … |
 * partition  | topic id 16 | partition 4 | end offset 8 | start offset 8 | name length 2 | topic, UTF-8 … |
 * dropped    | topic id 16 | partition 4 |
 * </pre>
 *
 * The checksum covers all that follows it.
 *
 * @param position the last entry that counts
 * @param metadataVersion what the node had applied then; nothing is opened before it has that again
 * @param partitions those that were open
 * @param dropped those that were dropped and whose files may still be there
 */
record ReplicaCheckpoint(
        LogPosition position, long metadataVersion, List<Partition> partitions, List<TopicIdPartition> dropped) {
    static final int VERSION = 1;
    private static final int CRC_FROM = 8;

    /** Of a replica that has applied nothing. */
    static final ReplicaCheckpoint NONE = new ReplicaCheckpoint(LogPosition.START, 0, List.of(), List.of());

    /**
     * One partition.
     *
     * @param endOffset where the log ended: its high watermark
     */
    record Partition(TopicPartition id, UUID topicId, long endOffset, long startOffset) {
        TopicIdPartition key() {
            return new TopicIdPartition(topicId, id.partition());
        }
    }

    /**
     * Reads a file.
     *
     * @return {@link #NONE} if there is none
     * @throws CorruptLogException if it is damaged
     * @throws IOException if it is of a later version of the server, which the message says
     */
    static ReplicaCheckpoint read(Disk disk, Path file) throws IOException {
        ByteBuffer bytes;
        try {
            bytes = ByteBuffer.wrap(disk.readAll(file));
        } catch (NoSuchFileException absent) {
            return NONE;
        }
        try {
            int version = bytes.getInt();
            if (version > VERSION) {
                throw new IOException(DataLayout.displayName(file) + " has the format " + version
                        + ", and this server knows no later one than " + VERSION
                        + ". Run the version of the server that has written it, or a later one.");
            }
            int crc = bytes.getInt();
            if (version != VERSION || crc != crc(bytes)) throw damaged(file);
            return decode(bytes);
        } catch (BufferUnderflowException | IllegalArgumentException early) {
            throw damaged(file);
        }
    }

    private static CorruptLogException damaged(Path file) {
        return new CorruptLogException(DataLayout.displayName(file) + " is damaged.");
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(CRC_FROM));
        return (int) crc.getValue();
    }

    private static ReplicaCheckpoint decode(ByteBuffer from) {
        LogPosition position = new LogPosition(from.getLong(), from.getLong());
        long metadataVersion = from.getLong();
        List<Partition> partitions = new ArrayList<>();
        for (int left = from.getInt(); left > 0; left--) {
            UUID topicId = new UUID(from.getLong(), from.getLong());
            int number = from.getInt();
            long endOffset = from.getLong();
            long startOffset = from.getLong();
            byte[] topic = new byte[from.getShort()];
            from.get(topic);
            TopicPartition id = new TopicPartition(new String(topic, StandardCharsets.UTF_8), number);
            partitions.add(new Partition(id, topicId, endOffset, startOffset));
        }
        List<TopicIdPartition> dropped = new ArrayList<>();
        for (int left = from.getInt(); left > 0; left--)
            dropped.add(new TopicIdPartition(new UUID(from.getLong(), from.getLong()), from.getInt()));
        return new ReplicaCheckpoint(position, metadataVersion, partitions, dropped);
    }

    /** Replaces a file, durably. */
    void write(Disk disk, Path file) throws IOException {
        int size = CRC_FROM + 3 * 8 + 2 * 4 + dropped.size() * 20;
        List<byte[]> topics = new ArrayList<>(partitions.size());
        for (Partition each : partitions) {
            topics.add(each.id().topic().getBytes(StandardCharsets.UTF_8));
            size += 16 + 4 + 8 + 8 + 2 + topics.get(topics.size() - 1).length;
        }
        ByteBuffer to = ByteBuffer.allocate(size).putInt(VERSION).putInt(0);
        to.putLong(position.term()).putLong(position.index()).putLong(metadataVersion);
        to.putInt(partitions.size());
        for (int index = 0; index < partitions.size(); index++) {
            Partition each = partitions.get(index);
            byte[] topic = topics.get(index);
            put(to, each.key()).putLong(each.endOffset()).putLong(each.startOffset());
            to.putShort((short) topic.length).put(topic);
        }
        to.putInt(dropped.size());
        for (TopicIdPartition each : dropped) put(to, each);
        to.flip();
        to.putInt(4, crc(to));
        disk.replace(file, to.array());
    }

    private static ByteBuffer put(ByteBuffer to, TopicIdPartition key) {
        return to.putLong(key.topicId().getMostSignificantBits())
                .putLong(key.topicId().getLeastSignificantBits())
                .putInt(key.partition());
    }
}
