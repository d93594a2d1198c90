package io.letterbox.storage;

import io.letterbox.bus.ActiveProducer;
import io.letterbox.bus.Partitions;
import io.letterbox.disk.ForceFailedException;
import io.letterbox.error.ApiException;
import io.letterbox.log.CorruptLogException;
import io.letterbox.log.producers.ProducerState;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The open partitions of one shard, whoever opens them, and what is asked of them. Owned by the shard's thread. */
final class PartitionTable {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionTable.class);

    private final int shard;
    private final StorageServices services;
    private final Map<TopicPartition, HostedPartition> byId = new HashMap<>();

    /** Those whose topics are forced at an interval. */
    private final Set<HostedPartition> forcedAtIntervals = new LinkedHashSet<>();

    PartitionTable(int shard, StorageServices services) {
        this.shard = shard;
        this.services = services;
    }

    /** The shard's number, from 0. */
    int shard() {
        return shard;
    }

    /** The partition of a name, or null. */
    HostedPartition get(TopicPartition id) {
        return byId.get(id);
    }

    Collection<HostedPartition> all() {
        return byId.values();
    }

    /** Those whose topics are forced at an interval. */
    Collection<HostedPartition> forcedAtIntervals() {
        return forcedAtIntervals;
    }

    /** The shard as messages name it. */
    @Override
    public String toString() {
        return "shard " + shard;
    }

    /** Whether some log is poisoned: it takes no more writes until a restart. */
    boolean anyPoisoned() {
        return byId.values().stream()
                .anyMatch(held ->
                        held.log() != null && !held.isGone() && held.log().isPoisoned());
    }

    /** The name of the first poisoned partition, for messages; the shard's name if there is none. */
    String poisoned() {
        return byId.values().stream()
                .filter(held -> held.log() != null && held.log().isPoisoned())
                .map(held -> held.id().toString())
                .findFirst()
                .orElse(toString());
    }

    /** What is damaged in some log, wherever that was found; null if nothing. */
    CorruptLogException quarantined() {
        return byId.values().stream()
                .filter(held -> held.quarantine() != null)
                .findFirst()
                .map(held -> new CorruptLogException(held.id() + ": " + held.quarantine()))
                .orElse(null);
    }

    /** Adds a partition that has been opened; others see it once it is {@linkplain HostedPartitions#put published}. */
    void put(HostedPartition opened) {
        byId.put(opened.id(), opened);
    }

    /** The partition has got its settings, or others. */
    void configured(HostedPartition held) {
        if (held.config().flush() == TopicConfig.FlushPolicy.INTERVAL) forcedAtIntervals.add(held);
        else forcedAtIntervals.remove(held);
    }

    /** Takes a partition out of service: nobody finds it any more, and who waits for it is refused. */
    void remove(HostedPartition held, ApiException why) {
        byId.remove(held.id());
        forcedAtIntervals.remove(held);
        services.hosted().remove(held);
        held.stopWrites(why);
        held.tail().clear();
    }

    void findProducer(ShardMessage.FindProducer ask) {
        Map<Integer, Integer> found = new HashMap<>();
        for (int number = 0; number < ask.partitions(); number++) {
            HostedPartition held = byId.get(new TopicPartition(ask.topic(), number));
            if (held == null) continue;
            if (held.quarantine() != null) {
                found.put(number, Partitions.UNREADABLE);
                continue;
            }
            ProducerState known = held.log().producers().get(ask.producerId());
            if (known != null) found.put(number, known.lastSequence());
        }
        ask.done().complete(found);
    }

    void describeProducers(ShardMessage.DescribeProducers ask) {
        HostedPartition held = byId.get(ask.partition());
        if (held == null) {
            ask.done().fail(LogAccess.unknown(ask.partition()));
        } else if (held.quarantine() != null) {
            ask.done().fail(held.quarantineRefusal());
        } else {
            ask.done()
                    .complete(held.log().producers().all().stream()
                            .map(state -> new ActiveProducer(
                                    state.id(),
                                    state.epoch(),
                                    state.lastSequence(),
                                    state.lastTimestampMs(),
                                    state.coordinatorEpoch(),
                                    state.transactionStart()))
                            .toList());
        }
    }

    /**
     * Closes what is open, as part of a clean stop. A log that cannot be closed keeps its recovery point.
     *
     * @return true if everything in all logs is in their files now
     */
    boolean closeAll(ShardCompaction compaction) {
        boolean well = true;
        List<Callable<Boolean>> closings = new ArrayList<>();
        for (HostedPartition held : byId.values()) {
            if (held.log() == null) continue;
            compaction.stop(held);
            closings.add(() -> close(held));
        }
        try {
            for (boolean closed : services.forces().all(closings)) well &= closed;
        } catch (IOException unexpected) {
            LOG.error("Shard {} could not close its logs", shard, unexpected);
            well = false;
        }
        well &= byId.values().stream().noneMatch(HostedPartition::isOffline);
        if (!well) services.recovery().notClean();
        return well;
    }

    /** On any thread, while the shard waits. */
    private boolean close(HostedPartition held) {
        // The end of a poisoned log is unknown, so the next start has to check it.
        boolean well = !held.log().isPoisoned() && !held.isGone();
        try {
            held.close();
        } catch (IOException e) {
            if (e instanceof ForceFailedException) services.recovery().forceFailed();
            LOG.error("{} could not be closed; the next start looks through its end", held.id(), e);
            return false;
        }
        return well;
    }
}
