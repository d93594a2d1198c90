package io.letterbox.groups;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.memory.StateWeight;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * One group, of whatever kind, as far as offsets, lists and expiry need to know it. Owned by its coordinator. Its
 * offsets are kept apart: they outlive members and kinds.
 */
public interface Group {
    String id();

    GroupType type();

    /** The state in Kafka's spelling: {@code Stable}, {@code Empty}, … */
    String state();

    /** What the members speak: {@code consumer}, {@code connect}, …; empty if nobody said. */
    String protocolType();

    /** True if it has no members. */
    boolean isEmpty();

    /** How many members it has. */
    int size();

    /** When it got into its state, in milliseconds since 1970; -1 if that is not known. */
    long inStateSinceMs();

    /**
     * Whether a commit may be made by who says to be a member of it. A heartbeat is as good as a commit: where it is
     * allowed, the member's session begins anew.
     *
     * @param claim the member, with its generation or epoch; -1 for a committer outside the group
     * @return NONE, or the error of Kafka's OffsetCommit
     */
    Errors commitRefusal(CommitClaim claim, CoordinatorContext context);

    /** Whether a member (with the epoch that it believes in) may fetch offsets; -1 and null: no member asks. */
    Errors fetchRefusal(String memberId, int memberEpoch);

    /** NONE, or why no offset of the group may be deleted. */
    Errors offsetDeleteRefusal();

    /** NONE, or why the group may not be deleted. */
    Errors deleteRefusal();

    /** True if members read a topic, so that its offsets must not be deleted and do not expire. */
    boolean reads(String topic);

    /**
     * From when the retention of an offset counts (KIP-211).
     *
     * @param commitMs when it was committed
     * @return milliseconds since 1970; {@link Long#MAX_VALUE}: it does not expire while the group is as it is
     */
    long offsetAgeBaseMs(long commitMs);

    /**
     * The group as it is now, for display, without its offsets: they are kept apart.
     *
     * @param topicName the name of the topic with an id; null if there is none now
     */
    GroupView view(Function<Uuid, String> topicName);

    /** What it takes in memory, estimated. */
    StateWeight weight();

    /** The records that make the log forget the group itself; its offsets have tombstones of their own. */
    List<CoordinatorRecord> tombstones();

    /**
     * Who says to be allowed to commit.
     *
     * @param memberId empty if no member
     * @param instanceId the static member's name, or null
     * @param generation generation or epoch, -1 if no member
     * @param transactional whether the offsets are part of a transaction
     * @param version of the request
     */
    record CommitClaim(String memberId, String instanceId, int generation, boolean transactional, short version) {}
}
