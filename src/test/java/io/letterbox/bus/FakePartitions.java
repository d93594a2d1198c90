package io.letterbox.bus;

import io.letterbox.access.Principal;
import io.letterbox.audit.Actor;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Partitions that hand appends to a test, which answers them; a test that does something else with them overrides. */
public class FakePartitions implements Partitions {
    private final BlockingQueue<Append> appends = new LinkedBlockingQueue<>();

    /** What has been appended and waits for its answer. */
    public BlockingQueue<Append> appends() {
        return appends;
    }

    @Override
    public Future<Appended> append(Append append) {
        appends.add(append);
        return append.done().future();
    }

    @Override
    public void appendAll(List<Append> gathered) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Long> deleteRecords(TopicPartition partition, long beforeOffset, Actor by) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<List<ActiveProducer>> describeProducers(TopicPartition partition) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Map<Integer, Integer>> findProducer(String topic, int partitions, long producerId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Map<TopicPartition, PartitionStatus>> statuses(Map<TopicPartition, UUID> incarnations) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <R> Future<R> ask(TopicPartition partition, CoordinatorCommand<R> command, Principal principal) {
        throw new UnsupportedOperationException();
    }
}
