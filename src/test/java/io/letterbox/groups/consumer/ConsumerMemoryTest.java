package io.letterbox.groups.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.groups.GroupCommand;
import io.letterbox.memory.StatePart;
import java.util.List;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Tests the memory limit of groups whose assignment the server decides. */
class ConsumerMemoryTest {
    private final GroupBench bench = new GroupBench();
    private final StatePart memory = memory(400_000);

    private static StatePart memory(long limitBytes) {
        return new StatePart("groups", "limits.groupBytes", limitBytes);
    }

    @Test
    void membersAreRefusedInWordsWhereThereIsNoRoom() {
        bench.topic("a", 4);
        bench.restart(memory);
        int joined = joinUntilRefused();
        assertThat(joined).isGreaterThan(50);
        assertThat(memory.usedBytes()).isLessThanOrEqualTo(405_000);
        ConsumerGroupHeartbeatResponseData refused = join(joined);
        assertThat(refused.errorCode()).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED.code());
        assertThat(refused.errorMessage()).contains("limits.groupBytes");
        // Existing members go on.
        assertThat(bench.heartbeat(heartbeat(7).setMemberEpoch(1)).errorCode()).isZero();
    }

    @Test
    void aRestartTakesWhatWasTakenBeforeAndNothingIsTakenWhenAllHaveLeft() {
        bench.topic("a", 4);
        bench.restart(memory);
        for (int number = 0; number < 20; number++) join(number);
        long before = memory.usedBytes();
        bench.restart();
        assertThat(memory.usedBytes()).isEqualTo(before);
        for (int number = 0; number < 20; number++) {
            assertThat(bench.heartbeat(heartbeat(number).setMemberEpoch(-1)).errorCode())
                    .isZero();
            bench.ask(new GroupCommand.DeleteGroup("group" + number));
        }
        assertThat(memory.usedBytes()).isZero();
    }

    @Test
    void membersThatDoNotFitAnyMoreHaveToJoinAgain() {
        bench.topic("a", 4);
        bench.restart(memory);
        int joined = joinUntilRefused();
        StatePart less = memory(100_000);
        bench.restart(less);
        assertThat(less.dropped()).isGreaterThan(joined / 2);
        assertThat(bench.heartbeat(heartbeat(joined - 1).setMemberEpoch(1)).errorCode())
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID.code());
        assertThat(bench.heartbeat(heartbeat(0).setMemberEpoch(1)).errorCode()).isZero();
        bench.restart(memory(400_000));
        assertThat(bench.heartbeat(heartbeat(joined - 1).setMemberEpoch(1)).errorCode())
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID.code());
    }

    @Test
    void membersThatDoNotFitAreWrittenOffAlsoWhereTheLogTakesNothingForNow() {
        bench.topic("a", 4);
        bench.restart(memory);
        int joined = joinUntilRefused();
        StatePart less = memory(100_000);
        bench.refusal = new ApiException(ErrorCode.DISK_FULL, "full");
        bench.restart(less);
        assertThat(less.dropped()).isZero();
        // A restored member goes on; of the other one only its membership is known.
        assertThat(bench.heartbeat(heartbeat(0).setMemberEpoch(1)).errorCode()).isZero();
        assertThatThrownBy(() -> bench.heartbeat(heartbeat(joined - 1).setMemberEpoch(1)))
                .isSameAs(bench.refusal);
        bench.refusal = null;
        assertThat(bench.heartbeat(heartbeat(joined - 1).setMemberEpoch(1)).errorCode())
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID.code());
        assertThat(less.dropped()).isOne();
        bench.deleteTopic("a");
        assertThat(less.dropped()).as("with the next image, all").isGreaterThan(joined / 2);
    }

    private int joinUntilRefused() {
        int joined = 0;
        while (join(joined).errorCode() == 0) assertThat(++joined).isLessThan(1000);
        return joined;
    }

    private ConsumerGroupHeartbeatResponseData join(int number) {
        return bench.heartbeat(heartbeat(number)
                .setMemberEpoch(0)
                .setRebalanceTimeoutMs(60_000)
                .setSubscribedTopicNames(List.of("a", "b" + number))
                .setTopicPartitions(List.of()));
    }

    private static ConsumerGroupHeartbeatRequestData heartbeat(int number) {
        return new ConsumerGroupHeartbeatRequestData()
                .setGroupId("group" + number)
                .setMemberId("member" + number);
    }
}
