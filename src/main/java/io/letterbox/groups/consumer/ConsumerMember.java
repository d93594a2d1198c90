package io.letterbox.groups.consumer;

import java.util.List;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue.ClassicProtocol;

/**
 * A member of a consumer group. Immutable.
 *
 * @param id unique within the group; chosen by the client, or by the server for old clients
 * @param profile what it said about itself, as it is kept; frozen by convention
 * @param current what it owns
 */
public record ConsumerMember(String id, ConsumerGroupMemberMetadataValue profile, CurrentAssignment current) {
    /** The epoch of a static member that has left and is expected back. */
    public static final int AWAY_EPOCH = -2;

    /** Stands for what a member said of itself if there was no room to read it from the log. */
    static final ConsumerGroupMemberMetadataValue UNREAD = new ConsumerGroupMemberMetadataValue();

    /** True for a member that speaks the classic protocol (JoinGroup, SyncGroup) and was taken in nevertheless. */
    public boolean isClassic() {
        return profile.classicMemberMetadata() != null;
    }

    /** A static member's name, or null. */
    public String instanceId() {
        return profile.instanceId();
    }

    /** The first of its protocols: the one whose metadata counts, and whose name it is told. Classic members only. */
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
