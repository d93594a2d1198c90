package io.letterbox.cluster.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.FileDisk;
import io.letterbox.error.ApiException;
import io.letterbox.storage.ReplicaPins;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The source over an empty replica: what it holds, for whom, and for how long. */
class CopySourceTest {
    @TempDir
    private Path root;

    private final FileDisk disk = new FileDisk();
    private final Map<Long, Long> kept = new HashMap<>();
    private boolean sound = true;

    private CopySource source() {
        return new CopySource(disk, new ReplicaPins(disk, new DataLayout(root)), new CopySource.Replicas() {
            @Override
            public boolean has(int shard) {
                return sound;
            }

            @Override
            public void checkpoint(int shard, long leastIndex) throws IOException {
                throw new IOException("the disk is full");
            }

            @Override
            public void keepFrom(int shard, long copy, long index) {
                kept.put(copy, index);
            }

            @Override
            public void release(int shard, long copy) {
                kept.remove(copy);
            }
        });
    }

    private static CopyManifest manifest(CopySource source, CopyAnswer.Pinned pinned) throws IOException {
        CopyRequest read =
                new CopyRequest.Read(pinned.copy(), CopyRequest.Read.MANIFEST, 0, (int) pinned.manifestBytes());
        return CopyManifest.decode(((CopyAnswer.Range) source.answer(read, 0, 1)).bytes());
    }

    @Test
    void aCopyIsHeldWithItsEntriesUntilItIsReleased() throws IOException {
        CopySource source = source();
        CopyAnswer.Pinned pinned = (CopyAnswer.Pinned) source.answer(new CopyRequest.Pin(2, -1, 0), 9, 1);
        assertThat(pinned.copy()).isEqualTo(9);
        assertThat(kept).containsExactly(Map.entry(9L, 0L));
        CopyManifest manifest = manifest(source, pinned);
        assertThat(manifest.shard()).isEqualTo(2);
        assertThat(manifest.files()).hasSize(1);

        CopyAnswer.Range range = (CopyAnswer.Range) source.answer(new CopyRequest.Read(9, 0, 0, 1 << 20), 0, 1);
        assertThat(range.bytes().length()).isEqualTo((int) manifest.totalBytes());
        assertThat(range.ends()).isTrue();
        range = (CopyAnswer.Range) source.answer(new CopyRequest.Read(9, 0, 3, 4), 0, 1);
        assertThat(range.bytes().length()).isEqualTo(4);
        assertThat(range.ends()).isFalse();

        assertThat(source.answer(new CopyRequest.Pin(2, -1, 9), 10, 1))
                .as("it goes on")
                .isEqualTo(pinned);
        source.answer(new CopyRequest.Release(9), 0, 1);
        assertThat(kept).isEmpty();
        assertThatThrownBy(() -> source.answer(new CopyRequest.Read(9, 0, 0, 1), 0, 1))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("begin a new one");
    }

    @Test
    void whatNobodyReadsIsLetGo() throws IOException {
        CopySource source = source();
        source.answer(new CopyRequest.Pin(2, -1, 0), 9, 0);
        source.answer(new CopyRequest.Read(9, 0, 0, 1), 0, 100);
        source.expire(99 + CopySource.IDLE_MS);
        assertThat(kept).hasSize(1);
        source.expire(100 + CopySource.IDLE_MS);
        assertThat(kept).isEmpty();
    }

    @Test
    void whatCannotBeGivenIsRefusedAndNothingIsHeld() throws IOException {
        CopySource source = source();
        assertThatThrownBy(() -> source.answer(new CopyRequest.Pin(2, 5, 0), 9, 0))
                .hasMessage("the disk is full");
        assertThat(kept).isEmpty();
        sound = false;
        assertThatThrownBy(() -> source.answer(new CopyRequest.Pin(2, -1, 0), 9, 0))
                .hasMessageContaining("no sound replica of shard 2");
        sound = true;
        for (int copy = 1; copy <= CopySource.MAX_COPIES; copy++) source.answer(new CopyRequest.Pin(2, -1, 0), copy, 0);
        assertThatThrownBy(() -> source.answer(new CopyRequest.Pin(2, -1, 0), 99, 0))
                .hasMessageContaining("copies already");
    }
}
