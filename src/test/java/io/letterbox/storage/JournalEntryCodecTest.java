package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.log.TestLogs;
import io.letterbox.log.wal.WalEntry;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class JournalEntryCodecTest {
    private static final UUID TOPIC = new UUID(0x1234, 0x5678);

    @Test
    void entriesComeBackAsTheyWere() throws Exception {
        JournalEntry.Group group = group(2, 3);
        JournalEntryCodec.Decoded decoded = JournalEntryCodec.decode(JournalEntryCodec.encode(group, 9, 42));
        assertThat(decoded.metadataVersion()).isEqualTo(42);
        assertThat(decoded.term()).isEqualTo(9);
        assertThat(flat((JournalEntry.Group) decoded.entry())).isEqualTo(flat(group));

        for (JournalEntry entry : List.of(
                new JournalEntry.LogStart(7, new TopicPartition("täglich", 3), TOPIC, 1L << 40),
                new JournalEntry.Open(8, names(3)),
                new JournalEntry.Drop(9, names(2)))) {
            ByteBuffer bytes = JournalEntryCodec.encode(entry, 1, 1);
            assertThat(bytes.remaining()).isEqualTo(JournalEntryCodec.sizeBytes(entry));
            assertThat(JournalEntryCodec.decode(bytes).entry()).isEqualTo(entry);
        }
    }

    @Test
    void aLaterFormatIsRefusedInWords() {
        ByteBuffer bytes = JournalEntryCodec.encode(new JournalEntry.Open(8, names(1)), 1, 1);
        bytes.putShort(0, (short) (JournalEntryCodec.VERSION + 1));
        assertThatThrownBy(() -> JournalEntryCodec.decode(bytes))
                .isInstanceOf(UnreadableEntryException.class)
                .hasMessageContaining("format 2")
                .hasMessageContaining("no later one than 1");
    }

    @Test
    void whatIsNoEntryIsRefused() {
        ByteBuffer bytes = JournalEntryCodec.encode(group(2, 2), 1, 1);
        for (int length = 0; length < bytes.limit(); length++) {
            ByteBuffer part = bytes.duplicate().limit(length);
            assertThatThrownBy(() -> JournalEntryCodec.decode(part)).isInstanceOf(UnreadableEntryException.class);
        }
        ByteBuffer longer = ByteBuffer.allocate(bytes.limit() + 1).put(bytes.duplicate());
        assertThatThrownBy(() -> JournalEntryCodec.decode(longer.rewind()))
                .isInstanceOf(UnreadableEntryException.class);
        bytes.putShort(2, (short) 9);
        assertThatThrownBy(() -> JournalEntryCodec.decode(bytes)).isInstanceOf(UnreadableEntryException.class);
    }

    @Test
    void largeGroupsAreSplitWhereABatchEnds() {
        JournalEntry.Group group = group(5, 7);
        int size = JournalEntryCodec.sizeBytes(group);
        int batchBytes = group.parts().get(0).batches().get(0).remaining();
        for (int maxBytes = batchBytes + JournalEntryCodec.OVERHEAD_BYTES; maxBytes < size + 10; maxBytes += 13) {
            List<JournalEntry> pieces = JournalEntryCodec.split(group, maxBytes);
            List<String> all = new ArrayList<>();
            for (JournalEntry piece : pieces) {
                assertThat(JournalEntryCodec.encode(piece, 1, 1).remaining()).isLessThanOrEqualTo(maxBytes);
                assertThat(piece.timeMs()).isEqualTo(group.timeMs());
                all.addAll(flat((JournalEntry.Group) piece));
            }
            assertThat(all).isEqualTo(flat(group));
            assertThat(pieces.size() == 1).isEqualTo(maxBytes >= size);
        }
        assertThatThrownBy(() -> JournalEntryCodec.split(group, batchBytes))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void largeListsOfPartitionsAreSplit() {
        Map<TopicIdPartition, TopicPartition> names = names(1000);
        Map<TopicIdPartition, TopicPartition> found = new LinkedHashMap<>();
        for (JournalEntry piece : JournalEntryCodec.split(new JournalEntry.Drop(3, names), 600)) {
            assertThat(JournalEntryCodec.sizeBytes(piece)).isLessThanOrEqualTo(600);
            found.putAll(((JournalEntry.Drop) piece).partitions());
        }
        assertThat(found).isEqualTo(names);
    }

    private static Map<TopicIdPartition, TopicPartition> names(int count) {
        Map<TopicIdPartition, TopicPartition> names = new LinkedHashMap<>();
        for (int p = 0; p < count; p++) names.put(new TopicIdPartition(TOPIC, p), new TopicPartition("orders", p));
        return names;
    }

    private static JournalEntry.Group group(int partitions, int batches) {
        List<WalEntry> parts = new ArrayList<>();
        for (int p = 0; p < partitions; p++) {
            List<ByteBuffer> all = new ArrayList<>();
            int size = 0;
            for (int b = 0; b < batches; b++) {
                ByteBuffer batch = TestLogs.batch(1000, "value-" + p + "-" + b, "x".repeat(20));
                new RecordBatch().wrap(batch, 0).assign(100 + 2 * b, 5);
                all.add(batch);
                size += batch.remaining();
            }
            TopicPartition id = new TopicPartition("orders", p);
            parts.add(new WalEntry(id, TOPIC, 100, 100 + 2L * batches, all, size));
        }
        return new JournalEntry.Group(1_700_000_000_000L, parts);
    }

    /** One line for each batch: where it belongs, where it begins, and its bytes. */
    private static List<String> flat(JournalEntry.Group group) {
        List<String> all = new ArrayList<>();
        for (WalEntry part : group.parts()) {
            long next = part.baseOffset();
            for (ByteBuffer batches : part.batches()) {
                ByteBuffer left = batches.duplicate();
                while (left.hasRemaining()) {
                    RecordBatch batch = new RecordBatch().wrap(left, left.position());
                    assertThat(batch.baseOffset()).isEqualTo(next);
                    next = batch.nextOffset();
                    byte[] bytes = new byte[batch.sizeInBytes()];
                    left.get(bytes);
                    all.add(part.partition() + " " + part.topicId() + " " + batch.baseOffset() + " "
                            + java.util.Arrays.hashCode(bytes));
                }
            }
            assertThat(part.nextOffset()).isEqualTo(next);
        }
        return all;
    }
}
