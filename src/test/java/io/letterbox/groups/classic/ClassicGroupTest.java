package io.letterbox.groups.classic;

import static io.letterbox.groups.TestGroups.REBALANCE_MS;
import static io.letterbox.groups.TestGroups.SESSION_MS;
import static io.letterbox.groups.TestGroups.SETTINGS;
import static io.letterbox.groups.TestGroups.joiner;
import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.GroupSettings;
import io.letterbox.groups.TestGroups;
import io.letterbox.groups.TestGroups.Answer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Tests the rules of the classic protocol, one by one. */
class ClassicGroupTest {
    private static final String G = "g";

    private final TestGroups groups = new TestGroups();

    private static Errors error(Answer<JoinGroupResponseData> answer) {
        return Errors.forCode(answer.get().errorCode());
    }

    private static Errors syncError(Answer<SyncGroupResponseData> answer) {
        return Errors.forCode(answer.get().errorCode());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void givesANewMemberAnIdFirst() {
        JoinGroupResponseData first = groups.join(joiner(G)).get();
        assertThat(Errors.forCode(first.errorCode())).isEqualTo(Errors.MEMBER_ID_REQUIRED);
        assertThat(first.memberId()).startsWith("client-");
        Answer<JoinGroupResponseData> second = groups.join(joiner(G).as(first.memberId()));
        groups.pass(SETTINGS.initialRebalanceDelayMs());
        assertThat(error(second)).isEqualTo(Errors.NONE);
        assertThat(second.get().generationId()).isEqualTo(1);
        assertThat(second.get().leader()).isEqualTo(first.memberId());
        assertThat(second.get().members()).hasSize(1);
    }

    @Test
    void letsOldClientsInAtOnce() {
        Answer<JoinGroupResponseData> join = groups.join(joiner(G).version(3));
        groups.pass(SETTINGS.initialRebalanceDelayMs());
        assertThat(error(join)).isEqualTo(Errors.NONE);
        assertThat(join.get().memberId()).startsWith("client-");
    }

    @Test
    void forgetsAnIdThatNobodyComesBackWith() {
        List<String> ids = groups.stable(G, 1);
        String promised = groups.join(joiner(G)).get().memberId();
        Answer<JoinGroupResponseData> rejoin = groups.join(joiner(G).as(ids.get(0)));
        assertThat(rejoin.isThere())
                .as("an id was promised, so somebody is waited for")
                .isFalse();
        groups.pass(SESSION_MS);
        assertThat(error(rejoin)).isEqualTo(Errors.NONE);
        assertThat(error(groups.join(joiner(G).as(promised)))).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void refusesWhatCannotBeAGroupOrASession() {
        assertThat(error(groups.join(joiner("")))).isEqualTo(Errors.INVALID_GROUP_ID);
        JoinGroupRequestData data = new JoinGroupRequestData()
                .setGroupId(G)
                .setProtocolType("test")
                .setSessionTimeoutMs(SETTINGS.minSessionTimeoutMs() - 1);
        assertThat(error(groups.ask(new GroupCommand.JoinGroup(TestGroups.caller(), data))))
                .isEqualTo(Errors.INVALID_SESSION_TIMEOUT);
        data.setSessionTimeoutMs(SETTINGS.maxSessionTimeoutMs() + 1);
        assertThat(error(groups.ask(new GroupCommand.JoinGroup(TestGroups.caller(), data))))
                .isEqualTo(Errors.INVALID_SESSION_TIMEOUT);
        assertThat(groups.list()).isEmpty();
    }

    @Test
    void aRefusedJoinLeavesNoGroupBehind() {
        assertThat(error(groups.join(joiner(G).speaking()))).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(error(groups.join(joiner(G).as("unknown")))).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(groups.list()).isEmpty();
    }

    @Test
    void waitsForMoreMembersBeforeTheFirstGeneration() {
        Answer<JoinGroupResponseData> one = groups.joinNew(joiner(G));
        groups.pass(400);
        Answer<JoinGroupResponseData> two = groups.joinNew(joiner(G));
        groups.pass(400);
        assertThat(one.isThere()).as("somebody came, so it waits once more").isFalse();
        groups.pass(200);
        assertThat(one.get().generationId()).isEqualTo(1);
        assertThat(two.get().generationId()).isEqualTo(1);
        assertThat(one.get().members()).hasSize(2);
        assertThat(two.get().members()).isEmpty();
    }

    @Test
    void doesNotDelayTheFirstGenerationBeyondTheRebalanceTimeout() {
        Answer<JoinGroupResponseData> first = groups.joinNew(joiner(G));
        for (int more = 0; more < REBALANCE_MS / 400 + 2 && !first.isThere(); more++) {
            groups.pass(400);
            groups.joinNew(joiner(G));
        }
        assertThat(first.isThere()).isTrue();
        assertThat(groups.clock.elapsedMs()).isLessThanOrEqualTo(1_000_000 + REBALANCE_MS + 1000);
    }

    @Test
    void sessionsRunByTheMonotonicClock() {
        List<String> ids = groups.stable(G, 2);
        groups.pass(SESSION_MS - 1);
        groups.clock.step(3_600_000);
        for (String id : ids)
            assertThat(groups.heartbeat(G, id, 1)).as("forward").isEqualTo(Errors.NONE);
        groups.clock.step(-7_200_000);
        groups.pass(SESSION_MS - 1);
        assertThat(groups.heartbeat(G, ids.get(0), 1)).isEqualTo(Errors.NONE);
        groups.pass(1);
        assertThat(groups.heartbeat(G, ids.get(0), 1))
                .as("the other one has vanished")
                .isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    }

    @Test
    void handsOutTheLeadersAssignment() {
        Answer<JoinGroupResponseData> one = groups.joinNew(joiner(G));
        Answer<JoinGroupResponseData> two = groups.joinNew(joiner(G));
        groups.pass(1000);
        String leader = one.get().memberId();
        String other = two.get().memberId();
        Answer<SyncGroupResponseData> waiting = groups.sync(G, other, 1);
        assertThat(waiting.isThere()).isFalse();
        assertThat(groups.state(G)).isEqualTo("CompletingRebalance");
        Answer<SyncGroupResponseData> leading = groups.sync(G, leader, 1, leader + "=a", other + "=b");
        assertThat(text(leading.get().assignment())).isEqualTo("a");
        assertThat(text(waiting.get().assignment())).isEqualTo("b");
        assertThat(waiting.get().protocolName()).isEqualTo("range");
        assertThat(groups.state(G)).isEqualTo("Stable");
        // A repeated request is answered from the group's state.
        assertThat(text(groups.sync(G, other, 1).get().assignment())).isEqualTo("b");
    }

    @Test
    void membersThatTheLeaderOmitsGetAnEmptyAssignment() {
        Answer<JoinGroupResponseData> one = groups.joinNew(joiner(G));
        Answer<JoinGroupResponseData> two = groups.joinNew(joiner(G));
        groups.pass(1000);
        Answer<SyncGroupResponseData> forgotten = groups.sync(G, two.get().memberId(), 1);
        groups.sync(G, one.get().memberId(), 1, one.get().memberId() + "=a").get();
        assertThat(forgotten.get().assignment()).isEmpty();
        assertThat(syncError(forgotten)).isEqualTo(Errors.NONE);
    }

    @Test
    void heartbeatsTellMembersOfARebalance() {
        List<String> ids = groups.stable(G, 2);
        Answer<JoinGroupResponseData> third = groups.joinNew(joiner(G));
        assertThat(groups.state(G)).isEqualTo("PreparingRebalance");
        assertThat(groups.heartbeat(G, ids.get(0), 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        assertThat(syncError(groups.sync(G, ids.get(0), 1))).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        Answer<JoinGroupResponseData> one = groups.join(joiner(G).as(ids.get(0)));
        assertThat(third.isThere()).isFalse();
        Answer<JoinGroupResponseData> two = groups.join(joiner(G).as(ids.get(1)));
        assertThat(List.of(one.get(), two.get(), third.get()))
                .extracting(JoinGroupResponseData::generationId)
                .containsOnly(2);
        assertThat(groups.heartbeat(G, ids.get(0), 1)).isEqualTo(Errors.ILLEGAL_GENERATION);
        assertThat(groups.heartbeat(G, ids.get(0), 2)).isEqualTo(Errors.NONE);
        assertThat(syncError(groups.sync(G, ids.get(0), 1))).isEqualTo(Errors.ILLEGAL_GENERATION);
    }

    @Test
    void goesOnWithoutMembersWhoDoNotRejoin() {
        List<String> ids = groups.stable(G, 2);
        groups.joinNew(joiner(G));
        Answer<JoinGroupResponseData> one = groups.join(joiner(G).as(ids.get(0)));
        for (int beat = 0; beat < REBALANCE_MS / 5000 - 1; beat++) {
            groups.pass(5000);
            // This member sends heartbeats, but does not join.
            assertThat(groups.heartbeat(G, ids.get(1), 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        }
        assertThat(one.isThere()).isFalse();
        groups.pass(5000);
        assertThat(one.get().generationId()).isEqualTo(2);
        assertThat(groups.heartbeat(G, ids.get(1), 2)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void removesAMemberThatIsNotHeardOf() {
        List<String> ids = groups.stable(G, 2);
        groups.pass(SESSION_MS - 1);
        assertThat(groups.heartbeat(G, ids.get(0), 1)).isEqualTo(Errors.NONE);
        groups.pass(1);
        assertThat(groups.state(G)).isEqualTo("PreparingRebalance");
        assertThat(groups.heartbeat(G, ids.get(1), 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(error(groups.join(joiner(G).as(ids.get(0))))).isEqualTo(Errors.NONE);
        assertThat(groups.state(G)).isEqualTo("CompletingRebalance");
    }

    @Test
    void aCommitCountsAsAHeartbeat() {
        String member = groups.stable(G, 1).get(0);
        groups.pass(SESSION_MS - 1);
        assertThat(groups.commit(G, member, 1, 5)).isEqualTo(Errors.NONE);
        groups.pass(SESSION_MS - 1);
        assertThat(groups.heartbeat(G, member, 1)).isEqualTo(Errors.NONE);
    }

    @Test
    void removesMembersThatDoNotAskForTheirAssignment() {
        Answer<JoinGroupResponseData> one = groups.joinNew(joiner(G));
        Answer<JoinGroupResponseData> two = groups.joinNew(joiner(G));
        groups.pass(1000);
        String leader = one.get().memberId();
        groups.sync(G, leader, 1, leader + "=a").get();
        for (int beat = 0; beat < REBALANCE_MS / 5000; beat++) {
            assertThat(groups.heartbeat(G, leader, 1)).isEqualTo(Errors.NONE);
            assertThat(groups.heartbeat(G, two.get().memberId(), 1)).isEqualTo(Errors.NONE);
            groups.pass(5000);
        }
        assertThat(groups.heartbeat(G, two.get().memberId(), 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(groups.heartbeat(G, leader, 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    }

    @Test
    void rebalancesWhenTheLeaderJoinsAgainButNotForAFollower() {
        List<String> ids = groups.stable(G, 2);
        JoinGroupResponseData follower = groups.join(joiner(G).as(ids.get(1))).get();
        assertThat(follower.generationId()).isEqualTo(1);
        assertThat(follower.members()).isEmpty();
        assertThat(groups.state(G)).isEqualTo("Stable");
        assertThat(groups.join(joiner(G).as(ids.get(0))).isThere()).isFalse();
        assertThat(groups.state(G)).isEqualTo("PreparingRebalance");
    }

    @Test
    void rebalancesWhenAMemberChangesItsMetadata() {
        List<String> ids = groups.stable(G, 2);
        groups.join(joiner(G).as(ids.get(1)).speaking("range=other"));
        assertThat(groups.state(G)).isEqualTo("PreparingRebalance");
        JoinGroupResponseData leader = groups.join(joiner(G).as(ids.get(0))).get();
        assertThat(leader.members())
                .extracting(member -> text(member.metadata()))
                .contains("other");
    }

    @Test
    void repeatsALostAnswer() {
        Answer<JoinGroupResponseData> one = groups.joinNew(joiner(G));
        groups.pass(1000);
        JoinGroupResponseData again =
                groups.join(joiner(G).as(one.get().memberId())).get();
        assertThat(again).isEqualTo(one.get());
    }

    @Test
    void answersTheOlderOfTwoRequests() {
        List<String> ids = groups.stable(G, 2);
        Answer<JoinGroupResponseData> first = groups.join(joiner(G).as(ids.get(0)));
        Answer<JoinGroupResponseData> second = groups.join(joiner(G).as(ids.get(0)));
        assertThat(error(first)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        groups.join(joiner(G).as(ids.get(1))).get();
        assertThat(error(second)).isEqualTo(Errors.NONE);
        Answer<SyncGroupResponseData> waits = groups.sync(G, ids.get(1), 2);
        Answer<SyncGroupResponseData> waitsToo = groups.sync(G, ids.get(1), 2);
        assertThat(syncError(waits)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        groups.sync(G, second.get().leader(), 2).get();
        assertThat(syncError(waitsToo)).isEqualTo(Errors.NONE);
    }

    @Test
    void electsTheProtocolWithTheMostVotes() {
        Answer<JoinGroupResponseData> one = groups.joinNew(joiner(G).speaking("a", "b", "c"));
        groups.joinNew(joiner(G).speaking("b", "c"));
        groups.joinNew(joiner(G).speaking("c", "b", "d"));
        groups.pass(2000);
        assertThat(one.get().protocolName()).isEqualTo("b");
        assertThat(error(groups.join(joiner(G).speaking("d")))).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(error(groups.join(joiner(G).speaking("a")))).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
    }

    @Test
    void refusesAnotherProtocolThanTheElectedOne() {
        Answer<JoinGroupResponseData> one = groups.joinNew(joiner(G));
        groups.pass(1000);
        org.apache.kafka.common.message.SyncGroupRequestData data =
                new org.apache.kafka.common.message.SyncGroupRequestData()
                        .setGroupId(G)
                        .setMemberId(one.get().memberId())
                        .setGenerationId(1)
                        .setProtocolType("test")
                        .setProtocolName("roundrobin");
        assertThat(syncError(groups.ask(new GroupCommand.SyncGroup(TestGroups.caller(), data))))
                .isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
    }

    @Test
    void tellsItsIdToAMemberThatIsToJoinAgainAndNoneToOneThatIsOut() {
        List<String> ids = groups.stable(G, 2);
        Answer<JoinGroupResponseData> first =
                groups.join(joiner(G).as(ids.get(0)).speaking("range=other"));
        Answer<JoinGroupResponseData> second =
                groups.join(joiner(G).as(ids.get(0)).speaking("range=another"));
        assertThat(error(first)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        assertThat(first.get().memberId()).isEqualTo(ids.get(0));
        assertThat(groups.leave(G, ids.get(0))).isEqualTo(Errors.NONE);
        assertThat(error(second)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(second.get().memberId()).isEmpty();
    }

    @Test
    void choosesANewLeaderWhenTheOldOneLeaves() {
        List<String> ids = groups.stable(G, 2);
        assertThat(groups.leave(G, ids.get(0))).isEqualTo(Errors.NONE);
        JoinGroupResponseData answer = groups.join(joiner(G).as(ids.get(1))).get();
        assertThat(answer.leader()).isEqualTo(ids.get(1));
        assertThat(answer.members()).hasSize(1);
    }

    @Test
    void isEmptyWhenTheLastOneLeaves() {
        String member = groups.stable(G, 1).get(0);
        assertThat(groups.leave(G, member)).isEqualTo(Errors.NONE);
        assertThat(groups.state(G)).isEqualTo("Empty");
        assertThat(groups.leave(G, member)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(groups.heartbeat(G, member, 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(error(groups.join(joiner(G).as(member)))).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        groups.restart();
        assertThat(groups.state(G)).isEqualTo("Empty");
        Answer<JoinGroupResponseData> next = groups.joinNew(joiner(G));
        groups.pass(1000);
        assertThat(next.get().generationId()).as("generations go on").isEqualTo(3);
    }

    @Test
    void letsSeveralLeaveAtOnce() {
        List<String> ids = groups.stable(G, 3);
        String promised = groups.join(joiner(G)).get().memberId();
        var answer = groups.leave(
                G,
                new MemberIdentity().setMemberId(ids.get(1)),
                new MemberIdentity().setMemberId("nobody"),
                new MemberIdentity().setMemberId(promised),
                new MemberIdentity().setMemberId("").setGroupInstanceId("nobody"));
        assertThat(answer.members())
                .extracting(member -> Errors.forCode(member.errorCode()))
                .containsExactly(Errors.NONE, Errors.UNKNOWN_MEMBER_ID, Errors.NONE, Errors.UNKNOWN_MEMBER_ID);
        assertThat(groups.state(G)).isEqualTo("PreparingRebalance");
    }

    @Test
    void answersPendingRequestsOfARemovedMember() {
        List<String> ids = groups.stable(G, 2);
        Answer<JoinGroupResponseData> waiting = groups.join(joiner(G).as(ids.get(0)));
        assertThat(groups.leave(G, ids.get(0))).isEqualTo(Errors.NONE);
        assertThat(error(waiting)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void boundsTheNumberOfMembers() {
        TestGroups small = new TestGroups(new GroupSettings(0, 6000, 1_800_000, 45_000, 5000, 2, 1000));
        List<Answer<JoinGroupResponseData>> joins = new ArrayList<>();
        for (int member = 0; member < 2; member++) joins.add(small.joinNew(joiner(G)));
        assertThat(error(small.join(joiner(G)))).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED);
        small.pass(1);
        String leader = joins.get(0).get().leader();
        small.sync(G, leader, 1).get();
        assertThat(error(small.join(joiner(G)))).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED);
        assertThat(small.join(joiner(G).as(leader)).isThere())
                .as("a member is no news")
                .isFalse();
    }

    @Test
    void givesOutNoMoreIdsThanThereMayBeMembers() {
        TestGroups small = new TestGroups(new GroupSettings(0, 6000, 1_800_000, 45_000, 5000, 2, 1000));
        for (int asked = 0; asked < 2; asked++) {
            assertThat(error(small.join(joiner(G)))).isEqualTo(Errors.MEMBER_ID_REQUIRED);
        }
        assertThat(error(small.join(joiner(G)))).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED);
        small.pass(SESSION_MS);
        assertThat(error(small.join(joiner(G)))).isEqualTo(Errors.MEMBER_ID_REQUIRED);
    }

    @Test
    void limitsTheMetadataOfAMember() {
        assertThat(error(groups.join(joiner(G).speaking("range=" + "x".repeat((1 << 20) + 1)))))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(groups.list()).isEmpty();
    }

    @Test
    void startsAnewWhereTheLogRefusesTheAssignment() {
        Answer<JoinGroupResponseData> one = groups.joinNew(joiner(G));
        groups.pass(1000);
        String member = one.get().memberId();
        groups.refusal = new ApiException(ErrorCode.DISK_FULL, "full");
        assertThat(syncError(groups.sync(G, member, 1, member + "=a"))).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
        groups.refusal = null;
        assertThat(groups.state(G)).isEqualTo("PreparingRebalance");
        JoinGroupResponseData again = groups.join(joiner(G).as(member)).get();
        assertThat(again.generationId()).isEqualTo(2);
        assertThat(text(groups.sync(G, member, 2, member + "=b").get().assignment()))
                .isEqualTo("b");
    }

    @Test
    void knowsItsMembersAfterARestart() {
        List<String> ids = groups.stable(G, 3);
        groups.restart();
        assertThat(groups.state(G)).isEqualTo("Stable");
        for (String id : ids) {
            assertThat(groups.heartbeat(G, id, 1)).isEqualTo(Errors.NONE);
            assertThat(text(groups.sync(G, id, 1).get().assignment())).isEqualTo("of " + id);
        }
        groups.pass(SESSION_MS);
        assertThat(groups.state(G)).as("nobody was heard of").isEqualTo("Empty");
    }

    @Test
    void takesUpTheLastAssignmentAfterARestartInARebalance() {
        List<String> ids = groups.stable(G, 2);
        groups.joinNew(joiner(G));
        groups.join(joiner(G).as(ids.get(0)));
        groups.restart();
        assertThat(groups.heartbeat(G, ids.get(0), 1)).isEqualTo(Errors.NONE);
        // The leader's request is lost with its connection, so it repeats it.
        assertThat(groups.join(joiner(G).as(ids.get(0))).isThere()).isFalse();
        assertThat(groups.heartbeat(G, ids.get(1), 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    }

    @Test
    void describesMembersInDetailOnlyWhileStable() {
        List<String> ids = groups.stable(G, 2);
        var described = groups.ask(new GroupCommand.DescribeGroup(TestGroups.caller(), G))
                .get();
        assertThat(described.protocolData()).isEqualTo("range");
        assertThat(described.members())
                .extracting(member -> text(member.memberAssignment()))
                .containsExactlyInAnyOrder("of " + ids.get(0), "of " + ids.get(1));
        groups.joinNew(joiner(G));
        described = groups.ask(new GroupCommand.DescribeGroup(TestGroups.caller(), G))
                .get();
        assertThat(described.members()).allMatch(member -> member.memberAssignment().length == 0);
        assertThat(groups.ask(new GroupCommand.DescribeGroup(TestGroups.caller(), "nobody"))
                        .get()
                        .errorCode())
                .isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
        assertThat(groups.state("nobody")).isEqualTo("Dead");
    }

    @Test
    void aHeartbeatWritesNothing() {
        List<String> ids = groups.stable(G, 2);
        int before = groups.log.size();
        long deadline = groups.nextDeadlineMs();
        for (int beat = 0; beat < 100; beat++)
            assertThat(groups.heartbeat(G, ids.get(0), 1)).isEqualTo(Errors.NONE);
        assertThat(groups.log).hasSize(before);
        assertThat(groups.nextDeadlineMs()).isEqualTo(deadline);
    }
}
