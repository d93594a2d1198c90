package io.letterbox.groups.offsets;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.groups.CommittedOffset;
import io.letterbox.groups.GroupCommand.SetOffsets;
import io.letterbox.groups.GroupView;
import io.letterbox.record.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;

/** Sets offsets for an operator: of a group without members, or of the partitions of one member. */
public final class OffsetReset {
    private OffsetReset() {}

    /**
     * Checks and sets the offsets in one call of the coordinator, so that no member can join in between.
     *
     * @param group the group; null if there is none
     */
    public static void set(
            SetOffsets command,
            CoordinatorRequest<Errors> ask,
            CoordinatorContext context,
            GroupView group,
            OffsetCommitHandler handler) {
        Errors refusal = refusal(command, group);
        if (refusal == Errors.NONE && !handler.admits(command, context)) refusal = Errors.POLICY_VIOLATION;
        if (refusal == Errors.NONE) {
            List<CoordinatorRecord> records = new ArrayList<>();
            for (Map.Entry<TopicPartition, SetOffsets.TargetOffset> entry :
                    command.offsets().entrySet()) {
                SetOffsets.TargetOffset to = entry.getValue();
                CommittedOffset offset = new CommittedOffset(
                        to.offset(),
                        CommittedOffset.UNKNOWN_EPOCH,
                        to.metadata(),
                        context.wallMs(),
                        -1,
                        to.topicId(),
                        0);
                records.add(OffsetCommitHandler.record(command.groupId(), entry.getKey(), offset));
            }
            context.write(records);
        }
        context.reply(ask, refusal);
    }

    private static Errors refusal(SetOffsets command, GroupView group) {
        if (command.groupId().isEmpty()) return Errors.INVALID_GROUP_ID;
        if (command.memberId() == null) {
            return group == null || group.members().isEmpty() ? Errors.NONE : Errors.NON_EMPTY_GROUP;
        }
        if (group == null) return Errors.UNKNOWN_MEMBER_ID;
        for (GroupView.Member member : group.members()) {
            if (!member.id().equals(command.memberId())) continue;
            boolean owns = member.assignment().containsAll(command.offsets().keySet());
            // A partition may belong to another member by now, whose offsets must not be overwritten.
            return owns ? Errors.NONE : Errors.ILLEGAL_GENERATION;
        }
        return Errors.UNKNOWN_MEMBER_ID;
    }
}
