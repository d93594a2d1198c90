package io.letterbox.groups.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.groups.Caller;
import io.letterbox.groups.GroupCommand;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Tests members of both protocols in one group. */
class ClassicProtocolAdapterTest {
    private static final Caller CALLER = new Caller("classic", "/127.0.0.1", (short) 9);

    private final GroupBench bench = new GroupBench();
    private final BenchMember modern = new BenchMember(bench, "g", "modern", "t");
    private final ClassicBenchMember eager = new ClassicBenchMember(bench, "g", false, "t");
    private final ClassicBenchMember cooperative = new ClassicBenchMember(bench, "g", true, "t");

    ClassicProtocolAdapterTest() {
        bench.topic("t", 6);
    }

    private void settle() {
        for (int i = 0; i < 12; i++) {
            assertThat(modern.beat()).isEqualTo(Errors.NONE);
            modern.revoke();
            if (!eager.id().isEmpty()) eager.work();
            if (!cooperative.id().isEmpty()) cooperative.work();
        }
    }

    @Test
    void aClassicConsumerJoinsAConsumerGroup() {
        modern.beat();
        assertThat(eager.joinAndSync()).isEqualTo(Errors.NONE);
        assertThat(eager.owned()).isEmpty();
        settle();
        assertThat(eager.owned()).hasSize(3);
        assertThat(modern.owned().size()).isEqualTo(3);
        assertThat(bench.describe("g").members())
                .extracting(m -> m.memberType())
                .containsExactlyInAnyOrder((byte) 0, (byte) 1);
        cooperative.joinAndSync();
        settle();
        assertThat(eager.owned()).hasSize(2);
        assertThat(cooperative.owned()).hasSize(2);
        List<TopicPartition> both = new ArrayList<>(eager.owned());
        both.retainAll(cooperative.owned());
        assertThat(both).isEmpty();
    }

    @Test
    void aClassicMemberThatIsSilentOrLeavesFreesItsPartitions() {
        modern.beat();
        eager.joinAndSync();
        cooperative.joinAndSync();
        settle();
        eager.leave();
        settle();
        assertThat(modern.owned().size()).isEqualTo(3);
        for (int ms = 0; ms <= ClassicBenchMember.SESSION_MS; ms += 5000) {
            bench.advance(5000);
            modern.beat();
        }
        assertThat(cooperative.heartbeat()).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        modern.beat();
        assertThat(modern.owned().size()).isEqualTo(6);
    }

    @Test
    void aClassicMemberThatDoesNotRejoinIsRemoved() {
        modern.beat();
        eager.joinAndSync();
        settle();
        new BenchMember(bench, "g", "other", "t").beat();
        for (int ms = 0; ms <= BenchMember.REBALANCE_MS; ms += 10_000) {
            Errors error = eager.heartbeat();
            assertThat(error).isIn(Errors.REBALANCE_IN_PROGRESS, Errors.UNKNOWN_MEMBER_ID);
            bench.advance(10_000);
            modern.beat();
        }
        assertThat(eager.heartbeat()).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void aClassicGroupIsMigratedWithItsAssignments() {
        eager.leadAlone(partitions(0, 6));
        assertThat(eager.owned()).hasSize(6);
        assertThat(modern.beat()).isEqualTo(Errors.NONE);
        assertThat(modern.owned().isEmpty()).as("all is owned still").isTrue();
        assertThat(bench.describe("g").groupState()).isEqualTo("Reconciling");
        assertThat(eager.heartbeat()).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        settle();
        assertThat(eager.owned()).hasSize(3);
        assertThat(modern.owned().size()).isEqualTo(3);
        bench.restart();
        settle();
        assertThat(eager.owned()).hasSize(3);
    }

    @Test
    void aMigrationAnswersPendingRequests() {
        eager.leadAlone(partitions(0, 6));
        ClassicBenchMember other = new ClassicBenchMember(bench, "g", false, "t");
        GroupBench.Answer<JoinGroupResponseData> waiting = other.join();
        assertThat(waiting.value()).isNull();
        modern.beat();
        assertThat(waiting.value().errorCode()).isEqualTo(Errors.REBALANCE_IN_PROGRESS.code());
        for (int i = 0; i < 4; i++) {
            other.work();
            settle();
        }
        assertThat(other.owned()).hasSize(2);
    }

    @Test
    void groupsOfUnsupportedProtocolsAreNotMigrated() {
        eager.leadAlone(partitions(0, 6), ByteBuffer.wrap(new byte[] {1}));
        assertThat(modern.beat()).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
        assertThat(eager.heartbeat()).isEqualTo(Errors.NONE);
        assertThat(bench.describe("g").errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
    }

    @Test
    void otherProtocolTypesAreRefused() {
        modern.beat();
        assertThat(joinError(eager.joinRequest("connect", "compatible"))).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(joinError(eager.joinRequest("consumer", "stream"))).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(joinError(eager.joinRequest().setSessionTimeoutMs(1))).isEqualTo(Errors.INVALID_SESSION_TIMEOUT);
    }

    @Test
    void anEmptyGroupChangesItsTypeWithTheFirstMember() {
        modern.beat();
        modern.leave(-1);
        eager.leadAlone(partitions(0, 6));
        assertThat(bench.describe("g").errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
        bench.restart();
        assertThat(eager.heartbeat()).isEqualTo(Errors.NONE);
        eager.leave();
        assertThat(modern.beat()).isEqualTo(Errors.NONE);
        assertThat(modern.owned().size()).isEqualTo(6);
        bench.restart();
        assertThat(modern.beat()).isEqualTo(Errors.NONE);
    }

    private Errors joinError(JoinGroupRequestData data) {
        data.setMemberId("x");
        return Errors.forCode(
                bench.ask(new GroupCommand.JoinGroup(CALLER, data)).errorCode());
    }

    private static List<TopicPartition> partitions(int from, int to) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (int p = from; p < to; p++) partitions.add(new TopicPartition("t", p));
        return partitions;
    }
}
