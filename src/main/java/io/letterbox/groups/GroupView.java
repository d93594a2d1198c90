package io.letterbox.groups;

import io.letterbox.groups.offsets.CommittedOffset;
import io.letterbox.record.TopicPartition;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * A group of either kind at one moment, for those who look at it. Immutable.
 *
 * @param id the group's id
 * @param type the kind of group
 * @param state in Kafka's spelling
 * @param protocolType what the members speak: {@code consumer}, {@code connect}, …; empty for a group of offsets alone
 * @param protocol who assigns the partitions: the members' protocol, or the server's assignor; empty where nobody does
 * @param generation the generation, or the group's epoch; 0 where there was none yet
 * @param members in order of their ids
 * @param offsets what is committed
 */
public record GroupView(
        String id,
        GroupType type,
        String state,
        String protocolType,
        String protocol,
        int generation,
        List<Member> members,
        SortedMap<TopicPartition, CommittedOffset> offsets) {
    /**
     * One member.
     *
     * @param id the member's id
     * @param instanceId a static member's name, or null
     * @param clientId what its client calls itself
     * @param host where it comes from, as Kafka shows it
     * @param epoch the generation or the epoch that it is in
     * @param assignment the partitions that it owns, those that it is about to give up included; empty where the group is not of consumers
     */
    public record Member(
            String id,
            String instanceId,
            String clientId,
            String host,
            int epoch,
            SortedSet<TopicPartition> assignment) {}
}
