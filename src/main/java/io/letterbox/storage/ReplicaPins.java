package io.letterbox.storage;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.disk.LogFile;
import io.letterbox.log.SegmentFiles;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.storage.replica.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds files of a replica as they are, for a copy of them: those that a start of this node would find, so that the
 * other node does what a start does. Segments are linked, and so outlive their deletion and their replacement by
 * compaction; everything else is small and may be overwritten, so it is copied. Indexes are left out: they are made
 * from the segments.
 *
 * <pre>
 * shards/&lt;shard&gt;/pins/&lt;copy&gt;/&lt;topic id&gt;-&lt;partition&gt;/…
 * shards/&lt;shard&gt;/pins/&lt;copy&gt;/replica-checkpoint          last, so where it is everything is
 * </pre>
 *
 * Works beside the shard, which goes on: what a checkpoint lists is in the files, whatever is appended, and what
 * changed while a partition was listed is looked at again. Any thread, one call at a time; blocks.
 */
public final class ReplicaPins {
    /** So often a partition is looked at again whose segments change meanwhile. */
    private static final int MAX_LOOKS = 10;

    private static final String CHECKPOINT = "replica-checkpoint";

    private final Disk disk;
    private final DataLayout layout;

    public ReplicaPins(Disk disk, DataLayout layout) {
        this.disk = disk;
        this.layout = layout;
    }

    /**
     * What is held.
     *
     * @param directory where
     * @param files the names that lead to them from there, the checkpoint's own file last
     * @param lengths of the files; a segment may grow, and what is above the checkpoint may be cut off
     */
    public record Pinned(
            Path directory, LogPosition position, long metadataVersion, List<List<String>> files, List<Long> lengths) {}

    /** Where the last checkpoint of a replica stands; {@link LogPosition#START} if there is none. */
    public LogPosition checkpointed(int shard) throws IOException {
        return ReplicaCheckpoint.read(disk, layout.replicaCheckpoint(shard)).position();
    }

    /**
     * Holds the last checkpoint of a replica.
     *
     * @param copy the id of the copy; more than 0
     * @throws IOException if that cannot be done now; nothing is held then
     */
    public Pinned pin(int shard, long copy) throws IOException {
        Path to = directory(shard, copy);
        try {
            return pin(shard, to);
        } catch (IOException failed) {
            release(shard, copy);
            throw failed;
        }
    }

    private Pinned pin(int shard, Path to) throws IOException {
        ReplicaCheckpoint checkpoint = ReplicaCheckpoint.read(disk, layout.replicaCheckpoint(shard));
        disk.createDirectories(to);
        List<List<String>> files = new ArrayList<>();
        for (ReplicaCheckpoint.Partition each : checkpoint.partitions()) {
            String name = each.key().toString();
            for (String file : pinPartition(layout.shard(shard).resolve(name), to.resolve(name)))
                files.add(List.of(name, file));
        }
        // As it was read, since the replica may have written another one.
        checkpoint.write(disk, to.resolve(CHECKPOINT));
        files.add(List.of(CHECKPOINT));
        List<Long> lengths = new ArrayList<>(files.size());
        for (List<String> file : files) {
            Path path = to;
            for (String name : file) path = path.resolve(name);
            lengths.add(disk.size(path));
        }
        return new Pinned(to, checkpoint.position(), checkpoint.metadataVersion(), files, lengths);
    }

    private List<String> pinPartition(Path from, Path to) throws IOException {
        for (int look = 0; look < MAX_LOOKS; look++) {
            List<String> names = wanted(from);
            clear(to);
            disk.createDirectories(to);
            if (take(from, to, names) && segments(wanted(from)).equals(segments(names))) return names;
        }
        throw new IOException(DataLayout.displayName(from) + " changes too fast to be copied");
    }

    /** False if one of the files has gone since. */
    private boolean take(Path from, Path to, List<String> names) throws IOException {
        try {
            for (String name : names) {
                if (isSegment(name)) disk.link(from.resolve(name), to.resolve(name));
                else copy(from.resolve(name), to.resolve(name));
            }
            return true;
        } catch (NoSuchFileException gone) {
            return false;
        }
    }

    /** Not forced: a process that ends takes what it held along. */
    private void copy(Path from, Path to) throws IOException {
        byte[] content = disk.readAll(from);
        try (LogFile file = disk.create(to)) {
            file.write(ByteBuffer.wrap(content), 0);
        }
    }

    private List<String> wanted(Path directory) throws IOException {
        List<String> names = disk.list(directory);
        if (names.isEmpty()) throw new IOException(DataLayout.displayName(directory) + " is not there any more");
        return names.stream().filter(ReplicaPins::isWanted).toList();
    }

    private static List<String> segments(List<String> names) {
        return names.stream().filter(ReplicaPins::isSegment).toList();
    }

    private static boolean isSegment(String name) {
        return name.endsWith(".log") || name.endsWith(SegmentFiles.SWAP);
    }

    private static boolean isWanted(String name) {
        return !name.endsWith(".index")
                && !name.endsWith(".timeindex")
                && !name.endsWith(SegmentFiles.CLEANED)
                && !name.endsWith(Disk.TEMPORARY);
    }

    /** Whether a checkpoint is held. */
    public boolean isPinned(int shard, long copy) throws IOException {
        return disk.exists(directory(shard, copy).resolve(CHECKPOINT));
    }

    /** Lets go of what is held for a copy, if anything is. */
    public void release(int shard, long copy) throws IOException {
        Path directory = directory(shard, copy);
        disk.delete(directory.resolve(CHECKPOINT));
        for (String name : disk.list(directory)) {
            if (TopicIdPartition.parse(name) != null) clear(directory.resolve(name));
            else disk.delete(directory.resolve(name));
        }
        if (disk.exists(directory)) disk.delete(directory);
    }

    /** Lets go of everything that a process before this one has held. */
    public void releaseAll(int shard) throws IOException {
        for (String name : disk.list(pins(shard))) {
            if (name.matches("[0-9]{1,19}")) release(shard, Long.parseLong(name));
        }
    }

    private void clear(Path directory) throws IOException {
        for (String name : disk.list(directory)) disk.delete(directory.resolve(name));
        if (disk.exists(directory)) disk.delete(directory);
    }

    private Path pins(int shard) {
        return layout.shard(shard).resolve("pins");
    }

    private Path directory(int shard, long copy) {
        return pins(shard).resolve(Long.toString(copy));
    }
}
