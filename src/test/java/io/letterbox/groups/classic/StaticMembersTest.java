package io.letterbox.groups.classic;

import static io.letterbox.groups.TestGroups.REBALANCE_MS;
import static io.letterbox.groups.TestGroups.SESSION_MS;
import static io.letterbox.groups.TestGroups.joiner;
import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.groups.TestGroups;
import io.letterbox.groups.TestGroups.Answer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Tests the rules for static members of classic groups (KIP-345). */
class StaticMembersTest {
    private static final String G = "g";

    private final TestGroups groups = new TestGroups();

    private static Errors error(Answer<JoinGroupResponseData> answer) {
        return Errors.forCode(answer.get().errorCode());
    }

    @Test
    void keepsAStaticMembersPlaceOverItsRestart() {
        Answer<JoinGroupResponseData> first = groups.join(joiner(G).named("one"));
        groups.pass(1000);
        String oldId = first.get().memberId();
        assertThat(oldId).startsWith("one-");
        groups.sync(G, oldId, 1, oldId + "=a").get();
        JoinGroupResponseData second = groups.join(joiner(G).named("one")).get();
        assertThat(second.generationId()).as("no rebalance").isEqualTo(1);
        assertThat(second.memberId()).isNotEqualTo(oldId);
        assertThat(second.skipAssignment()).isTrue();
        assertThat(second.members()).hasSize(1);
        assertThat(second.leader()).isEqualTo(second.memberId());
        assertThat(groups.sync(G, second.memberId(), 1).get().assignment())
                .isEqualTo("a".getBytes(StandardCharsets.UTF_8));
        // The former incarnation is fenced.
        assertThat(error(groups.join(joiner(G).named("one").as(oldId)))).isEqualTo(Errors.FENCED_INSTANCE_ID);
        groups.restart();
        assertThat(groups.heartbeat(G, second.memberId(), 1)).isEqualTo(Errors.NONE);
    }

    @Test
    void doesNotTellAnOldClientThatItLeads() {
        Answer<JoinGroupResponseData> first = groups.join(joiner(G).named("one").version(8));
        groups.pass(1000);
        String oldId = first.get().memberId();
        groups.sync(G, oldId, 1, oldId + "=a").get();
        JoinGroupResponseData second =
                groups.join(joiner(G).named("one").version(8)).get();
        assertThat(second.leader()).isEqualTo(oldId);
        assertThat(second.members()).isEmpty();
        assertThat(second.skipAssignment()).isFalse();
    }

    @Test
    void fencesAStaticMemberThatWaits() {
        Answer<JoinGroupResponseData> leader = groups.joinNew(joiner(G));
        Answer<JoinGroupResponseData> one = groups.join(joiner(G).named("one"));
        groups.pass(1000);
        Answer<SyncGroupResponseData> waiting = groups.sync(G, one.get().memberId(), 1);
        assertThat(waiting.isThere()).isFalse();
        Answer<JoinGroupResponseData> again = groups.join(joiner(G).named("one"));
        assertThat(Errors.forCode(waiting.get().errorCode())).isEqualTo(Errors.FENCED_INSTANCE_ID);
        // The leader may have assigned partitions to the old id, so all members join again.
        assertThat(groups.heartbeat(G, leader.get().memberId(), 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        Answer<JoinGroupResponseData> third = groups.join(joiner(G).named("one"));
        assertThat(error(again)).isEqualTo(Errors.FENCED_INSTANCE_ID);
        groups.join(joiner(G).as(leader.get().memberId())).get();
        assertThat(third.get().generationId()).isEqualTo(2);
    }

    @Test
    void waitsASessionForAStaticMember() {
        Answer<JoinGroupResponseData> one = groups.join(joiner(G).named("one"));
        Answer<JoinGroupResponseData> two = groups.join(joiner(G).named("two"));
        groups.pass(1000);
        String leader = one.get().leader();
        groups.sync(G, leader, 1).get();
        String other = leader.equals(one.get().memberId())
                ? two.get().memberId()
                : one.get().memberId();
        groups.sync(G, other, 1).get();
        groups.pass(SESSION_MS - 1);
        assertThat(groups.heartbeat(G, leader, 1)).isEqualTo(Errors.NONE);
        groups.pass(1);
        assertThat(groups.state(G)).isEqualTo("PreparingRebalance");
    }

    @Test
    void goesOnUnderAnotherLeaderWhileAStaticOneIsAway() {
        Answer<JoinGroupResponseData> leader = groups.join(joiner(G).named("leader"));
        groups.pass(1000);
        groups.sync(G, leader.get().memberId(), 1).get();
        Answer<JoinGroupResponseData> other = groups.joinNew(joiner(G));
        for (int beat = 0; beat < REBALANCE_MS / 5000; beat++) {
            groups.heartbeat(G, leader.get().memberId(), 1);
            groups.pass(5000);
        }
        assertThat(other.get().leader()).isEqualTo(other.get().memberId());
        assertThat(other.get().members()).as("the static one keeps its place").hasSize(2);
    }

    @Test
    void removesAStaticMemberByItsName() {
        Answer<JoinGroupResponseData> one = groups.join(joiner(G).named("one"));
        groups.pass(1000);
        groups.sync(G, one.get().memberId(), 1).get();
        var answer = groups.leave(G, new MemberIdentity().setMemberId("").setGroupInstanceId("one"));
        assertThat(answer.members().get(0).errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(groups.state(G)).isEqualTo("Empty");
    }
}
