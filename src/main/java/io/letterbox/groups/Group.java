package io.letterbox.groups;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.memory.StateWeight;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * A group of any type, as offsets, lists and expiration see it. Owned by its coordinator. Its offsets are stored
 * separately, because they outlive its members and its type.
 */
public interface Group {
    String id();

    GroupType type();

    /** The state in Kafka's spelling: {@code Stable}, {@code Empty}, … */
    String state();

    /** The protocol type of the members: {@code consumer}, {@code connect}, …; empty if unknown. */
    String protocolType();

    /** True if it has no members. */
    boolean isEmpty();

    /** How many members it has. */
    int size();

    /** The time at which it entered its state, in milliseconds since 1970; -1 if unknown. */
    long inStateSinceMs();

    /**
     * Whether a commit is allowed. If it is, the commit also counts as a heartbeat of the member in a classic group.
     *
     * @param claim the member, with its generation or epoch; -1 for a committer outside the group
     * @return NONE, or the error of Kafka's OffsetCommit
     */
    Errors commitRefusal(CommitClaim claim, CoordinatorContext context);

    /** Whether a member with an epoch may fetch offsets; null and -1 for a client that is not a member. */
    Errors fetchRefusal(String memberId, int memberEpoch);

    /** NONE, or the error if no offset of the group may be deleted. */
    Errors offsetDeleteRefusal();

    /** NONE, or the error if the group may not be deleted. */
    Errors deleteRefusal();

    /** True if a member subscribes to a topic, so that its offsets must not be deleted and do not expire. */
    boolean reads(String topic);

    /**
     * The time from which the retention of an offset counts (KIP-211).
     *
     * @param commitMs when the offset was committed
     * @return milliseconds since 1970; {@link Long#MAX_VALUE}: the offset does not expire in the group's current state
     */
    long offsetAgeBaseMs(long commitMs);

    /**
     * The group as it is now, for display, without its offsets: they are kept apart.
     *
     * @param topicName the name of the topic with an id; null if there is none now
     */
    GroupView view(Function<Uuid, String> topicName);

    /** Its estimated memory. */
    StateWeight weight();

    /** The tombstones that delete the group itself from the log; its offsets have tombstones of their own. */
    List<CoordinatorRecord> tombstones();

    /**
     * The identity with which a client commits.
     *
     * @param memberId the member's id; empty if the client is not a member
     * @param instanceId the static member's name, or null
     * @param generation generation or epoch, -1 if the client is not a member
     * @param transactional whether the offsets are part of a transaction
     * @param version the version of the request
     */
    record CommitClaim(String memberId, String instanceId, int generation, boolean transactional, short version) {}
}
