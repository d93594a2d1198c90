package io.letterbox.groups.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData.TopicPartitions;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.Errors;

/** A client of the newer protocol: uses its assigned partitions, and revokes partitions when the test lets it. */
public final class BenchMember {
    public static final int REBALANCE_MS = 30_000;

    private final GroupBench bench;
    private final String groupId;
    private final String id;
    private List<String> topics;
    private String instanceId;
    private int epoch;
    private PartitionSet owned = PartitionSet.EMPTY;
    private PartitionSet told = PartitionSet.EMPTY;

    public BenchMember(GroupBench bench, String groupId, String id, String... topics) {
        this.bench = bench;
        this.groupId = groupId;
        this.id = id;
        this.topics = List.of(topics);
    }

    public BenchMember named(String newInstanceId) {
        instanceId = newInstanceId;
        return this;
    }

    public String id() {
        return id;
    }

    public int epoch() {
        return epoch;
    }

    /** The partitions that it reads. */
    public PartitionSet owned() {
        return owned;
    }

    public void subscribe(String... newTopics) {
        topics = List.of(newTopics);
    }

    public ConsumerGroupHeartbeatRequestData request() {
        ConsumerGroupHeartbeatRequestData data = new ConsumerGroupHeartbeatRequestData()
                .setGroupId(groupId)
                .setMemberId(id)
                .setInstanceId(instanceId)
                .setMemberEpoch(epoch)
                .setRebalanceTimeoutMs(REBALANCE_MS)
                .setSubscribedTopicNames(topics);
        List<TopicPartitions> list = new ArrayList<>();
        owned.byTopic()
                .forEach((topic, partitions) ->
                        list.add(new TopicPartitions().setTopicId(topic).setPartitions(List.copyOf(partitions))));
        return data.setTopicPartitions(list);
    }

    /** Sends a heartbeat and handles the answer; it stops using revoked partitions only with {@link #revoke}. */
    public Errors beat() {
        return take(bench.heartbeat(request()));
    }

    public Errors take(ConsumerGroupHeartbeatResponseData answer) {
        Errors error = Errors.forCode(answer.errorCode());
        if (error == Errors.FENCED_MEMBER_EPOCH || error == Errors.UNKNOWN_MEMBER_ID) forget();
        if (error != Errors.NONE) return error;
        assertThat(answer.memberEpoch()).isGreaterThanOrEqualTo(epoch);
        epoch = answer.memberEpoch();
        if (answer.assignment() != null) {
            PartitionSet.Builder set = new PartitionSet.Builder();
            answer.assignment().topicPartitions().forEach(topic -> set.addAll(topic.topicId(), topic.partitions()));
            told = set.build();
            owned = owned.plus(told);
        }
        return error;
    }

    /** True if it still uses partitions that it has to revoke. */
    public boolean hasToRevoke() {
        return !told.containsAll(owned);
    }

    /** Stops using the partitions that it has to revoke. */
    public void revoke() {
        owned = owned.intersect(told);
    }

    /** Starts again without state, as after being fenced. */
    public void forget() {
        epoch = 0;
        owned = PartitionSet.EMPTY;
        told = PartitionSet.EMPTY;
    }

    public Errors leave(int leaveEpoch) {
        Errors error = Errors.forCode(
                bench.heartbeat(request().setMemberEpoch(leaveEpoch)).errorCode());
        forget();
        return error;
    }

    /** Sends heartbeats and revokes until no assignment changes. */
    public static void settle(List<BenchMember> members) {
        for (int i = 0; i < 20; i++) {
            for (BenchMember member : members) {
                assertThat(member.beat()).isEqualTo(Errors.NONE);
                member.revoke();
            }
        }
    }
}
