package io.letterbox.groups.consumer;

import java.util.List;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue.ClassicProtocol;

/**
 * A member of a consumer group. Immutable.
 *
 * @param id unique within the group; chosen by the client, or by the server for old clients
 * @param profile its metadata, as in the record; not modified, by convention
 * @param current its current assignment
 */
public record ConsumerMember(String id, ConsumerGroupMemberMetadataValue profile, CurrentAssignment current) {
    /** The epoch of a static member that has left and is expected back. */
    public static final int AWAY_EPOCH = -2;

    /** The metadata of a member for whose own there was no room when the log was replayed. */
    static final ConsumerGroupMemberMetadataValue UNREAD = new ConsumerGroupMemberMetadataValue();

    /** True for a member that speaks the classic protocol (JoinGroup, SyncGroup). */
    public boolean isClassic() {
        return profile.classicMemberMetadata() != null;
    }

    /** A static member's name, or null. */
    public String instanceId() {
        return profile.instanceId();
    }

    /** The first of its protocols, whose metadata and name are used. Classic members only. */
    ClassicProtocol classicProtocol() {
        List<ClassicProtocol> protocols = profile.classicMemberMetadata().supportedProtocols();
        return protocols.get(0);
    }

    ConsumerMember with(ConsumerGroupMemberMetadataValue newProfile) {
        return new ConsumerMember(id, newProfile, current);
    }

    ConsumerMember with(CurrentAssignment newAssignment) {
        return new ConsumerMember(id, profile, newAssignment);
    }
}
