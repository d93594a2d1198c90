package io.letterbox.log.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class OffsetMapTest {
    @Property(tries = 200)
    void itKnowsWhatAMapKnowsUntilItIsFull(
            @ForAll @Size(max = 500) List<@IntRange(min = 0, max = 300) Integer> keys,
            @ForAll @IntRange(min = 0, max = 200) int roomForKeys) {
        OffsetMap offsets = new OffsetMap(roomForKeys * OffsetMap.ENTRY_BYTES);
        Map<Integer, Long> model = new HashMap<>();
        long next = 0;
        for (int key : keys) {
            byte[] bytes = key(key);
            long offset = next++;
            boolean taken = offsets.put(bytes, 1, bytes.length - 1, offset);
            if (taken) model.put(key, offset);
            else assertThat(model).doesNotContainKey(key);
            assertThat(offsets.size()).isEqualTo(model.size());
            if (!taken) assertThat(model).hasSizeGreaterThanOrEqualTo(Math.max(12, roomForKeys * 3 / 8));
        }
        for (int key = 0; key <= 300; key++) {
            byte[] bytes = key(key);
            assertThat(offsets.get(bytes, 1, bytes.length - 1)).isEqualTo(model.getOrDefault(key, -1L));
        }
    }

    @Test
    void itGrowsToItsLimitAndNoFurther() {
        OffsetMap offsets = new OffsetMap(4096 * OffsetMap.ENTRY_BYTES);
        int taken = 0;
        while (offsets.put(key(taken), 0, key(taken).length, taken)) taken++;
        assertThat(taken).isEqualTo(4096 / 4 * 3);
        assertThat(offsets.put(key(5), 0, key(5).length, 99)).isTrue();
        assertThat(offsets.get(key(5), 0, key(5).length)).isEqualTo(99);
    }

    private static byte[] key(int key) {
        return ("k" + key).getBytes(StandardCharsets.UTF_8);
    }
}
