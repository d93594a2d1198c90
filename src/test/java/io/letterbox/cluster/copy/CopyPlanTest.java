package io.letterbox.cluster.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.storage.replica.LogPosition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CopyPlanTest {
    private static final int RANGE = CopyPlan.RANGE_BYTES;
    private static final CopyProgress BEGINNING = new CopyProgress(2, 77, 0, 0);

    private static CopyManifest manifest(long... lengths) {
        List<CopyManifest.File> files = new ArrayList<>();
        for (int index = 0; index < lengths.length; index++)
            files.add(new CopyManifest.File(List.of("partition", index + ".log"), lengths[index]));
        return new CopyManifest(3, new LogPosition(4, 5), 6, files);
    }

    @Test
    void filesComeOneAfterTheOtherAndAreNotedBeforeTheyAreChecked() {
        CopyPlan plan = new CopyPlan(manifest(RANGE + 10, 0, 5), BEGINNING);
        assertThat(plan.next()).isEqualTo(new CopyStep.Fetch(0, 0, RANGE));
        assertThat(plan.next()).as("given again").isEqualTo(new CopyStep.Fetch(0, 0, RANGE));
        plan.fetched(RANGE, false);
        assertThat(plan.next()).isEqualTo(new CopyStep.Fetch(0, RANGE, 10));
        plan.fetched(10, true);
        assertThat(plan.next()).as("an empty file").isEqualTo(new CopyStep.Fetch(1, 0, 1));
        plan.fetched(0, true);
        plan.fetched(5, true);
        assertThat(plan.next()).isEqualTo(new CopyStep.Note(0, new CopyProgress(2, 77, 3, 0)));
        plan.noted();
        assertThat(plan.next()).isEqualTo(new CopyStep.Check());
        assertThat(plan.doneBytes()).isEqualTo(RANGE + 15);
    }

    @Test
    void progressIsNotedNowAndThen() {
        int ranges = (int) (CopyPlan.NOTE_BYTES / RANGE);
        CopyPlan plan = new CopyPlan(manifest(2 * CopyPlan.NOTE_BYTES), BEGINNING);
        for (int index = 0; index < ranges; index++) plan.fetched(RANGE, false);
        assertThat(plan.next()).isEqualTo(new CopyStep.Note(0, new CopyProgress(2, 77, 0, CopyPlan.NOTE_BYTES)));
        plan.noted();
        assertThat(plan.next()).isEqualTo(new CopyStep.Fetch(0, CopyPlan.NOTE_BYTES, RANGE));
    }

    @Test
    void aFileMayHaveBecomeShorterButNotLonger() {
        CopyPlan plan = new CopyPlan(manifest(100, 100), BEGINNING);
        plan.fetched(40, true);
        assertThat(plan.next()).isEqualTo(new CopyStep.Fetch(1, 0, 100));
        assertThat(plan.doneBytes()).isEqualTo(100);
        assertThatThrownBy(() -> plan.fetched(101, true)).hasMessageContaining("Node 2 gives 101 bytes");
        assertThatThrownBy(() -> plan.fetched(0, false)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aProgressOfAnotherCopyIsNotBelieved() {
        for (CopyProgress other : List.of(
                new CopyProgress(2, 77, 3, 0), new CopyProgress(2, 77, 1, 101), new CopyProgress(2, 77, -1, 0))) {
            assertThatThrownBy(() -> new CopyPlan(manifest(100, 100), other))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** Files have the bytes of the source in the end, wherever copies are interrupted and whatever of them is lost. */
    @Test
    void aCopyThatIsInterruptedGoesOnFromWhatWasNoted() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            byte[][] source = new byte[1 + random.nextInt(4)][];
            for (int index = 0; index < source.length; index++) {
                source[index] = new byte[random.nextInt(3 * RANGE)];
                random.nextBytes(source[index]);
            }
            CopyManifest manifest = manifest(
                    Arrays.stream(source).mapToLong(each -> each.length).toArray());
            byte[][] copy = new byte[source.length][];
            for (int index = 0; index < copy.length; index++) copy[index] = new byte[source[index].length];
            CopyProgress noted = BEGINNING;
            for (boolean done = false; !done; ) {
                CopyPlan plan = new CopyPlan(manifest, noted);
                while (random.nextInt(6) > 0) {
                    CopyStep step = plan.next();
                    done = step instanceof CopyStep.Check;
                    if (done) break;
                    if (step instanceof CopyStep.Note note) {
                        noted = note.progress();
                        plan.noted();
                    } else {
                        fetch((CopyStep.Fetch) step, source, copy, plan, random);
                        // Now and then sooner than the plan says.
                        if (random.nextInt(3) == 0) noted = plan.progress();
                    }
                }
                lose(noted, copy, random);
            }
            assertThat(copy).as("seed " + seed).isDeepEqualTo(source);
        }
    }

    private static void fetch(CopyStep.Fetch fetch, byte[][] source, byte[][] copy, CopyPlan plan, Random random) {
        int left = source[fetch.file()].length - (int) fetch.offset();
        int bytes = Math.min(left, fetch.length());
        if (bytes > 1 && random.nextInt(4) == 0) bytes = 1 + random.nextInt(bytes);
        System.arraycopy(source[fetch.file()], (int) fetch.offset(), copy[fetch.file()], (int) fetch.offset(), bytes);
        plan.fetched(bytes, bytes == left);
    }

    /** What was not noted may be gone. */
    private static void lose(CopyProgress noted, byte[][] copy, Random random) {
        for (int file = noted.file(); file < copy.length; file++) {
            int kept = file == noted.file() ? (int) noted.offset() : 0;
            if (noted.file() < copy.length && random.nextBoolean())
                Arrays.fill(copy[file], kept, copy[file].length, (byte) 0);
        }
    }
}
