package io.letterbox.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EntrySizesTest {
    private static final long MIB = EntrySizes.GRAIN_BYTES;

    private final EntrySizes sizes = new EntrySizes();

    @Test
    void nothingGoesBeforeSoMuchHasBeenCounted() {
        assertThat(sizes.beyond(100, 0)).isEqualTo(-1);
        for (int index = 10; index < 14; index++) sizes.add(index, MIB);
        assertThat(sizes.beyond(13, 4 * MIB)).isEqualTo(-1);
        assertThat(sizes.beyond(9, 0)).as("in front of what was counted").isEqualTo(-1);
        assertThat(sizes.beyond(13, 3 * MIB)).isEqualTo(10);
    }

    @Test
    void smallEntriesAreManyAndLargeOnesFew() {
        long small = MIB / 1_000;
        for (int index = 0; index < 10_000; index++) sizes.add(index, small);
        assertThat(sizes.beyond(9_999, 4 * MIB)).isBetween(4_000L, 6_001L);
        for (int index = 10_000; index < 10_010; index++) sizes.add(index, 4 * MIB);
        assertThat(sizes.beyond(10_009, 8 * MIB)).isEqualTo(10_007);
    }

    @Test
    void whatIsAboveTheIndexDoesNotCount() {
        for (int index = 0; index < 10; index++) sizes.add(index, MIB);
        assertThat(sizes.beyond(4, 2 * MIB)).isEqualTo(2);
        assertThat(sizes.beyond(9, 2 * MIB)).isEqualTo(7);
        assertThat(sizes.beyond(4, 2 * MIB)).as("it has been forgotten").isEqualTo(-1);
    }
}
