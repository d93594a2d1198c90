package io.letterbox.groups;

import io.letterbox.record.TopicPartition;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * A snapshot of a group of either type, for display. Immutable.
 *
 * @param id the group's id
 * @param type the group's type
 * @param state in Kafka's spelling
 * @param protocolType the protocol type of the members: {@code consumer}, {@code connect}, …; empty for a group that
 *     has offsets only
 * @param protocol how partitions are assigned: the members' protocol, or the server's assignor; empty if they are not
 *     assigned
 * @param generation the generation, or the group's epoch; 0 if there was none yet
 * @param members in order of their ids
 * @param offsets the committed offsets
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
    /** The same group with offsets. */
    public GroupView with(SortedMap<TopicPartition, CommittedOffset> committed) {
        return new GroupView(id, type, state, protocolType, protocol, generation, members, committed);
    }

    /**
     * One member.
     *
     * @param id the member's id
     * @param instanceId a static member's name, or null
     * @param clientId the client's id
     * @param host the client's address, as Kafka shows it
     * @param epoch the member's generation or epoch
     * @param assignment the partitions that it owns, including those to be revoked; empty if the group's protocol type
     *     is not consumer
     */
    public record Member(
            String id,
            String instanceId,
            String clientId,
            String host,
            int epoch,
            SortedSet<TopicPartition> assignment) {}
}
