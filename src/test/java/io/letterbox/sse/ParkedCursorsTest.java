package io.letterbox.sse;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.Slice;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.BatchRules;
import io.letterbox.record.Codec;
import io.letterbox.record.Recompression;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.TopicPartition;
import io.letterbox.sse.ParkedCursors.Parked;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParkedCursorsTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    private final ParkedCursors parked = new ParkedCursors();

    @Test
    void aCursorGoesOnWhereItStopped() {
        RecordCursor cursor = started();
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.isWithinCompressed()).isTrue();
        parked.park(new Parked(PARTITION, 1, null, cursor));
        assertThat(parked.take(PARTITION, 0)).isNull();
        assertThat(parked.take(new TopicPartition("t", 1), 1)).isNull();
        RecordCursor again = parked.take(PARTITION, 1).cursor();
        assertThat(again).isSameAs(cursor);
        assertThat(again.next()).isTrue();
        assertThat(again.offset()).isEqualTo(1);
        assertThat(again.next()).isTrue();
        assertThat(again.isWithinCompressed()).as("behind the last record").isFalse();
        assertThat(parked.take(PARTITION, 1)).as("handed out once").isNull();
        again.close();
    }

    @Test
    void theOldestMakesRoomAndAllCanBeForgotten() {
        for (int next = 0; next <= DeliveryLimits.PARKED_CURSORS; next++) {
            parked.park(new Parked(PARTITION, next, (Slice) null, started()));
        }
        assertThat(parked.take(PARTITION, 0)).isNull();
        Parked second = parked.take(PARTITION, 1);
        assertThat(second).isNotNull();
        second.cursor().close();
        parked.clear();
        assertThat(parked.take(PARTITION, 2)).isNull();
    }

    private static RecordCursor started() {
        BatchBuilder batch = new BatchBuilder(100);
        for (int index = 0; index < 3; index++) batch.append(1, null, new byte[100], List.of());
        ByteBuffer packed = Recompression.whole(
                batch.build(), new BatchRules(false, false, 0, 0, Codec.ZSTD, Codec.DEFAULT_LEVEL, 10_000));
        return new RecordCursor(packed, 0);
    }
}
