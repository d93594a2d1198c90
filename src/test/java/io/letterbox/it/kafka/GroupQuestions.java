package io.letterbox.it.kafka;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** Requests of members and administrators about groups, including the one with the empty name; valid and invalid. */
final class GroupQuestions {
    private static final int SESSION_MS = 10_000;

    private final PeerComparison peers;

    private GroupQuestions(PeerComparison peers) {
        this.peers = peers;
    }

    static void ask(PeerComparison peers) {
        GroupQuestions questions = new GroupQuestions(peers);
        AdminQuestions.create(peers, "grouped", 2);
        peers.<OffsetCommitResponseData>settle(
                ApiKeys.OFFSET_COMMIT,
                8,
                commit("warm", -1, "", "grouped", 0, 1, ""),
                answer -> answer.topics().get(0).partitions().get(0).errorCode() == 0);
        questions.offsets();
        questions.administration();
        questions.joining();
        questions.staticMember();
        questions.strangers();
        questions.consumerGroups();
    }

    private static OffsetCommitRequestData commit(
            String group, int generation, String member, String topic, int partition, long offset, String text) {
        return new OffsetCommitRequestData()
                .setGroupId(group)
                .setGenerationIdOrMemberEpoch(generation)
                .setMemberId(member)
                .setTopics(List.of(new OffsetCommitRequestTopic()
                        .setName(topic)
                        .setPartitions(List.of(new OffsetCommitRequestPartition()
                                .setPartitionIndex(partition)
                                .setCommittedOffset(offset)
                                .setCommittedMetadata(text)))));
    }

    private void committed(String question, OffsetCommitRequestData request) {
        peers.ask(question, ApiKeys.OFFSET_COMMIT, 8, 9, side -> request.duplicate());
    }

    private void fetched(String group, String topic, Integer... partitions) {
        List<Integer> wanted = List.of(partitions);
        String question = group + " " + topic + wanted;
        for (int version = 1; version <= 7; version++) {
            peers.flow(question + " v" + version, ApiKeys.OFFSET_FETCH, version, side -> new OffsetFetchRequestData()
                    .setGroupId(group)
                    .setTopics(
                            List.of(new OffsetFetchRequestTopic().setName(topic).setPartitionIndexes(wanted))));
        }
        for (int version = 8; version <= 10; version++) {
            int current = version;
            peers.flow(question + " v" + version, ApiKeys.OFFSET_FETCH, version, side -> new OffsetFetchRequestData()
                    .setGroups(List.of(new OffsetFetchRequestGroup()
                            .setGroupId(group)
                            .setTopics(List.of(new OffsetFetchRequestTopics()
                                    .setName(current < 10 ? topic : "")
                                    .setTopicId(current < 10 ? Uuid.ZERO_UUID : id(side, topic))
                                    .setPartitionIndexes(wanted))))));
        }
    }

    private static Uuid id(PeerSide side, String topic) {
        Uuid noted = side.noted(topic);
        return noted == null ? new Uuid(7, 7) : noted;
    }

    private void offsets() {
        for (String group : List.of("", "simple")) {
            committed("of " + group, commit(group, -1, "", "grouped", 0, 5, "note"));
            committed("without text of " + group, commit(group, -1, "", "grouped", 1, 6, null));
            fetched(group, "grouped", 0, 1, 7);
            fetched(group, "nowhere", 0);
            for (int version : new int[] {2, 5, 7}) {
                peers.flow(
                        "all of " + group + " v" + version,
                        ApiKeys.OFFSET_FETCH,
                        version,
                        side -> new OffsetFetchRequestData().setGroupId(group).setTopics(null));
            }
            for (int version : new int[] {8, 9, 10}) {
                peers.flow(
                        "all of " + group + " v" + version,
                        ApiKeys.OFFSET_FETCH,
                        version,
                        side -> new OffsetFetchRequestData()
                                .setGroups(List.of(new OffsetFetchRequestGroup()
                                        .setGroupId(group)
                                        .setTopics(null))));
            }
            peers.ask("of " + group, ApiKeys.DESCRIBE_GROUPS, 0, 6, side -> new DescribeGroupsRequestData()
                    .setGroups(List.of(group)));
            deleted("offsets of " + group, group, "grouped", 0, 7, -1);
            deleted("nowhere of " + group, group, "nowhere", 0);
            peers.flow("of " + group, ApiKeys.DELETE_GROUPS, 2, side -> new DeleteGroupsRequestData()
                    .setGroupsNames(List.of(group)));
            peers.flow("again of " + group, ApiKeys.DELETE_GROUPS, 2, side -> new DeleteGroupsRequestData()
                    .setGroupsNames(List.of(group)));
        }
        for (long offset : new long[] {-1, -5, Long.MAX_VALUE}) {
            committed("at " + offset, commit("odd", -1, "", "grouped", 0, offset, ""));
        }
        committed("nowhere", commit("odd", -1, "", "nowhere", 0, 1, ""));
        committed("partition 9", commit("odd", -1, "", "grouped", 9, 1, ""));
        committed("partition -1", commit("odd", -1, "", "grouped", -1, 1, ""));
        committed("much text", commit("odd", -1, "", "grouped", 0, 1, "x".repeat(5000)));
        committed("generation without member", commit("odd", 3, "", "grouped", 0, 1, ""));
        committed("member without generation", commit("odd", -1, "m", "grouped", 0, 1, ""));
        committed("member of nothing", commit("unheard", 3, "m", "grouped", 0, 1, ""));
        committed("nothing", new OffsetCommitRequestData().setGroupId("odd"));
        fetched("odd", "grouped", 0);
        fetched("unheard", "grouped", 0);
        peers.ask("no groups", ApiKeys.OFFSET_FETCH, 8, 10, side -> new OffsetFetchRequestData().setGroups(List.of()));
    }

    private void deleted(String question, String group, String topic, Integer... partitions) {
        OffsetDeleteRequestData request = new OffsetDeleteRequestData().setGroupId(group);
        request.topics()
                .add(new OffsetDeleteRequestTopic()
                        .setName(topic)
                        .setPartitions(Arrays.stream(partitions)
                                .map(index -> new OffsetDeleteRequestPartition().setPartitionIndex(index))
                                .toList()));
        peers.flow(question, ApiKeys.OFFSET_DELETE, 0, side -> request);
    }

    private void administration() {
        for (List<String> names : List.of(List.<String>of(), List.of("unheard"), List.of("odd", "odd", ""))) {
            peers.ask("groups " + names, ApiKeys.DESCRIBE_GROUPS, 0, 6, side -> new DescribeGroupsRequestData()
                    .setGroups(names)
                    .setIncludeAuthorizedOperations(true));
            peers.ask(
                    "groups " + names,
                    ApiKeys.CONSUMER_GROUP_DESCRIBE,
                    0,
                    1,
                    side -> new ConsumerGroupDescribeRequestData().setGroupIds(names));
        }
        peers.ask("groups", ApiKeys.DELETE_GROUPS, 0, 2, side -> new DeleteGroupsRequestData()
                .setGroupsNames(List.of("unheard", "unheard", "")));
        peers.ask("all", ApiKeys.LIST_GROUPS, 0, 5, side -> new ListGroupsRequestData());
        for (String state : List.of("Empty", "empty", "Nonsense", "")) {
            peers.ask("state " + state, ApiKeys.LIST_GROUPS, 4, 5, side -> new ListGroupsRequestData()
                    .setStatesFilter(List.of(state)));
        }
        for (String type : List.of("classic", "CONSUMER", "nonsense", "")) {
            peers.ask("type " + type, ApiKeys.LIST_GROUPS, 5, 5, side -> new ListGroupsRequestData()
                    .setTypesFilter(List.of(type)));
        }
        deleted("offsets of nobody", "unheard", "grouped", 0);
    }

    private static JoinGroupRequestData join(
            String group, String member, String instance, int sessionMs, String type, String... protocols) {
        JoinGroupRequestData request = new JoinGroupRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setGroupInstanceId(instance)
                .setSessionTimeoutMs(sessionMs)
                .setRebalanceTimeoutMs(SESSION_MS)
                .setProtocolType(type);
        for (String name : protocols) {
            request.protocols().add(new JoinGroupRequestProtocol().setName(name).setMetadata(new byte[] {0, 1, 2}));
        }
        return request;
    }

    private void joining() {
        String[] range = {"range"};
        peers.ask("empty group", ApiKeys.JOIN_GROUP, 2, 9, side -> join("", "", null, SESSION_MS, "consumer", range));
        peers.ask("no session", ApiKeys.JOIN_GROUP, 2, 9, side -> join("j1", "", null, 0, "consumer", range));
        peers.ask("long session", ApiKeys.JOIN_GROUP, 2, 9, side -> join("j1", "", null, 1_800_001, "consumer", range));
        peers.ask("no protocols", ApiKeys.JOIN_GROUP, 2, 9, side -> join("j1", "", null, SESSION_MS, "consumer"));
        peers.ask("no type", ApiKeys.JOIN_GROUP, 2, 9, side -> join("j1", "", null, SESSION_MS, "", range));
        peers.ask(
                "a stranger", ApiKeys.JOIN_GROUP, 2, 9, side -> join("j1", "who", null, SESSION_MS, "consumer", range));
        peers.ask("without id", ApiKeys.JOIN_GROUP, 4, 9, side -> join("j2", "", null, SESSION_MS, "consumer", range));
        peers.ask("static", ApiKeys.JOIN_GROUP, 5, 5, side -> join("j3", "", "i", SESSION_MS, "connect", "one", "two"));
        peers.ask("another type", ApiKeys.JOIN_GROUP, 5, 9, side -> join("j3", "", "k", SESSION_MS, "consumer", "one"));
        peers.ask(
                "other protocols", ApiKeys.JOIN_GROUP, 5, 9, side -> join("j3", "", "k", SESSION_MS, "connect", "six"));
    }

    private <R extends ApiMessage> void step(
            String question, ApiKeys api, int version, Function<PeerSide, ApiMessage> body) {
        peers.flow("static member: " + question, api, version, body);
    }

    private void joined(String name) {
        peers.<JoinGroupResponseData>flow(
                "static member: joins as " + name,
                ApiKeys.JOIN_GROUP,
                9,
                side -> join("steady", "", "i", SESSION_MS, "consumer", "range"),
                side -> answer -> {
                    side.note(name, answer.memberId());
                    side.note("generation", answer.generationId());
                });
    }

    private static SyncGroupRequestData sync(PeerSide side, String member, boolean leads) {
        SyncGroupRequestData request = new SyncGroupRequestData()
                .setGroupId("steady")
                .setMemberId(side.noted(member))
                .setGroupInstanceId("i")
                .setGenerationId(side.noted("generation"))
                .setProtocolType("consumer")
                .setProtocolName("range");
        SyncGroupRequestAssignment mine =
                new SyncGroupRequestAssignment().setMemberId(side.noted(member)).setAssignment(new byte[] {1, 2, 3});
        return leads ? request.setAssignments(List.of(mine)) : request;
    }

    private static HeartbeatRequestData heartbeat(PeerSide side, String member, int later) {
        return new HeartbeatRequestData()
                .setGroupId("steady")
                .setMemberId(side.noted(member))
                .setGroupInstanceId("i")
                .setGenerationId(side.<Integer>noted("generation") + later);
    }

    private void staticMember() {
        joined("first");
        step("sync of another type", ApiKeys.SYNC_GROUP, 5, side -> sync(side, "first", true)
                .setProtocolType("connect"));
        step("sync", ApiKeys.SYNC_GROUP, 5, side -> sync(side, "first", true));
        step("heartbeat", ApiKeys.HEARTBEAT, 4, side -> heartbeat(side, "first", 0));
        step("heartbeat of tomorrow", ApiKeys.HEARTBEAT, 4, side -> heartbeat(side, "first", 1));
        step("described", ApiKeys.DESCRIBE_GROUPS, 5, side -> new DescribeGroupsRequestData()
                .setGroups(List.of("steady")));
        step("deleted", ApiKeys.DELETE_GROUPS, 2, side -> new DeleteGroupsRequestData()
                .setGroupsNames(List.of("steady")));
        deleted("of a group with members", "steady", "grouped", 0);
        joined("second");
        step("old heartbeat", ApiKeys.HEARTBEAT, 4, side -> heartbeat(side, "first", 0));
        step("new heartbeat", ApiKeys.HEARTBEAT, 4, side -> heartbeat(side, "second", 0));
        step("new sync", ApiKeys.SYNC_GROUP, 5, side -> sync(side, "second", false));
        for (String member : List.of("first", "second")) {
            step("commit of " + member, ApiKeys.OFFSET_COMMIT, 8, side -> commit(
                            "steady", side.noted("generation"), side.noted(member), "grouped", 0, 1, "")
                    .setGroupInstanceId("i"));
        }
        step("commit of nobody", ApiKeys.OFFSET_COMMIT, 8, side -> commit("steady", -1, "", "grouped", 0, 1, ""));
        step("leaves", ApiKeys.LEAVE_GROUP, 5, side -> new LeaveGroupRequestData()
                .setGroupId("steady")
                .setMembers(List.of(
                        new MemberIdentity().setMemberId("").setGroupInstanceId("other"),
                        new MemberIdentity().setMemberId(side.noted("first")).setGroupInstanceId("i"),
                        new MemberIdentity().setMemberId("").setGroupInstanceId("i"))));
    }

    private void strangers() {
        for (String group : List.of("unheard", "")) {
            peers.ask("of " + group, ApiKeys.HEARTBEAT, 0, 4, side -> new HeartbeatRequestData()
                    .setGroupId(group)
                    .setMemberId("m")
                    .setGenerationId(1));
            peers.ask("of " + group, ApiKeys.SYNC_GROUP, 0, 4, side -> new SyncGroupRequestData()
                    .setGroupId(group)
                    .setMemberId("m")
                    .setGenerationId(1));
            peers.ask("of " + group, ApiKeys.SYNC_GROUP, 5, 5, side -> new SyncGroupRequestData()
                    .setGroupId(group)
                    .setMemberId("m")
                    .setGenerationId(1)
                    .setProtocolType("consumer")
                    .setProtocolName("range"));
            peers.ask("without type of " + group, ApiKeys.SYNC_GROUP, 5, 5, side -> new SyncGroupRequestData()
                    .setGroupId(group)
                    .setMemberId("m")
                    .setGenerationId(1));
            peers.ask("one of " + group, ApiKeys.LEAVE_GROUP, 0, 2, side -> new LeaveGroupRequestData()
                    .setGroupId(group)
                    .setMemberId("m"));
            peers.ask("some of " + group, ApiKeys.LEAVE_GROUP, 3, 5, side -> new LeaveGroupRequestData()
                    .setGroupId(group)
                    .setMembers(List.of(new MemberIdentity().setMemberId("m"))));
            peers.ask("none of " + group, ApiKeys.LEAVE_GROUP, 3, 5, side -> new LeaveGroupRequestData()
                    .setGroupId(group)
                    .setMembers(List.of()));
        }
    }

    private static ConsumerGroupHeartbeatRequestData beat(String member, int epoch) {
        return new ConsumerGroupHeartbeatRequestData()
                .setGroupId("new")
                .setMemberId(member)
                .setMemberEpoch(epoch);
    }

    private static ConsumerGroupHeartbeatRequestData first(String member) {
        return beat(member, 0)
                .setRebalanceTimeoutMs(SESSION_MS)
                .setSubscribedTopicNames(List.of("grouped"))
                .setTopicPartitions(new ArrayList<>());
    }

    private void beaten(String question, ConsumerGroupHeartbeatRequestData request) {
        peers.ask(question, ApiKeys.CONSUMER_GROUP_HEARTBEAT, 0, 1, side -> {
            ConsumerGroupHeartbeatRequestData elsewhere = request.duplicate();
            return elsewhere.groupId().isEmpty() ? elsewhere : elsewhere.setGroupId("refused");
        });
    }

    private void consumerGroups() {
        beaten("empty group", first("m").setGroupId(""));
        beaten("no member", first(""));
        beaten("epoch -3", beat("m", -3));
        beaten("no rebalance timeout", first("m").setRebalanceTimeoutMs(-1));
        beaten("no topics", first("m").setSubscribedTopicNames(null));
        beaten("owns already", first("m").setTopicPartitions(null));
        beaten("unknown assignor", first("m").setServerAssignor("best"));
        beaten("empty instance", first("m").setInstanceId(""));
        beaten("empty rack", first("m").setRackId(""));
        beaten("unheard", beat("m", 5));
        beaten("leaves unheard", beat("m", -1));
        beaten("static leaves without name", beat("m", -2));
        peers.<ConsumerGroupHeartbeatResponseData>flow(
                "joins",
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                1,
                side -> first("member-1"),
                side -> answer -> side.note("epoch", answer.memberEpoch()));
        peers.flow("lives", ApiKeys.CONSUMER_GROUP_HEARTBEAT, 1, side -> beat("member-1", side.noted("epoch"))
                .setTopicPartitions(null));
        peers.flow(
                "too new",
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                1,
                side -> beat("member-1", side.<Integer>noted("epoch") + 5));
        peers.ask("described", ApiKeys.CONSUMER_GROUP_DESCRIBE, 0, 1, side -> new ConsumerGroupDescribeRequestData()
                .setGroupIds(List.of("new")));
        peers.ask("described", ApiKeys.DESCRIBE_GROUPS, 5, 6, side -> new DescribeGroupsRequestData()
                .setGroups(List.of("new")));
        committed("of the epoch after", commit("new", 99, "member-1", "grouped", 0, 1, ""));
        committed("of a stranger", commit("new", 1, "who", "grouped", 0, 1, ""));
        peers.flow("leaves", ApiKeys.CONSUMER_GROUP_HEARTBEAT, 1, side -> beat("member-1", -1));
        peers.flow("deleted", ApiKeys.DELETE_GROUPS, 2, side -> new DeleteGroupsRequestData()
                .setGroupsNames(List.of("new")));
    }
}
