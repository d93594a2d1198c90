package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.log.LogRead;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class TailCacheTest {
    private final TailCache cache = new TailCache(4000);
    private final CachedTail tail = new CachedTail();

    @Test
    void readsNothingAtTheHighWatermark() {
        LogRead slice = tail.read(7, 100, 7);
        assertThat(slice.batches().hasRemaining()).isFalse();
        assertThat(slice.nextOffset()).isEqualTo(7);
    }

    @Test
    void handsASingleBatchOutWithoutCopying() {
        ByteBuffer batch = batch(100, 1);
        cache.add(tail, 0, 3, batch);
        LogRead slice = tail.read(1, 1000, 3);
        assertThat(slice.batches().array()).isSameAs(batch.array());
        assertThat(slice.nextOffset()).isEqualTo(3);
    }

    @Test
    void gathersNeighboursUpToTheLimit() {
        for (int i = 0; i < 4; i++) cache.add(tail, i, i + 1, batch(100, i));
        LogRead slice = tail.read(1, 250, 4);
        assertThat(slice.batches().remaining()).isEqualTo(200);
        assertThat(slice.batches().get(0)).isEqualTo((byte) 1);
        assertThat(slice.batches().get(100)).isEqualTo((byte) 2);
        assertThat(slice.nextOffset()).isEqualTo(3);
    }

    @Test
    void returnsTheFirstBatchEvenWhereItIsLargerThanTheLimit() {
        cache.add(tail, 0, 1, batch(500, 1));
        assertThat(tail.read(0, 10, 1).batches().remaining()).isEqualTo(500);
    }

    @Test
    void neverShowsWhatTheHighWatermarkHasNotPassed() {
        cache.add(tail, 0, 1, batch(10, 1));
        cache.add(tail, 1, 2, batch(10, 2));
        assertThat(tail.read(0, 1000, 1).nextOffset()).isEqualTo(1);
        assertThat(tail.read(1, 1000, 1).batches().hasRemaining()).isFalse();
    }

    @Test
    void sendsTheReaderToTheLogForWhatWasEvicted() {
        for (int i = 0; i < 30; i++) cache.add(tail, i, i + 1, batch(100, i));
        assertThat(cache.usedBytes()).isLessThanOrEqualTo(4000);
        assertThat(tail.read(0, 1000, 30)).isNull();
        assertThat(tail.read(29, 1000, 30).batches().get(0)).isEqualTo((byte) 29);
    }

    @Test
    void keepsNoMoreMemoryThanTheBatchTakes() {
        ByteBuffer roomy = ByteBuffer.allocate(4096);
        roomy.put(new byte[100]).flip();
        cache.add(tail, 0, 1, roomy);
        assertThat(tail.read(0, 1000, 1).batches().array()).hasSize(100);
    }

    @Test
    void leavesOutABatchThatIsLargerThanTheWholeCache() {
        cache.add(tail, 0, 1, batch(5000, 1));
        assertThat(cache.usedBytes()).isZero();
        assertThat(tail.read(0, 1000, 1)).isNull();
    }

    @Test
    void copiesASmallPartOfARequestAndLeavesALargeOneToTheFile() {
        TailCache roomy = new TailCache(1 << 20);
        byte[] request = new byte[100_000];
        ByteBuffer small =
                ByteBuffer.wrap(request, 50, TailCache.LARGEST_PART_BYTES).slice();
        ByteBuffer large = ByteBuffer.wrap(request, 50_000, TailCache.LARGEST_PART_BYTES + 1)
                .slice();
        roomy.add(tail, 0, 1, small);
        roomy.add(tail, 1, 2, large);
        assertThat(tail.read(0, 1000, 1).batches().array())
                .as("nothing else of the request is kept")
                .hasSize(TailCache.LARGEST_PART_BYTES);
        assertThat(tail.read(1, 1000, 2)).as("the file has it").isNull();
        roomy.add(tail, 2, 3, batch(50_000, 3));
        assertThat(tail.read(2, 1000, 3).batches().remaining())
                .as("what was built here is kept, however large")
                .isEqualTo(50_000);
    }

    private static ByteBuffer batch(int size, int fill) {
        ByteBuffer batch = ByteBuffer.allocate(size);
        while (batch.hasRemaining()) batch.put((byte) fill);
        return batch.flip();
    }
}
