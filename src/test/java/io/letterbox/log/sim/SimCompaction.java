package io.letterbox.log.sim;

import io.letterbox.disk.LogFile;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.Segment;
import io.letterbox.record.BatchCursor;
import io.letterbox.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** A compaction that drops random batches of a log. */
public final class SimCompaction {
    private final SimDisk disk;
    private final Random random;

    public SimCompaction(SimDisk disk, Random random) {
        this.disk = disk;
        this.random = random;
    }

    /** Leaves out some batches of one or two neighbouring segments that are closed and durable. */
    public void compact(PartitionLog log, Path directory, LogModel model) throws IOException {
        List<Segment> closed = log.segments().stream()
                .filter(segment -> segment.nextOffset() <= log.durableOffset())
                .toList();
        if (closed.size() < 3) return;
        int first = random.nextInt(closed.size() - 2);
        List<Segment> neighbours = closed.subList(first, first + 1 + random.nextInt(2));
        if (neighbours.stream().mapToLong(Segment::sizeBytes).sum() > 40_000) return;
        Path cleaned = directory.resolve("any.cleaned");
        try (LogFile file = disk.create(cleaned)) {
            long position = 0;
            for (Segment segment : neighbours) position = copySome(segment, file, position, model);
            file.force();
        }
        log.replace(neighbours, cleaned);
        for (long offset : model.doubtful) model.records.remove(offset);
        model.doubtful.clear();
    }

    private long copySome(Segment segment, LogFile to, long position, LogModel model) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) segment.sizeBytes());
        segment.read(bytes, 0);
        BatchCursor batches = RecordBatch.cursor(bytes.flip());
        long at = position;
        while (batches.next()) {
            RecordBatch batch = batches.batch();
            if (random.nextInt(3) == 0) {
                for (long gone = batch.baseOffset(); gone < batch.nextOffset(); gone++) model.doubtful.add(gone);
                continue;
            }
            int from = batch.position();
            to.write(bytes.duplicate().limit(from + batch.sizeInBytes()).position(from), at);
            at += batch.sizeInBytes();
        }
        return at;
    }
}
