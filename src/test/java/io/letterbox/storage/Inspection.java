package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.log.PartitionLog;
import io.letterbox.log.PartitionMetadataFile;
import io.letterbox.log.inspect.LogInspector;
import io.letterbox.log.sim.LogModel;
import io.letterbox.log.sim.SimDisk;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** The findings of the log inspector in a data directory, taken before a server starts with it. */
final class Inspection implements LogInspector.Dump {
    private final PartitionDirectories directories;
    private final Map<String, UUID> topicIds;
    private final Map<Path, TreeMap<Long, String>> records = new HashMap<>();
    private final Set<Path> current = new HashSet<>();

    Inspection(SimDisk disk, DataDirectory directory, Map<String, UUID> topicIds) throws IOException {
        this.topicIds = Map.copyOf(topicIds);
        directories = new PartitionDirectories(disk, directory.layout(), 0);
        LogInspector inspector = new LogInspector(disk);
        for (Path partition : inspector.partitions(directory.layout().root())) {
            TopicIdPartition id = TopicIdPartition.parse(partition.getFileName().toString());
            boolean there = disk.exists(partition.resolve(PartitionMetadataFile.NAME));
            if (there && topicIds.containsValue(id.topicId())) current.add(partition);
        }
        inspector.dump(directory.layout().root(), 0, this);
    }

    /** Compares the findings with the log of the server that has started. Returns false if they cannot be compared. */
    boolean mustForetell(TopicPartition id, PartitionLog log) throws IOException {
        Path partition = directories.of(new TopicIdPartition(topicIds.get(id.topic()), id.partition()));
        if (!current.contains(partition)) return false;
        long start = log.logStartOffset();
        TreeMap<Long, String> found = LogModel.contents(log, start, log.logEndOffset(), 5000);
        Map<Long, String> foretold =
                records.getOrDefault(partition, new TreeMap<>()).tailMap(start);
        assertThat(foretold.keySet()).as("what was foretold of %s", id).isEqualTo(found.keySet());
        assertThat(foretold).isEqualTo(found);
        return true;
    }

    /** A crash alone is no damage. */
    @Override
    public void finding(LogInspector.Finding finding) {
        Path file = finding.file();
        boolean whole = TopicIdPartition.parse(file.getFileName().toString()) != null;
        Path partition = whole ? file : file.getParent();
        if (current.contains(partition)) {
            assertThat(finding.severity()).as("%s", finding).isEqualTo(LogInspector.Severity.NOTE);
        }
    }

    @Override
    public void batch(Path file, long position, RecordBatch batch) {}

    @Override
    public void record(Path partition, RecordCursor record) {
        String value = new String(record.value(), StandardCharsets.UTF_8);
        records.computeIfAbsent(partition, p -> new TreeMap<>()).put(record.offset(), value);
    }
}
