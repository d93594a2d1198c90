package io.letterbox.groups.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.groups.Caller;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.patterns.BoundedPattern;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class ConsumerGroupsTest {
    private final GroupBench bench = new GroupBench();
    private final Uuid topic = bench.topic("t", 6);
    private final BenchMember a = new BenchMember(bench, "g", "a", "t");
    private final BenchMember b = new BenchMember(bench, "g", "b", "t");

    @Test
    void theFirstMemberGetsEverythingAtOnce() {
        assertThat(a.beat()).isEqualTo(Errors.NONE);
        assertThat(a.owned().size()).isEqualTo(6);
        assertThat(a.epoch()).isEqualTo(1);
        assertThat(bench.describe("g").groupState()).isEqualTo("Stable");
    }

    @Test
    void anAnswerThatChangesNothingSaysNothing() {
        a.beat();
        int written = bench.log().size();
        ConsumerGroupHeartbeatRequestData brief = new ConsumerGroupHeartbeatRequestData()
                .setGroupId("g")
                .setMemberId("a")
                .setMemberEpoch(1);
        assertThat(bench.heartbeat(brief).assignment()).isNull();
        assertThat(bench.heartbeat(brief).heartbeatIntervalMs()).isEqualTo(GroupBench.HEARTBEAT_MS);
        assertThat(bench.log()).hasSize(written);
    }

    @Test
    void whatIsSetForAGroupIsInForceFromTheNextHeartbeatOn() {
        a.beat();
        bench.set("g", "consumer.heartbeat.interval.ms", "700");
        ConsumerGroupHeartbeatRequestData brief = new ConsumerGroupHeartbeatRequestData()
                .setGroupId("g")
                .setMemberId("a")
                .setMemberEpoch(1);
        assertThat(bench.heartbeat(brief).heartbeatIntervalMs()).isEqualTo(700);
        bench.set("g", "consumer.session.timeout.ms", "2000");
        bench.heartbeat(brief);
        bench.advance(1_999);
        assertThat(bench.describe("g").members()).hasSize(1);
        bench.advance(1);
        assertThat(bench.describe("g").members()).isEmpty();
    }

    @Test
    void aPartitionIsGivenOnlyWhenItsOwnerHasSaidThatItGaveItUp() {
        a.beat();
        assertThat(b.beat()).isEqualTo(Errors.NONE);
        assertThat(b.owned().isEmpty()).isTrue();
        assertThat(b.epoch()).isEqualTo(2);

        a.beat();
        assertThat(a.epoch()).as("it keeps its epoch until it has given up").isEqualTo(1);
        assertThat(a.hasToRevoke()).isTrue();
        b.beat();
        assertThat(b.owned().isEmpty()).isTrue();
        assertThat(bench.describe("g").groupState()).isEqualTo("Reconciling");

        a.revoke();
        a.beat();
        assertThat(a.epoch()).isEqualTo(2);
        b.beat();
        assertThat(b.owned().size()).isEqualTo(3);
        assertThat(a.owned().size()).isEqualTo(3);
        assertThat(a.owned().intersects(b.owned())).isFalse();
        assertThat(bench.describe("g").groupState()).isEqualTo("Stable");
    }

    @Test
    void aHeartbeatWithoutPartitionsAcknowledgesNothing() {
        a.beat();
        b.beat();
        a.beat();
        bench.heartbeat(a.request().setTopicPartitions(null));
        b.beat();
        assertThat(b.owned().isEmpty()).isTrue();
    }

    @Test
    void aMemberThatDoesNotGiveUpInTimeIsTakenOut() {
        a.beat();
        b.beat();
        a.beat();
        for (int ms = 0; ms < BenchMember.REBALANCE_MS; ms += 10_000) {
            bench.advance(10_000);
            b.beat();
            bench.heartbeat(a.request());
        }
        assertThat(a.beat()).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        b.beat();
        b.beat();
        assertThat(b.owned().size()).isEqualTo(6);
    }

    @Test
    void aSilentMemberIsTakenOutWhenItsSessionEnds() {
        BenchMember.settle(List.of(a, b));
        bench.advance(GroupBench.SESSION_MS - 1);
        b.beat();
        bench.advance(1);
        b.beat();
        assertThat(b.owned().size()).isEqualTo(6);
        assertThat(a.beat()).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void aSessionRunsByTheMonotonicClock() {
        BenchMember.settle(List.of(a, b));
        bench.step(3_600_000);
        assertThat(a.beat()).as("forward").isEqualTo(Errors.NONE);
        bench.step(-7_200_000);
        bench.advance(GroupBench.SESSION_MS - 1);
        b.beat();
        bench.advance(1);
        b.beat();
        assertThat(b.owned().size()).isEqualTo(6);
        assertThat(a.beat()).as("back").isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void aRestartGivesEverybodyTheirSessionAgain() {
        BenchMember.settle(List.of(a, b));
        DescribedGroup before = bench.describe("g");
        bench.advance(GroupBench.SESSION_MS - 1);
        bench.restart();
        assertThat(bench.describe("g")).isEqualTo(before);
        bench.advance(GroupBench.SESSION_MS - 1);
        assertThat(a.beat()).isEqualTo(Errors.NONE);
        bench.advance(1);
        assertThat(b.beat()).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void aLeavingMemberFreesItsPartitions() {
        BenchMember.settle(List.of(a, b));
        assertThat(a.leave(-1)).isEqualTo(Errors.NONE);
        b.beat();
        assertThat(b.owned().size()).isEqualTo(6);
        assertThat(b.leave(-1)).isEqualTo(Errors.NONE);
        assertThat(bench.describe("g").groupState()).isEqualTo("Empty");
        assertThat(b.leave(-1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void anotherEpochIsFenced() {
        BenchMember.settle(List.of(a, b));
        assertThat(error(a.request().setMemberEpoch(99))).isEqualTo(Errors.FENCED_MEMBER_EPOCH);
        assertThat(error(b.request().setMemberEpoch(1))).isEqualTo(Errors.FENCED_MEMBER_EPOCH);
    }

    @Test
    void thePreviousEpochIsAcceptedIfTheAnswerMayBeLost() {
        a.beat();
        bench.topic("t", 8);
        bench.heartbeat(a.request());
        assertThat(bench.describe("g").members().get(0).memberEpoch()).isEqualTo(2);
        assertThat(a.beat()).isEqualTo(Errors.NONE);
        assertThat(a.epoch()).isEqualTo(2);
        assertThat(a.owned().size()).isEqualTo(8);
    }

    @Test
    void aMemberThatRejoinsWithoutPartitionsStartsAnew() {
        BenchMember.settle(List.of(a, b));
        a.forget();
        assertThat(a.beat()).isEqualTo(Errors.NONE);
        assertThat(a.owned().size()).isEqualTo(3);
        assertThat(a.owned().intersects(b.owned())).isFalse();
    }

    @Test
    void aStaticMemberKeepsItsPartitionsWhileItIsAway() {
        a.named("one");
        BenchMember.settle(List.of(a, b));
        PartitionSet had = a.owned();
        BenchMember thief = new BenchMember(bench, "g", "thief", "t").named("one");
        assertThat(thief.beat()).isEqualTo(Errors.UNRELEASED_INSTANCE_ID);

        int epoch = bench.describe("g").groupEpoch();
        assertThat(a.leave(-2)).isEqualTo(Errors.NONE);
        b.beat();
        assertThat(b.owned().size()).isEqualTo(3);
        BenchMember again = new BenchMember(bench, "g", "again", "t").named("one");
        assertThat(again.beat()).isEqualTo(Errors.NONE);
        assertThat(again.owned()).isEqualTo(had);
        assertThat(bench.describe("g").groupEpoch()).isEqualTo(epoch);
        assertThat(error(a.request().setMemberEpoch(epoch))).isEqualTo(Errors.FENCED_INSTANCE_ID);
    }

    @Test
    void aStaticMemberThatStaysAwayIsTakenOut() {
        a.named("one");
        BenchMember.settle(List.of(a, b));
        a.leave(-2);
        bench.advance(GroupBench.SESSION_MS - 1000);
        b.beat();
        bench.advance(1000);
        b.beat();
        assertThat(b.owned().size()).isEqualTo(6);
    }

    @Test
    void topicsThatGrowAndGoAwayBeginAnotherEpoch() {
        a.subscribe("t", "u");
        a.beat();
        assertThat(a.owned().size()).isEqualTo(6);
        bench.topic("t", 9);
        a.beat();
        assertThat(a.owned().size()).isEqualTo(9);
        Uuid u = bench.topic("u", 2);
        a.beat();
        assertThat(a.owned().contains(u, 1)).isTrue();
        bench.topic("unrelated", 3);
        int epoch = a.epoch();
        a.beat();
        assertThat(a.epoch()).isEqualTo(epoch);
        bench.deleteTopic("t");
        a.beat();
        a.revoke();
        a.beat();
        assertThat(a.owned().size()).isEqualTo(2);
        assertThat(a.owned().contains(topic, 0)).isFalse();
    }

    @Test
    void aRegularExpressionFollowsTheTopics() {
        ConsumerGroupHeartbeatRequestData join = a.request().setSubscribedTopicNames(null);
        a.take(bench.heartbeat(join.setSubscribedTopicRegex("u.*")));
        assertThat(a.owned().isEmpty()).isTrue();
        Uuid u = bench.topic("upper", 2);
        bench.topic("lower-u", 2);
        bench.topic("__consumer_offsets", 4);
        a.take(bench.heartbeat(a.request().setSubscribedTopicNames(null)));
        assertThat(a.owned().size()).isEqualTo(2);
        assertThat(a.owned().contains(u, 0)).isTrue();
        bench.restart();
        a.take(bench.heartbeat(a.request().setSubscribedTopicNames(null)));
        assertThat(a.owned().size()).isEqualTo(2);
        assertThat(error(a.request().setSubscribedTopicRegex("(u"))).isEqualTo(Errors.INVALID_REGULAR_EXPRESSION);
        assertThat(error(a.request().setSubscribedTopicRegex("x".repeat(BoundedPattern.MAX_CHARS + 1))))
                .isEqualTo(Errors.INVALID_REGULAR_EXPRESSION);
    }

    @Test
    void aRegularExpressionIsTakenUpWhenItIsMatched() {
        Uuid u = bench.topic("upper", 2);
        bench.patterns().holdBack();
        a.take(bench.heartbeat(a.request().setSubscribedTopicNames(null).setSubscribedTopicRegex("u.*")));
        assertThat(a.owned().isEmpty()).isTrue();

        bench.patterns().letGo();
        a.take(bench.heartbeat(a.request().setSubscribedTopicNames(null)));
        a.take(bench.heartbeat(a.request().setSubscribedTopicNames(null)));
        assertThat(a.owned().contains(u, 1)).isTrue();

        bench.patterns().holdBack();
        bench.topic("unknown", 1);
        a.take(bench.heartbeat(a.request().setSubscribedTopicNames(null)));
        assertThat(a.owned().size())
                .as("what is not matched yet takes nothing away")
                .isEqualTo(2);
    }

    @Test
    void anExpressionThatWouldUnrollIsRefusedInWords() {
        ConsumerGroupHeartbeatResponseData answer = bench.heartbeat(
                a.request().setSubscribedTopicNames(null).setSubscribedTopicRegex("((a{1000}){1000}){1000}"));
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.INVALID_REGULAR_EXPRESSION);
        assertThat(answer.errorMessage()).contains("((a{1000}){1000}){1000}").contains("1000.");
    }

    @Test
    void anExplosiveExpressionTakesNoTime() {
        bench.topic("a".repeat(200), 1);
        ConsumerGroupHeartbeatRequestData join = a.request().setSubscribedTopicNames(null);
        long beganNs = System.nanoTime();
        assertThat(error(join.setSubscribedTopicRegex("(a+)+b"))).isEqualTo(Errors.NONE);
        assertThat(System.nanoTime() - beganNs).isLessThan(10_000_000_000L);
    }

    @Test
    void theAssignorIsTheOneThatMostMembersRequest() {
        a.take(bench.heartbeat(a.request().setServerAssignor("range")));
        a.take(bench.heartbeat(a.request()));
        assertThat(bench.describe("g").assignorName()).isEqualTo("range");
        assertThat(error(b.request().setServerAssignor("best"))).isEqualTo(Errors.UNSUPPORTED_ASSIGNOR);
    }

    @Test
    void requestsThatMakeNoSenseAreRefused() {
        assertThat(error(a.request().setGroupId(""))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(a.request().setMemberId(""))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(a.request().setMemberEpoch(-3))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(a.request().setMemberEpoch(-2))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(a.request().setRebalanceTimeoutMs(-1))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(a.request().setTopicPartitions(null))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(a.request().setSubscribedTopicNames(null))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(a.request().setMemberEpoch(5))).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(bench.ask(new GroupCommand.ListGroups(Set.of(), Set.of(), null, 10))
                        .groups())
                .isEmpty();
    }

    @Test
    void anOldClientIsGivenAnId() {
        Caller old = new Caller("client", "/127.0.0.1", (short) 0);
        String id = bench.ask(
                        new GroupCommand.ConsumerGroupHeartbeat(old, a.request().setMemberId("")))
                .memberId();
        assertThat(id).isNotEmpty();
        assertThat(bench.describe("g").members()).extracting(m -> m.memberId()).containsExactly(id);
    }

    @Test
    void aFullGroupTakesNobody() {
        List<BenchMember> members = new ArrayList<>();
        for (int i = 0; i < GroupBench.MAX_MEMBERS; i++) members.add(new BenchMember(bench, "g", "m" + i, "t"));
        for (BenchMember member : members) assertThat(member.beat()).isEqualTo(Errors.NONE);
        assertThat(a.beat()).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED);
        assertThat(members.get(0).beat()).isEqualTo(Errors.NONE);
    }

    @Test
    void commitsAndFetchesAreForMembersInTheirEpoch() {
        a.beat();
        assertThat(commit("a", 1, (short) 9)).isEqualTo(Errors.NONE);
        assertThat(commit("a", 0, (short) 9)).isEqualTo(Errors.STALE_MEMBER_EPOCH);
        assertThat(commit("a", 1, (short) 8)).isEqualTo(Errors.UNSUPPORTED_VERSION);
        assertThat(commit("b", 1, (short) 9)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(commit("", -1, (short) 9)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(fetch("a", 1)).isEqualTo(Errors.NONE);
        assertThat(fetch("a", 2)).isEqualTo(Errors.STALE_MEMBER_EPOCH);
        assertThat(fetch("b", 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(fetch(null, -1)).isEqualTo(Errors.NONE);
        a.leave(-1);
        assertThat(commit("", -1, (short) 9)).isEqualTo(Errors.NONE);
    }

    @Test
    void aGroupIsListedWithItsKind() {
        a.beat();
        List<ListedGroup> listed = bench.ask(new GroupCommand.ListGroups(Set.of(), Set.of("Consumer"), null, 10))
                .groups();
        assertThat(listed)
                .containsExactly(new ListedGroup()
                        .setGroupId("g")
                        .setProtocolType("consumer")
                        .setGroupState("Stable")
                        .setGroupType("consumer"));
    }

    @Test
    void anEmptyGroupLeavesNothingInTheLogWhenItIsDeleted() {
        BenchMember.settle(List.of(a, b));
        assertThat(bench.ask(new GroupCommand.DeleteGroup("g")).errorCode()).isEqualTo(Errors.NON_EMPTY_GROUP.code());
        a.leave(-1);
        b.leave(-1);
        assertThat(bench.ask(new GroupCommand.DeleteGroup("g")).errorCode()).isEqualTo(Errors.NONE.code());
        bench.restart();
        assertThat(bench.describe("g").errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
        Map<String, Boolean> alive = new HashMap<>();
        bench.log().forEach(record -> alive.put(Arrays.toString(record.key()), record.value() != null));
        assertThat(alive).doesNotContainValue(true);
    }

    private Errors error(ConsumerGroupHeartbeatRequestData data) {
        return Errors.forCode(bench.heartbeat(data).errorCode());
    }

    private Errors commit(String memberId, int epoch, short version) {
        OffsetCommitRequestData data = new OffsetCommitRequestData()
                .setGroupId("g")
                .setMemberId(memberId)
                .setGenerationIdOrMemberEpoch(epoch)
                .setTopics(List.of(new OffsetCommitRequestTopic()
                        .setName("t")
                        .setPartitions(List.of(new OffsetCommitRequestPartition()
                                .setPartitionIndex(0)
                                .setCommittedOffset(3)))));
        return Errors.forCode(bench.ask(new GroupCommand.CommitOffsets(new Caller("c", "/h", version), data))
                .topics()
                .get(0)
                .partitions()
                .get(0)
                .errorCode());
    }

    private Errors fetch(String memberId, int epoch) {
        OffsetFetchRequestGroup data = new OffsetFetchRequestGroup()
                .setGroupId("g")
                .setMemberId(memberId)
                .setMemberEpoch(epoch);
        return Errors.forCode(
                bench.ask(new GroupCommand.FetchOffsets(data, false)).errorCode());
    }
}
