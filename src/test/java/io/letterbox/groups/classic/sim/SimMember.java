package io.letterbox.groups.classic.sim;

import io.letterbox.groups.TestGroups;
import io.letterbox.groups.TestGroups.Answer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData.JoinGroupResponseMember;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;

/** A client of a group that behaves like Kafka's consumer. As a leader it assigns the partitions round-robin. */
final class SimMember {
    /** The number of simulated partitions. */
    static final int PLACES = 7;

    private final TestGroups groups;
    private final String group;
    private final String instanceId;

    private String memberId = "";
    private int generation = -1;
    private Set<Integer> places = Set.of();
    private boolean stable;
    private Answer<JoinGroupResponseData> joining;
    private Answer<SyncGroupResponseData> syncing;

    SimMember(TestGroups groups, String group, String instanceId) {
        this.groups = groups;
        this.group = group;
        this.instanceId = instanceId;
    }

    String memberId() {
        return memberId;
    }

    int generation() {
        return generation;
    }

    /** The partitions that it reads; none while it rebalances. */
    Set<Integer> places() {
        return stable ? places : Set.of();
    }

    boolean isStable() {
        return stable;
    }

    boolean isStatic() {
        return instanceId != null;
    }

    /** Handles arrived answers and sends the next request. */
    void step() {
        if (joining != null) {
            if (joining.isThere()) joined(joining.get());
        } else if (syncing != null) {
            if (syncing.isThere()) synced(syncing.get());
        } else if (!stable) {
            join();
        }
    }

    void join() {
        stable = false;
        syncing = null;
        joining = groups.join(new TestGroups.Joiner(group, memberId, instanceId, TestGroups.NEWEST, "places"));
    }

    private void joined(JoinGroupResponseData answer) {
        joining = null;
        Errors error = Errors.forCode(answer.errorCode());
        switch (error) {
            case NONE -> {
                memberId = answer.memberId();
                generation = answer.generationId();
                String[] deal = new String[0];
                if (answer.leader().equals(memberId)) {
                    if (answer.skipAssignment()) deal = new String[0];
                    else deal = deal(answer.members());
                }
                syncing = groups.sync(group, memberId, generation, deal);
            }
            case MEMBER_ID_REQUIRED -> {
                memberId = answer.memberId();
                join();
            }
            case UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID -> forget();
            case REBALANCE_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE -> {}
            default -> throw new AssertionError(error);
        }
    }

    private static String[] deal(List<JoinGroupResponseMember> members) {
        List<String> hands = new ArrayList<>();
        for (int index = 0; index < members.size(); index++) {
            StringBuilder hand = new StringBuilder();
            for (int place = index; place < PLACES; place += members.size())
                hand.append(place).append(' ');
            hands.add(members.get(index).memberId() + "=" + hand.toString().trim());
        }
        return hands.toArray(new String[0]);
    }

    private void synced(SyncGroupResponseData answer) {
        syncing = null;
        Errors error = Errors.forCode(answer.errorCode());
        switch (error) {
            case NONE -> {
                places = new TreeSet<>();
                for (String place : new String(answer.assignment(), StandardCharsets.UTF_8).split(" ")) {
                    if (!place.isEmpty()) places.add(Integer.valueOf(place));
                }
                stable = true;
            }
            case UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID -> forget();
            case REBALANCE_IN_PROGRESS, ILLEGAL_GENERATION, COORDINATOR_NOT_AVAILABLE -> {}
            default -> throw new AssertionError(error);
        }
    }

    void heartbeat() {
        if (!stable) return;
        Errors error = groups.heartbeat(group, memberId, generation);
        switch (error) {
            case NONE -> {}
            case REBALANCE_IN_PROGRESS, ILLEGAL_GENERATION -> join();
            case UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID -> forget();
            default -> throw new AssertionError(error);
        }
    }

    /** Commits, and says whether that counts. */
    boolean commit(long offset) {
        return groups.commit(group, memberId, generation, offset) == Errors.NONE;
    }

    /** Leaves the group and begins anew. */
    void leave() {
        if (!memberId.isEmpty()) groups.leave(group, memberId);
        forget();
        joining = null;
        syncing = null;
    }

    /** Crashes and starts again; pending answers are lost. */
    void crash() {
        forget();
        joining = null;
        syncing = null;
    }

    /** Loses the connection: pending requests are repeated. */
    void disconnect() {
        joining = null;
        syncing = null;
    }

    private void forget() {
        memberId = "";
        generation = -1;
        places = Set.of();
        stable = false;
    }
}
