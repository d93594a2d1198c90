package io.letterbox.cluster.forwarding;

import io.letterbox.bus.Metadata;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which node to ask about a partition: the leader of the image, or a later one that somebody who was asked wrongly has
 * named. Any thread.
 */
final class Routes {
    /** In place of a node while nobody is known to lead. */
    static final int NOBODY = -1;

    /** The facts of a refusal by a node that does not lead: who does as far as it knows, and in which epoch. */
    static final String LEADER = "leader";

    static final String LEADER_EPOCH = "leaderEpoch";

    /** The most partitions whose leader is known from refusals; the image has the others. */
    private static final int MAX_HINTS = 10_000;

    private final Metadata metadata;
    private final Map<TopicPartition, Hint> hints = new ConcurrentHashMap<>();

    private record Hint(int leader, int epoch) {}

    Routes(Metadata metadata) {
        this.metadata = metadata;
    }

    /** The image of a partition; null if there is none as far as this node knows. */
    PartitionImage image(TopicPartition partition) {
        TopicImage topic = metadata.image().topics().get(partition.topic());
        return topic == null || partition.partition() >= topic.partitions().size()
                ? null
                : topic.partitions().get(partition.partition());
    }

    boolean exists(TopicPartition partition) {
        return image(partition) != null;
    }

    /** The node to ask, or {@link #NOBODY}. */
    int leaderOf(TopicPartition partition) {
        PartitionImage image = image(partition);
        if (image == null) return NOBODY;
        Hint hint = hints.isEmpty() ? null : hints.get(partition);
        if (hint == null) return image.leader();
        boolean newer = hint.epoch > image.leaderEpoch() || hint.epoch == image.leaderEpoch() && image.leader() < 0;
        if (newer) return hint.leader;
        hints.remove(partition, hint);
        return image.leader();
    }

    /** Learns from a refusal who leads; true if that is news. */
    boolean learn(TopicPartition partition, Throwable failure) {
        if (!(failure instanceof ApiException refusal)) return false;
        if (!(refusal.facts().get(LEADER) instanceof Number leader)) return false;
        if (!(refusal.facts().get(LEADER_EPOCH) instanceof Number epoch)) return false;
        if (leader.intValue() < 0) return false;
        int before = leaderOf(partition);
        if (hints.size() >= MAX_HINTS) hints.clear();
        hints.merge(
                partition,
                new Hint(leader.intValue(), epoch.intValue()),
                (old, now) -> now.epoch >= old.epoch ? now : old);
        return leaderOf(partition) != before;
    }

    /**
     * A refusal as other nodes get it: one that says that this node does not lead also says who does.
     *
     * @param failure as this node's own shards gave it
     */
    ApiException refusal(TopicPartition partition, Throwable failure) {
        ApiException refusal = AttemptFailure.refusal(failure);
        boolean elsewhere = refusal.code() == ErrorCode.NOT_LEADER
                || refusal.code() == ErrorCode.NOT_COORDINATOR
                || refusal.code() == ErrorCode.UNKNOWN_PARTITION;
        PartitionImage image = image(partition);
        if (!elsewhere || image == null) return refusal;
        Map<String, Object> facts = new HashMap<>(refusal.facts());
        facts.put(LEADER, image.leader());
        facts.put(LEADER_EPOCH, image.leaderEpoch());
        return new ApiException(refusal.code(), refusal.getMessage(), facts);
    }
}
