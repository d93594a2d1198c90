package io.letterbox.storage;

import io.letterbox.log.wal.WalEntry;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What an entry is in a replicated log. All numbers are big-endian.
 *
 * <pre>
 * entry     | version 2 | kind 2 | term 8 | metadata version 8 | time 8 | body … |
 *
 * kind 0    a group:      | parts 4 | part … |
 * part      | name | base offset 8 | next offset 8 | batches' length 4 | record batches … |
 * kind 1    a log start:  | name | offset 8 |
 * kind 2    an opening:   | partitions 4 | name … |
 * kind 3    a drop:       | partitions 4 | name … |
 *
 * name      | topic id 16 | partition 4 | topic's length 2 | topic, UTF-8 … |
 * </pre>
 *
 * The term is the one in which the leader proposed the entry, as far as it knew. If the log has the entry in another
 * one, the leader had been deposed and elected again meanwhile, and something before the entry may be lost: the entry
 * is void. A replica needs the metadata of that version to apply an entry. The time is the leader's, in milliseconds
 * since 1970.
 * There is no checksum: the replicated log has one for its entries, and record batches have their own.
 */
public final class JournalEntryCodec {
    static final short VERSION = 1;

    private static final short GROUP = 0;
    private static final short LOG_START = 1;
    private static final short OPEN = 2;
    private static final short DROP = 3;

    /** A topic's name has 249 characters at the most, all of them ASCII. */
    private static final int NAME_BYTES_MAX = 16 + 4 + 2 + 249;

    private static final int HEADER_BYTES = 2 + 2 + 8 + 8 + 8;
    private static final int LIST_BYTES = HEADER_BYTES + 4;
    private static final int PART_BYTES_MAX = NAME_BYTES_MAX + 8 + 8 + 4;

    /** What a batch takes beside its own bytes, if it is alone in its entry, at the most. */
    public static final int OVERHEAD_BYTES = LIST_BYTES + PART_BYTES_MAX;

    /**
     * An entry as it was found.
     *
     * @param term in which its leader thought to be
     * @param metadataVersion what its leader had applied
     */
    record Decoded(long term, long metadataVersion, JournalEntry entry) {}

    private JournalEntryCodec() {}

    /** The bytes of an entry that {@link #split} has let through. */
    static ByteBuffer encode(JournalEntry entry, long term, long metadataVersion) {
        ByteBuffer to = ByteBuffer.allocate(sizeBytes(entry));
        to.putShort(VERSION)
                .putShort(kind(entry))
                .putLong(term)
                .putLong(metadataVersion)
                .putLong(entry.timeMs());
        if (entry instanceof JournalEntry.Group group) {
            to.putInt(group.parts().size());
            for (WalEntry part : group.parts()) putPart(to, part);
        } else if (entry instanceof JournalEntry.LogStart start) {
            putName(to, start.topicId(), start.partition());
            to.putLong(start.offset());
        } else {
            Map<TopicIdPartition, TopicPartition> partitions = partitions(entry);
            to.putInt(partitions.size());
            partitions.forEach((key, id) -> putName(to, key.topicId(), id));
        }
        return to.flip();
    }

    private static short kind(JournalEntry entry) {
        if (entry instanceof JournalEntry.Group) return GROUP;
        if (entry instanceof JournalEntry.LogStart) return LOG_START;
        return entry instanceof JournalEntry.Open ? OPEN : DROP;
    }

    private static Map<TopicIdPartition, TopicPartition> partitions(JournalEntry entry) {
        if (entry instanceof JournalEntry.Open open) return open.partitions();
        if (entry instanceof JournalEntry.Drop drop) return drop.partitions();
        throw new AssertionError(entry);
    }

    private static void putPart(ByteBuffer to, WalEntry part) {
        putName(to, part.topicId(), part.partition());
        to.putLong(part.baseOffset()).putLong(part.nextOffset()).putInt(part.sizeBytes());
        for (ByteBuffer batch : part.batches()) to.put(batch.duplicate());
    }

    private static void putName(ByteBuffer to, UUID topicId, TopicPartition id) {
        byte[] topic = id.topic().getBytes(StandardCharsets.UTF_8);
        to.putLong(topicId.getMostSignificantBits())
                .putLong(topicId.getLeastSignificantBits())
                .putInt(id.partition())
                .putShort((short) topic.length)
                .put(topic);
    }

    /** How long an entry is. */
    static int sizeBytes(JournalEntry entry) {
        long size = LIST_BYTES;
        if (entry instanceof JournalEntry.Group group) {
            for (WalEntry part : group.parts()) size += nameBytes(part.partition()) + 20L + part.sizeBytes();
        } else if (entry instanceof JournalEntry.LogStart start) {
            size = HEADER_BYTES + nameBytes(start.partition()) + 8L;
        } else {
            for (TopicPartition id : partitions(entry).values()) size += nameBytes(id);
        }
        return Math.toIntExact(size);
    }

    private static int nameBytes(TopicPartition id) {
        return 16 + 4 + 2 + id.topic().getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * Entries that say the same together, in this order, none of which is longer than a limit.
     *
     * @throws IllegalArgumentException where a batch is too large; nobody may append one that is
     */
    static List<JournalEntry> split(JournalEntry entry, int maxBytes) {
        if (sizeBytes(entry) <= maxBytes) return List.of(entry);
        if (entry instanceof JournalEntry.Group group) return split(group, maxBytes);
        List<JournalEntry> pieces = new ArrayList<>();
        Map<TopicIdPartition, TopicPartition> piece = new LinkedHashMap<>();
        long size = LIST_BYTES;
        for (Map.Entry<TopicIdPartition, TopicPartition> each :
                partitions(entry).entrySet()) {
            if (size + nameBytes(each.getValue()) > maxBytes && !piece.isEmpty()) {
                pieces.add(like(entry, piece));
                piece = new LinkedHashMap<>();
                size = LIST_BYTES;
            }
            piece.put(each.getKey(), each.getValue());
            size += nameBytes(each.getValue());
        }
        pieces.add(like(entry, piece));
        return pieces;
    }

    private static JournalEntry like(JournalEntry entry, Map<TopicIdPartition, TopicPartition> partitions) {
        return entry instanceof JournalEntry.Open
                ? new JournalEntry.Open(entry.timeMs(), partitions)
                : new JournalEntry.Drop(entry.timeMs(), partitions);
    }

    private static List<JournalEntry> split(JournalEntry.Group group, int maxBytes) {
        GroupSplitter splitter = new GroupSplitter(group.timeMs(), maxBytes - LIST_BYTES);
        for (WalEntry part : group.parts()) splitter.add(part, nameBytes(part.partition()) + 20);
        return splitter.pieces();
    }

    /**
     * Reads an entry. The record batches in it are slices of the buffer.
     *
     * @throws UnreadableEntryException where it is of a later version, or is none
     */
    static Decoded decode(ByteBuffer entry) throws UnreadableEntryException {
        ByteBuffer from = entry.duplicate();
        try {
            short version = from.getShort();
            if (version != VERSION) throw UnreadableEntryException.version(version, VERSION);
            short kind = from.getShort();
            long term = from.getLong();
            long metadataVersion = from.getLong();
            JournalEntry decoded = decode(from, kind, from.getLong());
            if (from.hasRemaining()) throw new UnreadableEntryException(from.remaining() + " bytes are left over");
            return new Decoded(term, metadataVersion, decoded);
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException damaged) {
            throw new UnreadableEntryException("it ends early", damaged);
        }
    }

    private static JournalEntry decode(ByteBuffer from, short kind, long timeMs) throws UnreadableEntryException {
        if (kind == GROUP) {
            int count = from.getInt();
            List<WalEntry> parts = new ArrayList<>();
            for (int part = 0; part < count; part++) parts.add(part(from));
            return new JournalEntry.Group(timeMs, parts);
        }
        if (kind == LOG_START) {
            UUID topicId = new UUID(from.getLong(), from.getLong());
            return new JournalEntry.LogStart(timeMs, name(from), topicId, from.getLong());
        }
        if (kind != OPEN && kind != DROP) throw new UnreadableEntryException("nobody knows its kind, " + kind);
        Map<TopicIdPartition, TopicPartition> partitions = new LinkedHashMap<>();
        for (int left = from.getInt(); left > 0; left--) {
            UUID topicId = new UUID(from.getLong(), from.getLong());
            TopicPartition id = name(from);
            partitions.put(new TopicIdPartition(topicId, id.partition()), id);
        }
        return kind == OPEN ? new JournalEntry.Open(timeMs, partitions) : new JournalEntry.Drop(timeMs, partitions);
    }

    private static WalEntry part(ByteBuffer from) {
        UUID topicId = new UUID(from.getLong(), from.getLong());
        TopicPartition id = name(from);
        long baseOffset = from.getLong();
        long nextOffset = from.getLong();
        int sizeBytes = from.getInt();
        ByteBuffer batches = from.slice(from.position(), sizeBytes);
        from.position(from.position() + sizeBytes);
        return new WalEntry(id, topicId, baseOffset, nextOffset, List.of(batches), sizeBytes);
    }

    /** What follows the topic's id. */
    private static TopicPartition name(ByteBuffer from) {
        int partition = from.getInt();
        byte[] topic = new byte[from.getShort()];
        from.get(topic);
        return new TopicPartition(new String(topic, StandardCharsets.UTF_8), partition);
    }
}
