package io.letterbox.groups.consumer;

import io.letterbox.groups.Caller;
import io.letterbox.groups.GroupSettings;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue.ClassicMemberMetadata;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue.ClassicProtocol;

/**
 * The rules for members of a consumer group that speak the classic protocol (KIP-848, "online migration"): a join is a
 * full heartbeat, the generation is the member's epoch, there is no leader, and a sync returns the server's assignment
 * in the consumers' format. Immutable.
 */
final class ClassicMembership {
    private final GroupSettings settings;

    ClassicMembership(GroupSettings settings) {
        this.settings = settings;
    }

    /**
     * Processes a join, up to the member's next step of the reconciliation.
     *
     * @throws ConsumerRefusal INVALID_SESSION_TIMEOUT, INCONSISTENT_GROUP_PROTOCOL, GROUP_MAX_SIZE_REACHED
     */
    void join(Rebalance rebalance, String memberId, Caller caller, JoinGroupRequestData data) {
        GroupChange change = rebalance.change();
        checkSession(data.sessionTimeoutMs());
        ConsumerProtocolSubscription subscription = subscription(data);
        ConsumerMember present = data.groupInstanceId() == null
                ? change.group().member(memberId)
                : change.group().staticMember(data.groupInstanceId());
        if (present == null) ConsumerMembership.checkRoom(change.group(), settings.maxMembers());
        else if (!present.id().equals(memberId)) replace(change, present, memberId, data);
        ConsumerMember member = change.group().member(memberId);
        ConsumerGroupMemberMetadataValue profile = profile(caller, data, subscription);
        boolean changed = member == null || !ConsumerMembership.hasSameTopics(member.profile(), profile);
        if (member == null || !profile.equals(member.profile())) {
            change.add(new ConsumerEvent.Profile(memberId, profile));
        }
        rebalance.updateTargets(changed);
        rebalance.reconcile(memberId, owned(subscription, rebalance.topics()));
    }

    private void checkSession(int sessionTimeoutMs) {
        if (sessionTimeoutMs >= settings.minSessionTimeoutMs() && sessionTimeoutMs <= settings.maxSessionTimeoutMs()) {
            return;
        }
        throw new ConsumerRefusal(
                Errors.INVALID_SESSION_TIMEOUT,
                "A session timeout is between " + settings.minSessionTimeoutMs() + " and "
                        + settings.maxSessionTimeoutMs() + " ms.");
    }

    /**
     * Replaces a static member whose client was restarted and joins without a member id. A client that joins with an
     * old id is fenced.
     */
    private static void replace(
            GroupChange change, ConsumerMember present, String memberId, JoinGroupRequestData data) {
        if (!data.memberId().isEmpty()) {
            throw new ConsumerRefusal(
                    Errors.FENCED_INSTANCE_ID,
                    "The instance id " + data.groupInstanceId() + " belongs to member " + present.id() + " now.");
        }
        ConsumerMembership.replace(change, present, memberId);
    }

    /** The subscription in a join. All protocols of a consumer have the same topics, so the first one is read. */
    private static ConsumerProtocolSubscription subscription(JoinGroupRequestData data) {
        boolean consumer = data.protocolType().equals(ConsumerProtocol.PROTOCOL_TYPE)
                && !data.protocols().isEmpty()
                && data.protocols().find(ClassicGroupMigration.STREAMS_PROTOCOL) == null;
        try {
            if (consumer) {
                byte[] metadata = data.protocols().iterator().next().metadata();
                return ConsumerProtocol.deserializeConsumerProtocolSubscription(ByteBuffer.wrap(metadata));
            }
        } catch (RuntimeException notOurs) {
            // The generated readers throw various RuntimeExceptions for malformed bytes.
        }
        throw new ConsumerRefusal(
                Errors.INCONSISTENT_GROUP_PROTOCOL,
                "The server assigns the partitions of group " + data.groupId()
                        + "; only plain consumers can be members.");
    }

    private ConsumerGroupMemberMetadataValue profile(
            Caller caller, JoinGroupRequestData data, ConsumerProtocolSubscription subscription) {
        List<ClassicProtocol> protocols = new ArrayList<>();
        data.protocols()
                .forEach(protocol -> protocols.add(
                        new ClassicProtocol().setName(protocol.name()).setMetadata(protocol.metadata())));
        int rebalanceTimeoutMs = data.rebalanceTimeoutMs() > 0 ? data.rebalanceTimeoutMs() : data.sessionTimeoutMs();
        return new ConsumerGroupMemberMetadataValue()
                .setInstanceId(data.groupInstanceId())
                .setRackId(
                        subscription.rackId() == null || subscription.rackId().isEmpty() ? null : subscription.rackId())
                .setClientId(caller.clientId())
                .setClientHost(caller.host())
                .setSubscribedTopicNames(List.copyOf(new TreeSet<>(subscription.topics())))
                .setRebalanceTimeoutMs(rebalanceTimeoutMs)
                .setClassicMemberMetadata(new ClassicMemberMetadata()
                        .setSessionTimeoutMs(data.sessionTimeoutMs())
                        .setSupportedProtocols(protocols));
    }

    private static PartitionSet owned(ConsumerProtocolSubscription subscription, Topics topics) {
        PartitionSet.Builder owned = new PartitionSet.Builder();
        for (ConsumerProtocolSubscription.TopicPartition topic : subscription.ownedPartitions()) {
            if (topics.named(topic.topic()) == null) continue;
            owned.addAll(Topics.id(topics.named(topic.topic())), topic.partitions());
        }
        return owned.build();
    }

    /**
     * The member that a request names.
     *
     * @throws ConsumerRefusal UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION
     */
    static ConsumerMember present(ConsumerGroup group, String memberId, String instanceId, int generation) {
        ConsumerMember member = classic(ConsumerMembership.present(group, memberId, instanceId));
        if (generation == member.current().epoch()) return member;
        throw new ConsumerRefusal(
                Errors.ILLEGAL_GENERATION,
                "Member " + memberId + " is in generation " + member.current().epoch() + ", not " + generation + ".");
    }

    /** @throws ConsumerRefusal UNKNOWN_MEMBER_ID if the member does not speak the classic protocol */
    static ConsumerMember classic(ConsumerMember member) {
        if (member.isClassic()) return member;
        throw new ConsumerRefusal(
                Errors.UNKNOWN_MEMBER_ID, "Member " + member.id() + " does not speak the classic protocol.");
    }

    /** @throws ConsumerRefusal INCONSISTENT_GROUP_PROTOCOL */
    static void checkProtocol(ConsumerMember member, SyncGroupRequestData data) {
        boolean type = data.protocolType() == null || data.protocolType().equals(ConsumerProtocol.PROTOCOL_TYPE);
        String name = member.classicProtocol().name();
        if (type && (data.protocolName() == null || data.protocolName().equals(name))) return;
        throw new ConsumerRefusal(
                Errors.INCONSISTENT_GROUP_PROTOCOL, "The protocol is " + name + " of consumers, as the join said.");
    }

    /**
     * Whether a member has to join again: another epoch has begun, it has to acknowledge a revocation, or the
     * partitions that it waits for are free.
     */
    static boolean hasToRejoin(ConsumerGroup group, ConsumerMember member) {
        if (member.current().epoch() < group.epoch()) return true;
        if (member.current().state() == MemberState.STABLE) return false;
        if (member.current().state() == MemberState.UNREVOKED_PARTITIONS) return true;
        PartitionSet wanted = group.target(member.id()).minus(member.current().assigned());
        return wanted.filter((topic, partition) -> group.owner(topic, partition) != null)
                .isEmpty();
    }

    /** A member's assignment, in the format and version of its protocol. */
    static byte[] assignment(ConsumerMember member, Topics topics) {
        ConsumerProtocolAssignment assignment = new ConsumerProtocolAssignment();
        topics.named(member.current().assigned()).forEach((name, partitions) -> add(assignment, name, partitions));
        ByteBuffer metadata = ByteBuffer.wrap(member.classicProtocol().metadata());
        ByteBuffer bytes =
                ConsumerProtocol.serializeAssignment(assignment, ConsumerProtocol.deserializeVersion(metadata));
        byte[] array = new byte[bytes.remaining()];
        bytes.get(array);
        return array;
    }

    private static void add(ConsumerProtocolAssignment assignment, String topic, SortedSet<Integer> partitions) {
        assignment
                .assignedPartitions()
                .add(new ConsumerProtocolAssignment.TopicPartition()
                        .setTopic(topic)
                        .setPartitions(List.copyOf(partitions)));
    }
}
