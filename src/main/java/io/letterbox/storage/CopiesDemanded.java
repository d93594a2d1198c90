package io.letterbox.storage;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.ShardImage;
import io.letterbox.storage.replica.ReplicatedLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rule of {@code min.insync.replicas} in a shard with replicas, while this one leads it. A majority of the replicas
 * has forced what is committed; readers see it, and a new leader has it. A topic may demand more than that:
 *
 * <ul>
 *   <li>While fewer replicas are in sync than a topic demands, its appends are refused.
 *   <li>Where it demands more than a majority, an acknowledgement waits until so many have forced the entry. If too few
 *       are in sync meanwhile, who waits is told so; the records are kept.
 * </ul>
 *
 * Owned by the shard's thread.
 */
final class CopiesDemanded {
    /** So many marks of one partition are kept apart; later ones are put together. */
    private static final int MARKS_MAX = 256;

    private final ReplicatedLog log;
    private final ShardImage shard;
    private final InSyncReplicas replicas;

    /** Of partitions with acknowledgements that wait for copies, oldest first. */
    private final Map<HostedPartition, ArrayDeque<Mark>> waiting = new LinkedHashMap<>();

    private boolean soon;

    /**
     * Records that are committed and wait for copies.
     *
     * @param index the entry that has the last of them
     * @param nextOffset the offset behind them
     */
    private record Mark(long index, long nextOffset) {}

    /**
     * Begins with a leadership.
     *
     * @param self this replica's node
     * @param shard its members
     */
    CopiesDemanded(ReplicatedLog log, int self, ShardImage shard, long nowMs) {
        this.log = log;
        this.shard = shard;
        this.replicas = new InSyncReplicas(self, shard.nodes(), nowMs);
    }

    /** The nodes of the replicas that are in sync, in ascending order. */
    List<Integer> inSync() {
        return replicas.nodes();
    }

    /** Whether something waits for copies that may come in a moment. */
    boolean isWaiting() {
        return soon;
    }

    /** Why a partition takes no appends; null if it does. */
    ApiException refusal(HostedPartition partition) {
        return refusal(partition, ErrorCode.NOT_ENOUGH_REPLICAS, "Nothing was stored.");
    }

    private ApiException refusal(HostedPartition partition, ErrorCode code, String what) {
        int demanded = partition.config().minInsyncReplicas();
        if (demanded <= 1) return null;
        List<Integer> there = replicas.nodes();
        if (there.size() >= demanded) return null;
        String of = demanded > shard.replicas().size()
                ? ", which is more than there are: " + shard.replicas().size()
                : ", and in sync " + (there.size() == 1 ? "is" : "are") + " only " + there.size() + " (node"
                        + (there.size() == 1 ? " " : "s ")
                        + String.join(", ", there.stream().map(String::valueOf).toList()) + ")";
        return new ApiException(
                code, partition.id().topic() + " demands min.insync.replicas=" + demanded + of + ". " + what);
    }

    /** Whether a partition's acknowledgements wait for more replicas than have what is committed. */
    private boolean exceedsMajority(HostedPartition partition) {
        return partition.config().minInsyncReplicas() > shard.replicas().size() / 2 + 1;
    }

    /** A partition has got its settings, or others. */
    void configured(HostedPartition partition) {
        boolean awaits = exceedsMajority(partition);
        partition.awaitCopies(awaits);
        if (awaits) return;
        Acknowledgements answers = new Acknowledgements();
        partition.copied(partition.highWatermark(), answers);
        answers.send();
    }

    /** Nothing is known of the copies of what a partition has: it is at or below an index. */
    void begin(HostedPartition partition, long index) {
        configured(partition);
        if (!exceedsMajority(partition)) return;
        partition.forgetCopies();
        committed(partition, index);
    }

    /** What a partition has now is committed with an entry. */
    void committed(HostedPartition partition, long index) {
        if (!exceedsMajority(partition)) return;
        ArrayDeque<Mark> marks = waiting.computeIfAbsent(partition, p -> new ArrayDeque<>());
        if (marks.size() == MARKS_MAX) marks.removeLast();
        marks.add(new Mark(index, partition.highWatermark()));
        soon = true;
    }

    /** Looks at the replicas, and answers who has waited for them long enough. */
    void look(long nowMs) {
        replicas.look(log.forcedIndex(), log.followers(), nowMs);
        Acknowledgements answers = new Acknowledgements();
        List<HostedPartition> lacking = new ArrayList<>();
        for (Iterator<Map.Entry<HostedPartition, ArrayDeque<Mark>>> all =
                        waiting.entrySet().iterator();
                all.hasNext(); ) {
            Map.Entry<HostedPartition, ArrayDeque<Mark>> each = all.next();
            HostedPartition partition = each.getKey();
            long copied = replicas.forcedBy(partition.config().minInsyncReplicas());
            ArrayDeque<Mark> marks = each.getValue();
            while (!marks.isEmpty() && marks.peek().index() <= copied)
                partition.copied(marks.remove().nextOffset(), answers);
            if (marks.isEmpty() || partition.isGone()) all.remove();
            else lacking.add(partition);
        }
        answers.send();
        soon = false;
        for (HostedPartition partition : lacking) {
            ApiException few = refusal(
                    partition,
                    ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                    "The records are stored, but not in so many copies.");
            if (few == null) soon = true;
            else partition.refuseCommitted(few);
        }
    }
}
