package io.letterbox.log.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.log.TestLogs;
import io.letterbox.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WalFrameTest {
    private static final TopicPartition P0 = new TopicPartition("quakes", 0);
    private static final UUID TOPIC = new UUID(7, 8);
    private static final String LARGE = "x".repeat(5000);

    /** Each byte is covered by a checksum: the frame's, or that of the large batch that it is in. */
    @Test
    void isNotWholeOnceAnyBitHasChanged() {
        ByteBuffer frame = frame(entry("a", LARGE, "b", LARGE), entry(LARGE, "c"));
        int length = WalFrame.length(frame);
        assertThat(WalFrame.isWhole(frame, length)).isTrue();
        for (int at = 4; at < length; at++) {
            byte right = frame.get(at);
            frame.put(at, (byte) (right ^ 0x40));
            assertThat(WalFrame.isWhole(frame, length)).as("byte %d", at).isFalse();
            frame.put(at, right);
        }
        assertThat(WalFrame.isWhole(frame, length - 1)).isFalse();
    }

    @Test
    void isNotWholeWhateverTheBytesAre() {
        ByteBuffer sound = frame(entry("a", LARGE));
        int length = WalFrame.length(sound);
        Random random = new Random(1);
        for (int turn = 0; turn < 20_000; turn++) {
            ByteBuffer frame = ByteBuffer.wrap(sound.array().clone());
            for (int change = 0; change < 3; change++) frame.putInt(8 + random.nextInt(120), random.nextInt());
            assertThat(WalFrame.isWhole(frame, length)).as("turn %d", turn).isFalse();
        }
    }

    @Test
    void refusesAnEntryThatIsNotWholeBatches() {
        ByteBuffer batch = TestLogs.batch(1, LARGE);
        WalEntry torn = new WalEntry(P0, TOPIC, 0, 1, List.of(batch.limit(batch.limit() - 1)), batch.remaining());
        assertThatThrownBy(() -> frame(torn)).isInstanceOf(IllegalArgumentException.class);
    }

    private static ByteBuffer frame(WalEntry... entries) {
        ByteBuffer frame = ByteBuffer.allocate(64 << 10);
        WalFrame.encode(frame, 3, 1_700_000_000_000L, WalFrame.BATCHES, List.of(entries));
        return frame;
    }

    private static WalEntry entry(String... values) {
        List<ByteBuffer> batches =
                Stream.of(values).map(value -> TestLogs.batch(1, value)).toList();
        int size = batches.stream().mapToInt(ByteBuffer::remaining).sum();
        return new WalEntry(P0, TOPIC, 0, values.length, batches, size);
    }
}
