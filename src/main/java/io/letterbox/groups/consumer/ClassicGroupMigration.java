package io.letterbox.groups.consumer;

import io.letterbox.groups.classic.ClassicGroupSnapshot;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue.ClassicMemberMetadata;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue.ClassicProtocol;

/**
 * Converts a classic group to a consumer group while its members work (KIP-848, "online migration"): they keep the
 * classic protocol, own the partitions that their leader assigned, and have to join again after their next heartbeat.
 */
final class ClassicGroupMigration {
    /** The protocol of Kafka Streams, whose assignments contain more than partitions. */
    static final String STREAMS_PROTOCOL = "stream";

    private ClassicGroupMigration() {}

    /** False if the server cannot produce assignments for the members' protocol. */
    static boolean isPossible(ClassicGroupSnapshot snapshot, int maxMembers) {
        if (snapshot.members().size() >= maxMembers) return false;
        for (ClassicGroupSnapshot.Member member : snapshot.members()) {
            if (member.protocols().isEmpty()) return false;
            boolean streams = member.protocols().stream()
                    .anyMatch(protocol -> protocol.getKey().equals(STREAMS_PROTOCOL));
            if (streams) return false;
            try {
                subscription(member);
                ByteBuffer custom = assignment(member).userData();
                if (custom != null && custom.hasRemaining()) return false;
            } catch (RuntimeException notOurs) {
                return false;
            }
        }
        return true;
    }

    /** Adds the members to an empty group. */
    static void begin(GroupChange change, ClassicGroupSnapshot snapshot, Topics topics) {
        int epoch = Math.max(1, snapshot.generation());
        change.add(new ConsumerEvent.Epoch(epoch, 0));
        for (ClassicGroupSnapshot.Member member : snapshot.members()) {
            change.add(new ConsumerEvent.Profile(member.id(), profile(member)));
            PartitionSet assigned = partitions(member, topics)
                    .filter((topic, partition) -> change.group().owner(topic, partition) == null);
            change.add(new ConsumerEvent.Target(member.id(), assigned));
            change.add(new ConsumerEvent.Current(
                    member.id(),
                    new CurrentAssignment(epoch, epoch, MemberState.STABLE, assigned, PartitionSet.EMPTY)));
        }
        change.add(new ConsumerEvent.TargetEpoch(epoch, 0));
    }

    private static ConsumerGroupMemberMetadataValue profile(ClassicGroupSnapshot.Member member) {
        List<ClassicProtocol> protocols = new ArrayList<>();
        member.protocols()
                .forEach(protocol -> protocols.add(
                        new ClassicProtocol().setName(protocol.getKey()).setMetadata(protocol.getValue())));
        return new ConsumerGroupMemberMetadataValue()
                .setInstanceId(member.instanceId())
                .setClientId(member.clientId())
                .setClientHost(member.host())
                .setSubscribedTopicNames(
                        List.copyOf(new TreeSet<>(subscription(member).topics())))
                .setRebalanceTimeoutMs(member.timeouts().rebalanceMs())
                .setClassicMemberMetadata(new ClassicMemberMetadata()
                        .setSessionTimeoutMs(member.timeouts().sessionMs())
                        .setSupportedProtocols(protocols));
    }

    private static ConsumerProtocolSubscription subscription(ClassicGroupSnapshot.Member member) {
        byte[] metadata = member.protocols().get(0).getValue();
        return ConsumerProtocol.deserializeConsumerProtocolSubscription(ByteBuffer.wrap(metadata));
    }

    private static ConsumerProtocolAssignment assignment(ClassicGroupSnapshot.Member member) {
        return member.assignment().length == 0
                ? new ConsumerProtocolAssignment()
                : ConsumerProtocol.deserializeConsumerProtocolAssignment(ByteBuffer.wrap(member.assignment()));
    }

    private static PartitionSet partitions(ClassicGroupSnapshot.Member member, Topics topics) {
        PartitionSet.Builder partitions = new PartitionSet.Builder();
        for (ConsumerProtocolAssignment.TopicPartition topic :
                assignment(member).assignedPartitions()) {
            if (topics.named(topic.topic()) == null) continue;
            partitions.addAll(Topics.id(topics.named(topic.topic())), topic.partitions());
        }
        return partitions.build();
    }
}
