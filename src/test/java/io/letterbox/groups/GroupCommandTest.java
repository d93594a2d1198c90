package io.letterbox.groups;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.coordinator.CoordinatorCommand;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.junit.jupiter.api.Test;

class GroupCommandTest {
    private static final Caller CALLER = TestGroups.caller();

    @Test
    void onlyCommandsThatWaitForOtherMembersHaveALaterDeadline() {
        assertThat(new GroupCommand.ClassicHeartbeat(CALLER, new HeartbeatRequestData()).deadlineMs())
                .isEqualTo(CoordinatorCommand.ANSWER_MS);
        JoinGroupRequestData join = new JoinGroupRequestData().setRebalanceTimeoutMs(60_000);
        assertThat(new GroupCommand.JoinGroup(CALLER, join).deadlineMs()).isEqualTo(65_000);
        join.setRebalanceTimeoutMs(Integer.MIN_VALUE);
        assertThat(new GroupCommand.JoinGroup(CALLER, join).deadlineMs()).isEqualTo(5_000);
        assertThat(new GroupCommand.SyncGroup(CALLER, new SyncGroupRequestData()).deadlineMs())
                .isEqualTo(305_000);
    }
}
