package io.letterbox.log;

import io.letterbox.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The leader epochs of a log with their start offsets, by which a leader and a follower find where their logs diverge
 * (KIP-101, KIP-279). Kept in {@code leader-epoch-checkpoint}, in Kafka's format, durable before the first record of a
 * new epoch is written. Changed by the log's owner; read from any thread.
 */
public final class LeaderEpochCache {
    /**
     * One leader epoch.
     *
     * @param epoch the leader epoch, from 0
     * @param startOffset the offset of the first record that it wrote
     */
    public record EpochEntry(int epoch, long startOffset) {}

    private final Disk disk;
    private final Path file;
    private volatile List<EpochEntry> entries;

    private LeaderEpochCache(Disk disk, Path file, List<EpochEntry> entries) {
        this.disk = disk;
        this.file = file;
        this.entries = entries;
    }

    /** Reads the file of a partition's directory, up to the first line in which one of the numbers does not grow. */
    static LeaderEpochCache read(Disk disk, Path directory) throws IOException {
        Path file = directory.resolve(SegmentFiles.EPOCHS);
        List<EpochEntry> entries = new ArrayList<>();
        List<String[]> lines = CheckpointFile.read(disk, file, 2);
        for (String[] line : lines == null ? List.<String[]>of() : lines) {
            long epoch = SegmentFiles.number(line[0]);
            long startOffset = SegmentFiles.number(line[1]);
            EpochEntry last = entries.isEmpty() ? new EpochEntry(-1, -1) : entries.get(entries.size() - 1);
            if (epoch <= last.epoch || epoch > Integer.MAX_VALUE || startOffset <= last.startOffset) break;
            entries.add(new EpochEntry((int) epoch, startOffset));
        }
        return new LeaderEpochCache(disk, file, List.copyOf(entries));
    }

    /** Oldest first. */
    public List<EpochEntry> entries() {
        return entries;
    }

    /** The newest epoch, -1 if there is none. */
    public int latestEpoch() {
        List<EpochEntry> all = entries;
        return all.isEmpty() ? -1 : all.get(all.size() - 1).epoch;
    }

    /**
     * The end of an epoch in this log, as Kafka's OffsetsForLeaderEpoch answers: the newest known epoch at or below it,
     * and the start of the next one, or the log's end if there is no next one.
     *
     * @param leaderEpoch the current leader's epoch: it counts as known, although it may not have written anything
     * @return null if the epoch is newer than the leader's
     */
    public EpochEntry end(int epoch, int leaderEpoch, long logEndOffset) {
        if (epoch > leaderEpoch) return null;
        int known = epoch;
        boolean any = false;
        for (EpochEntry entry : entries) {
            // If all epochs are newer, the requested one ends at the start of the first.
            if (entry.epoch > epoch) return new EpochEntry(any ? known : epoch, entry.startOffset);
            known = entry.epoch;
            any = true;
        }
        return new EpochEntry(epoch == leaderEpoch || !any ? epoch : known, logEndOffset);
    }

    /**
     * The epoch of the record with an offset, or of the last one before it; -1 if the offset is below the first entry.
     */
    public int epochAt(long offset) {
        int epoch = -1;
        for (EpochEntry entry : entries) {
            if (entry.startOffset > offset) break;
            epoch = entry.epoch;
        }
        return epoch;
    }

    /** Adds an epoch that begins at an offset, if it is newer than the latest one. */
    void assign(int epoch, long startOffset) throws IOException {
        if (epoch <= latestEpoch()) return;
        List<EpochEntry> more = new ArrayList<>();
        for (EpochEntry entry : entries) {
            // An epoch without records is dropped.
            if (entry.startOffset < startOffset) more.add(entry);
        }
        more.add(new EpochEntry(epoch, startOffset));
        store(more);
    }

    /** Drops the epochs that begin at or beyond the log's end. */
    void truncate(long logEndOffset) throws IOException {
        List<EpochEntry> fewer = entries.stream()
                .filter(entry -> entry.startOffset < logEndOffset)
                .toList();
        if (fewer.size() < entries.size()) store(fewer);
    }

    private void store(List<EpochEntry> changed) throws IOException {
        CheckpointFile.write(
                disk,
                file,
                changed.stream()
                        .map(entry -> entry.epoch + " " + entry.startOffset)
                        .toList());
        entries = List.copyOf(changed);
    }
}
