package io.letterbox.cluster.copy;

import io.letterbox.disk.Disk;
import io.letterbox.disk.LogFile;
import io.vertx.core.buffer.Buffer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The files of a copy that come from another node: written range by range as a {@link CopyPlan} says, and found again
 * after an interruption. Beside them there are {@code manifest} and {@code progress}. Owned by one worker thread at a
 * time; blocks.
 */
public final class CopyTarget implements Closeable {
    private static final String MANIFEST = "manifest";
    private static final String PROGRESS = "progress";

    private final Disk disk;
    private final Path directory;
    private CopyManifest manifest;

    /** The file that is being written; null if none is. */
    private LogFile open;

    private int openFile = -1;

    /** @param directory of this copy alone; it need not exist */
    public CopyTarget(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /** What was begun before and how far it came; null if there is nothing that could go on. */
    public CopyProgress begun() throws IOException {
        CopyProgress progress = CopyProgress.read(disk, directory.resolve(PROGRESS));
        if (progress == null) return null;
        try {
            manifest = CopyManifest.decode(Buffer.buffer(disk.readAll(directory.resolve(MANIFEST))));
            new CopyPlan(manifest, progress);
            return progress;
        } catch (NoSuchFileException | IllegalArgumentException useless) {
            manifest = null;
            return null;
        }
    }

    /** Begins a copy. The directory has to be empty or not to be there. */
    public void begin(CopyManifest listed, CopyProgress progress) throws IOException {
        disk.createDirectories(directory);
        manifest = listed;
        disk.replace(directory.resolve(MANIFEST), listed.encode().getBytes());
        progress.write(disk, directory.resolve(PROGRESS));
    }

    /** What is copied; null before {@link #begun} has found something, or {@link #begin}. */
    public CopyManifest manifest() {
        return manifest;
    }

    /** Writes a range. */
    public void write(CopyStep.Fetch fetch, Buffer bytes) throws IOException {
        if (openFile != fetch.file()) {
            close();
            Path path = path(fetch.file());
            disk.createDirectories(path.getParent());
            open = disk.exists(path) ? disk.open(path) : disk.create(path);
            openFile = fetch.file();
        }
        // What is behind was written before an interruption, and not noted.
        if (open.size() != fetch.offset()) open.truncate(fetch.offset());
        open.write(ByteBuffer.wrap(bytes.getBytes()), fetch.offset());
    }

    /** Forces what has come since the last note, and writes the progress down. */
    public void note(CopyStep.Note note) throws IOException {
        close();
        int end = Math.min(note.progress().file(), manifest.files().size() - 1);
        Set<Path> directories = new HashSet<>();
        directories.add(directory);
        for (int file = note.fromFile(); file <= end; file++) {
            Path path = path(file);
            // The last one may not have been begun.
            if (!disk.exists(path)) continue;
            try (LogFile written = disk.open(path)) {
                written.force();
            }
            directories.add(path.getParent());
        }
        for (Path each : directories) disk.forceDirectory(each);
        note.progress().write(disk, directory.resolve(PROGRESS));
    }

    private Path path(int file) {
        List<String> names = manifest.files().get(file).path();
        Path path = directory;
        for (String name : names) path = path.resolve(name);
        return path;
    }

    @Override
    public void close() throws IOException {
        if (open != null) open.close();
        open = null;
        openFile = -1;
    }
}
