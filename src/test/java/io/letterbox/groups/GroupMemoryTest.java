package io.letterbox.groups;

import static io.letterbox.groups.TestGroups.joiner;
import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.groups.TestGroups.Answer;
import io.letterbox.memory.StatePart;
import io.letterbox.record.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Tests the memory limit of groups, and that a restart charges the same. */
class GroupMemoryTest {
    private static final int LIMIT_BYTES = 200_000;

    private final StatePart memory = memory(LIMIT_BYTES);
    private final TestGroups groups = new TestGroups(TestGroups.SETTINGS, memory);

    private static StatePart memory(long limitBytes) {
        return new StatePart("groups", "limits.groupBytes", limitBytes);
    }

    @Test
    void newGroupsAreRefusedWhereThereIsNoRoomAndOldOnesGoOn() {
        int made = 0;
        while (groups.commit("group" + made, "", -1, 1) == Errors.NONE)
            assertThat(++made).isLessThan(1000);
        assertThat(groups.commit("another", "", -1, 1)).isEqualTo(Errors.POLICY_VIOLATION);
        assertThat(made).isGreaterThan(100);
        assertThat(memory.usedBytes()).isBetween(LIMIT_BYTES * 8L / 10, (long) LIMIT_BYTES);
        assertThat(memory.refused()).isEqualTo(2);
        assertThat(groups.commit("group7", "", -1, 2)).isEqualTo(Errors.NONE);
        assertThat(groups.offset("group7")).isEqualTo(2);
        assertThat(groups.list()).hasSize(made);

        groups.ask(new GroupCommand.DeleteGroup("group7"));
        assertThat(groups.commit("another", "", -1, 1)).isEqualTo(Errors.NONE);
    }

    @Test
    void aRestartTakesWhatWasTakenBefore() {
        for (int number = 0; number < 20; number++) groups.commit("group" + number, "", -1, 1);
        groups.stable("busy", 3);
        long before = memory.usedBytes();
        groups.restart();
        assertThat(memory.usedBytes()).isEqualTo(before);
        assertThat(memory.dropped()).isZero();
        assertThat(groups.state("busy")).isEqualTo("Stable");
    }

    @Test
    void metadataOfMembersIsCharged() {
        String words = "range=" + "x".repeat(20_000);
        List<Answer<JoinGroupResponseData>> joins = new ArrayList<>();
        for (int number = 0; number < 20; number++) {
            joins.add(groups.join(joiner("group" + number).version(3).speaking(words)));
        }
        List<Answer<JoinGroupResponseData>> refused =
                joins.stream().filter(Answer::isThere).toList();
        assertThat(refused).hasSizeBetween(10, 14);
        assertThat(refused).allMatch(answer -> answer.get().errorCode() == Errors.GROUP_MAX_SIZE_REACHED.code());
        assertThat(memory.usedBytes()).isLessThanOrEqualTo(LIMIT_BYTES);
        // Refused joins have left nothing behind, and when the sessions of the others have ended there is room.
        assertThat(groups.list()).hasSize(20 - refused.size());
        groups.pass(400_000);
        assertThat(groups.join(joiner("later").version(3).speaking(words)).isThere())
                .isFalse();
    }

    @Test
    void promisedIdsAreCharged() {
        int asked = 0;
        JoinGroupResponseData answer;
        do {
            answer = groups.join(joiner("group" + asked++)).get();
        } while (answer.errorCode() == Errors.MEMBER_ID_REQUIRED.code() && asked < 1000);
        assertThat(answer.errorCode()).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED.code());
        assertThat(memory.usedBytes()).isBetween(LIMIT_BYTES * 8L / 10, (long) LIMIT_BYTES);
    }

    @Test
    void emptyGroupsMakeRoom() {
        int number = 0;
        while (memory.usedBytes() < LIMIT_BYTES * 7 / 8 - 5_000) {
            String group = "group" + number++;
            String member = groups.stable(group, 1).get(0);
            groups.leave(group, member);
        }
        assertThat(groups.list()).hasSize(number);
        for (int more = 0; more < 20; more++)
            assertThat(groups.commit("new" + more, "", -1, 1)).isEqualTo(Errors.NONE);
        assertThat(groups.list()).hasSize(20);
    }

    @Test
    void nothingIsTakenWhenEverythingIsGone() {
        List<String> members = groups.stable("busy", 3);
        groups.commit("busy", members.get(0), 1, 5);
        groups.joinNew(joiner("joining").speaking("range=abc", "sticky=def"));
        groups.join(joiner("static").named("one"));
        groups.join(joiner("promised"));
        groups.commit("simple", "", -1, 5);
        assertThat(memory.usedBytes()).isPositive();
        groups.pass(2_000_000);
        for (String group : List.of("busy", "joining", "static", "promised", "simple")) {
            groups.ask(new GroupCommand.DeleteGroup(group));
        }
        assertThat(groups.list()).isEmpty();
        assertThat(memory.usedBytes()).isZero();
    }

    @Test
    void whatDoesNotFitAnyMoreIsReadWithoutMembers() {
        for (int number = 0; number < 8; number++) groups.stable("group" + number, 5);
        groups.commit("simple", "", -1, 5);
        StatePart less = memory(25_000);
        groups.restart(less);
        assertThat(less.usedBytes()).isLessThanOrEqualTo(26_000);
        assertThat(less.dropped()).isGreaterThan(10);
        assertThat(groups.list()).hasSize(9);
        assertThat(groups.state("group0")).isEqualTo("Stable");
        assertThat(groups.state("group7")).isEqualTo("Empty");
        assertThat(groups.offset("simple")).isEqualTo(5);
        // The removal is in the log, so the next start has the same result.
        long before = less.usedBytes();
        groups.restart(memory(LIMIT_BYTES));
        assertThat(groups.state("group7")).isEqualTo("Empty");
        assertThat(before).isPositive();
    }

    @Test
    void offsetsOfTransactionsAreCountedUntilTheyAreDecided() {
        groups.commit("group", "", -1, 1);
        long before = memory.usedBytes();
        int producers = 0;
        while (commitInTransaction(producers, "group") == Errors.NONE)
            assertThat(++producers).isLessThan(1000);
        assertThat(commitInTransaction(producers, "group")).isEqualTo(Errors.POLICY_VIOLATION);
        assertThat(producers).isGreaterThan(100);
        for (int producer = 0; producer < producers; producer++) groups.marker(producer, producer % 2 == 0);
        assertThat(memory.usedBytes()).isEqualTo(before);
        groups.restart();
        assertThat(memory.usedBytes()).isEqualTo(before);
    }

    @Test
    void offsetsThatAreSetByHandAreCounted() {
        TreeMap<TopicPartition, GroupCommand.SetOffsets.TargetOffset> offsets = new TreeMap<>();
        for (int partition = 0; partition < 3000; partition++) {
            offsets.put(
                    new TopicPartition("topic", partition),
                    new GroupCommand.SetOffsets.TargetOffset(1, "", Uuid.ZERO_UUID));
        }
        GroupCommand.SetOffsets all = new GroupCommand.SetOffsets("group", null, offsets);
        assertThat(groups.ask(all).get()).isEqualTo(Errors.POLICY_VIOLATION);
        GroupCommand.SetOffsets some = new GroupCommand.SetOffsets(
                "group", null, new TreeMap<>(offsets.headMap(new TopicPartition("topic", 100))));
        assertThat(groups.ask(some).get()).isEqualTo(Errors.NONE);
    }

    private Errors commitInTransaction(long producerId, String group) {
        TxnOffsetCommitResponseData answer = groups.ask(new GroupCommand.CommitTransactionOffsets(
                        TestGroups.caller(),
                        new TxnOffsetCommitRequestData()
                                .setGroupId(group)
                                .setProducerId(producerId)
                                .setProducerEpoch((short) 0)
                                .setTopics(List.of(new TxnOffsetCommitRequestTopic()
                                        .setName("topic")
                                        .setPartitions(List.of(new TxnOffsetCommitRequestPartition()
                                                .setPartitionIndex(0)
                                                .setCommittedOffset(3)
                                                .setCommittedMetadata("words"))))),
                        null))
                .get();
        return Errors.forCode(answer.topics().get(0).partitions().get(0).errorCode());
    }
}
