package io.letterbox.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.rest.PartitionScan.Window;
import io.letterbox.rest.ScanQuery.PageSize;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartitionScanTest {
    private static PartitionScan newest(long low, long high) {
        return new PartitionScan(ScanOrder.NEWEST, 0, low, high);
    }

    /**
     * Scanning a log that compaction has emptied takes a number of windows in proportion to the digits of its offsets.
     */
    @Test
    void windowsGrowWhileTheyAreCheap() {
        PartitionScan scan = newest(0, 1L << 50);
        int looks = 0;
        while (scan.remaining() > 0) {
            Window window = scan.next();
            assertThat(window.to()).isEqualTo(scan.position());
            scan.advance(window.from(), 0, null);
            looks++;
        }
        assertThat(looks).isLessThan(60);
    }

    @Test
    void windowsShrinkWhereTheyAreDearUntilNothingSmallerIsLeft() {
        PartitionScan scan = newest(0, 1_000_000);
        scan.advance(999_000, 1, null);
        int tries = 0;
        while (scan.shrink()) tries++;
        assertThat(tries).isLessThan(10);
        assertThat(scan.next()).isEqualTo(new Window(998_999, 999_000));
    }

    @Test
    void whatDoesNotFitThePageComesWithALaterOne() {
        PartitionScan one = new PartitionScan(ScanOrder.NEWEST, 1, 0, 10);
        PartitionScan two = new PartitionScan(ScanOrder.NEWEST, 2, 0, 10);
        ScanPage page = new ScanPage(ScanOrder.NEWEST, new PageSize(2, 1_000), List.of(one, two));
        assertThat(page.next()).isSameAs(one);
        one.advance(0, 1, 5L);
        page.add(1, List.of(match(1, 3, 50), match(1, 7, 70), match(1, 9, 90)));
        // Nothing is known of the other partition yet.
        assertThat(page.next()).isSameAs(two);
        two.advance(0, 1, 80L);
        page.add(2, List.of(match(2, 8, 80)));
        assertThat(page.records()).extracting(ScanMatch::timestampMs).containsExactly(90L, 80L);
        assertThat(one.position()).isEqualTo(8);
        assertThat(two.position()).isZero();
        assertThat(page.next()).isNull();
        assertThat(page.remaining()).isEqualTo(8);
    }

    private static ScanMatch match(int partition, long offset, long timestampMs) {
        return new ScanMatch(partition, offset, timestampMs, new byte[10]);
    }
}
