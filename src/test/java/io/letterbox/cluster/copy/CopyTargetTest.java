package io.letterbox.cluster.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.disk.FileDisk;
import io.letterbox.storage.replica.LogPosition;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyTargetTest {
    private static final CopyManifest MANIFEST = new CopyManifest(
            1,
            new LogPosition(2, 3),
            4,
            List.of(
                    new CopyManifest.File(List.of("p", "a.log"), 6),
                    new CopyManifest.File(List.of("p", "empty"), 0),
                    new CopyManifest.File(List.of("replica-checkpoint"), 3)));
    private static final List<String> CONTENTS = List.of("abcdef", "", "xyz");

    @TempDir
    private Path root;

    private final FileDisk disk = new FileDisk();

    private Path directory() {
        return root.resolve("copy");
    }

    private void run(CopyTarget target, CopyPlan plan, int steps) throws IOException {
        for (int done = 0; done < steps && !(plan.next() instanceof CopyStep.Check); done++) {
            if (plan.next() instanceof CopyStep.Note note) {
                target.note(note);
                plan.noted();
                continue;
            }
            CopyStep.Fetch fetch = (CopyStep.Fetch) plan.next();
            String content = CONTENTS.get(fetch.file());
            int from = (int) fetch.offset();
            int to = Math.min(content.length(), from + Math.min(2, fetch.length()));
            target.write(fetch, Buffer.buffer(content.substring(from, to)));
            plan.fetched(to - from, to == content.length());
        }
    }

    private void assertComplete() {
        assertThat(directory().resolve("p").resolve("a.log")).hasContent("abcdef");
        assertThat(directory().resolve("p").resolve("empty")).isEmptyFile();
        assertThat(directory().resolve("replica-checkpoint")).hasContent("xyz");
    }

    @Test
    void filesComeAsTheManifestListsThem() throws IOException {
        CopyProgress beginning = new CopyProgress(2, 9, 0, 0);
        try (CopyTarget target = new CopyTarget(disk, directory())) {
            assertThat(target.begun()).isNull();
            target.begin(MANIFEST, beginning);
            run(target, new CopyPlan(MANIFEST, beginning), Integer.MAX_VALUE);
        }
        assertComplete();
    }

    @Test
    void anInterruptedCopyGoesOnFromWhatWasNoted() throws IOException {
        for (int interrupted = 0; interrupted < 9; interrupted++) {
            CopyProgress beginning = new CopyProgress(2, 9, 0, 0);
            Path progress = directory().resolve("progress");
            try (CopyTarget target = new CopyTarget(disk, directory())) {
                target.begin(MANIFEST, beginning);
                CopyPlan plan = new CopyPlan(MANIFEST, beginning);
                run(target, plan, 1);
                target.note(new CopyStep.Note(0, plan.progress()));
                run(target, plan, interrupted);
            }
            if (CopyProgress.read(disk, progress).file() == 0)
                Files.writeString(directory().resolve("p").resolve("a.log"), "abXXXXXXXX");
            try (CopyTarget target = new CopyTarget(disk, directory())) {
                CopyProgress noted = target.begun();
                assertThat(noted.copy()).isEqualTo(9);
                run(target, new CopyPlan(target.manifest(), noted), Integer.MAX_VALUE);
            }
            assertComplete();
        }
    }

    @Test
    void whatCannotBeReadDoesNotGoOn() throws IOException {
        CopyTarget target = new CopyTarget(disk, directory());
        target.begin(MANIFEST, new CopyProgress(2, 9, 0, 0));
        for (String content : List.of("", "copy 1\n", "copy 2\n2 9 0 0\n", "copy 1\n2 9 0\n", "copy 1\n2 9 7 0\n")) {
            Files.writeString(directory().resolve("progress"), content);
            assertThat(new CopyTarget(disk, directory()).begun()).as(content).isNull();
        }
    }
}
