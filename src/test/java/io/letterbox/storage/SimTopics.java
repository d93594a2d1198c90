package io.letterbox.storage;

import io.letterbox.bus.Appended;
import io.letterbox.log.TestLogs;
import io.letterbox.log.sim.LogModel;
import io.letterbox.log.sim.SimDisk;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;

/** Two topics of two partitions each on a simulated shard, and the models of what may be in their logs. */
class SimTopics {
    final Random random;
    final SimDisk disk;
    final DataDirectory directory;
    final Map<String, UUID> topics = new TreeMap<>();
    final Map<String, String> flushes = new TreeMap<>();
    final Map<TopicPartition, LogModel> models = new TreeMap<>();
    final List<Pending> pending = new ArrayList<>();
    SimShard shard;
    long nowMs;
    private final Map<UUID, String> deleted = new HashMap<>();
    private int written;

    /** An append that may have been acknowledged. */
    record Pending(LogModel model, boolean synced, long nextOffset, Promise<Appended> done) {}

    SimTopics(long seed, DataDirectory directory) throws IOException {
        this.random = new Random(seed);
        this.disk = new SimDisk(seed ^ 0x5eed);
        this.directory = directory;
        disk.createDirectories(directory.layout().meta());
        make("a");
        make("b");
    }

    /** Makes a topic anew; what there was of that name is deleted. */
    void make(String topic) {
        UUID old = topics.put(topic, new UUID(random.nextLong(), random.nextLong()));
        if (old != null) deleted.put(old, topic);
        flushes.put(topic, "sync");
        for (int number = 0; number < 2; number++) models.put(new TopicPartition(topic, number), new LogModel());
    }

    ClusterImage image() {
        TreeMap<String, TopicImage> byName = new TreeMap<>();
        PartitionImage here = new PartitionImage(0, 1, 0, List.of(1), List.of(1));
        topics.forEach((name, id) -> {
            TopicConfig config = new TopicConfig(Map.of("segment.bytes", "16384", "flush", flushes.get(name)));
            byName.put(name, new TopicImage(name, id, List.of(here, here), config));
        });
        return new ClusterImage(1, "cluster", Map.of(), byName, deleted);
    }

    TopicPartition any() {
        List<TopicPartition> ids = List.copyOf(models.keySet());
        return ids.get(random.nextInt(ids.size()));
    }

    void append(TopicPartition id) throws IOException {
        LogModel model = models.get(id);
        long base = model.endOffset;
        String[] values = new String[1 + random.nextInt(4)];
        for (int index = 0; index < values.length; index++) {
            values[index] = written++ + "-" + "x".repeat(random.nextInt(6) == 0 ? 4000 : random.nextInt(60));
            model.records.put(base + index, values[index]);
        }
        model.endOffset += values.length;
        boolean synced = flushes.get(id.topic()).equals("sync");
        try {
            Promise<Appended> done = shard.append(id, TestLogs.batch(nowMs, values), values.length, nowMs);
            pending.add(new Pending(model, synced, model.endOffset, done));
        } catch (IOException refused) {
            model.records.tailMap(base).clear();
            model.endOffset = base;
            throw refused;
        }
    }

    void noteAcknowledged() {
        for (Pending append : pending) {
            if (append.done.future().succeeded() && append.synced)
                append.model.flushedUpTo = Math.max(append.model.flushedUpTo, append.nextOffset);
        }
        pending.removeIf(append -> append.done.future().isComplete());
    }
}
