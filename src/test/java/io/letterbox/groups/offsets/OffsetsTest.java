package io.letterbox.groups.offsets;

import static io.letterbox.groups.TestGroups.SETTINGS;
import static io.letterbox.groups.TestGroups.caller;
import static io.letterbox.groups.TestGroups.commitCommand;
import static io.letterbox.groups.TestGroups.joiner;
import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.groups.Caller;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.GroupPage;
import io.letterbox.groups.GroupView;
import io.letterbox.groups.ListedGroups;
import io.letterbox.groups.TestGroups;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Tests offsets: committed, fetched, pending, deleted, expired. */
class OffsetsTest {
    private static final String G = "g";
    private static final long RETENTION_MS = SETTINGS.offsetsRetentionMs();

    private final TestGroups groups = new TestGroups();

    private OffsetFetchResponsePartitions fetched(boolean stable, int partition) {
        return groups.ask(new GroupCommand.FetchOffsets(
                        new OffsetFetchRequestGroup()
                                .setGroupId(G)
                                .setTopics(List.of(new OffsetFetchRequestTopics()
                                        .setName("topic")
                                        .setPartitionIndexes(List.of(partition)))),
                        stable))
                .get()
                .topics()
                .get(0)
                .partitions()
                .get(0);
    }

    private Errors commitInTransaction(long producerId, long offset) {
        var answer = groups.ask(new GroupCommand.CommitTransactionOffsets(
                        caller(),
                        new TxnOffsetCommitRequestData()
                                .setGroupId(G)
                                .setTransactionalId("t")
                                .setProducerId(producerId)
                                .setProducerEpoch((short) 0)
                                .setTopics(List.of(new TxnOffsetCommitRequestTopic()
                                        .setName("topic")
                                        .setPartitions(List.of(new TxnOffsetCommitRequestPartition()
                                                .setPartitionIndex(0)
                                                .setCommittedOffset(offset))))),
                        null))
                .get();
        return Errors.forCode(answer.topics().get(0).partitions().get(0).errorCode());
    }

    private OffsetDeleteResponseData deleteOffset(String topic) {
        OffsetDeleteRequestTopic asked = new OffsetDeleteRequestTopic()
                .setName(topic)
                .setPartitions(List.of(new OffsetDeleteRequestPartition().setPartitionIndex(0)));
        OffsetDeleteRequestTopicCollection topics = new OffsetDeleteRequestTopicCollection();
        topics.add(asked);
        return groups.ask(new GroupCommand.DeleteOffsets(
                        new OffsetDeleteRequestData().setGroupId(G).setTopics(topics)))
                .get();
    }

    private Errors deleteGroup(String group) {
        return Errors.forCode(
                groups.ask(new GroupCommand.DeleteGroup(group)).get().errorCode());
    }

    private void follow(TopicImage... topics) {
        TreeMap<String, TopicImage> byName = new TreeMap<>();
        for (TopicImage topic : topics) byName.put(topic.name(), topic);
        groups.ask(new GroupCommand.ImageChanged(new ClusterImage(1, "cluster", Map.of(), byName)))
                .get();
    }

    private static TopicImage topic(UUID id, int partitions) {
        PartitionImage partition = new PartitionImage(0, 1, 0, List.of(1), List.of(1));
        return new TopicImage(
                "topic", id, java.util.Collections.nCopies(partitions, partition), new TopicConfig(Map.of()));
    }

    @Test
    void remembersWhatASimpleConsumerCommits() {
        assertThat(groups.commit(G, "", -1, 7)).isEqualTo(Errors.NONE);
        assertThat(groups.offset(G)).isEqualTo(7);
        groups.restart();
        assertThat(fetched(false, 0).committedOffset()).isEqualTo(7);
        assertThat(fetched(false, 0).metadata()).isEqualTo("words");
        assertThat(fetched(false, 1).committedOffset()).isEqualTo(-1);
        assertThat(groups.list()).singleElement().satisfies(listed -> {
            assertThat(listed.groupState()).isEqualTo("Empty");
            assertThat(listed.protocolType()).isEmpty();
            assertThat(listed.groupType()).isEqualTo("classic");
        });
    }

    @Test
    void takesCommitsFromMembersOfTheGenerationOnly() {
        assertThat(groups.commit(G, "somebody", 1, 5)).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
        String member = groups.stable(G, 1).get(0);
        assertThat(groups.commit(G, member, 1, 5)).isEqualTo(Errors.NONE);
        assertThat(groups.commit(G, member, 0, 6)).isEqualTo(Errors.ILLEGAL_GENERATION);
        assertThat(groups.commit(G, member, 2, 6)).isEqualTo(Errors.ILLEGAL_GENERATION);
        assertThat(groups.commit(G, "somebody", 1, 6)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(groups.commit(G, "", -1, 6)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(groups.offset(G)).isEqualTo(5);
        groups.joinNew(joiner(G));
        assertThat(groups.commit(G, member, 1, 7)).as("before it rejoins").isEqualTo(Errors.NONE);
        groups.join(joiner(G).as(member)).get();
        assertThat(groups.commit(G, member, 2, 8)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        assertThat(groups.offset(G)).isEqualTo(7);
    }

    @Test
    void oldClientsOfADeletedGroupGetIllegalGeneration() {
        var command = new GroupCommand.CommitOffsets(
                new Caller("", "/", (short) 8), commitCommand(G, "m", 3, 1).data());
        var answer = groups.ask(command).get();
        assertThat(answer.topics().get(0).partitions().get(0).errorCode()).isEqualTo(Errors.ILLEGAL_GENERATION.code());
    }

    @Test
    void limitsTheMetadataOfOffsets() {
        OffsetCommitRequestPartition fits = new OffsetCommitRequestPartition()
                .setPartitionIndex(0)
                .setCommittedMetadata("x".repeat(OffsetCommitHandler.MAX_METADATA_CHARS));
        OffsetCommitRequestPartition tooLong = new OffsetCommitRequestPartition()
                .setPartitionIndex(1)
                .setCommittedMetadata("x".repeat(OffsetCommitHandler.MAX_METADATA_CHARS + 1));
        var answer = groups.ask(new GroupCommand.CommitOffsets(
                        caller(),
                        new OffsetCommitRequestData()
                                .setGroupId(G)
                                .setTopics(List.of(new OffsetCommitRequestTopic()
                                        .setName("topic")
                                        .setPartitions(List.of(fits, tooLong))))))
                .get();
        assertThat(answer.topics().get(0).partitions())
                .extracting(partition -> Errors.forCode(partition.errorCode()))
                .containsExactly(Errors.NONE, Errors.OFFSET_METADATA_TOO_LARGE);
        assertThat(fetched(false, 0).metadata()).hasSize(OffsetCommitHandler.MAX_METADATA_CHARS);
        assertThat(fetched(false, 1).committedOffset()).isEqualTo(-1);
    }

    @Test
    void keepsTheLeaderEpochAndTheTopicsId() {
        Uuid id = new Uuid(1, 2);
        OffsetCommitRequestPartition partition = new OffsetCommitRequestPartition()
                .setPartitionIndex(0)
                .setCommittedOffset(9)
                .setCommittedLeaderEpoch(4);
        groups.ask(new GroupCommand.CommitOffsets(
                        caller(),
                        new OffsetCommitRequestData()
                                .setGroupId(G)
                                .setTopics(List.of(new OffsetCommitRequestTopic()
                                        .setName("topic")
                                        .setTopicId(id)
                                        .setPartitions(List.of(partition))))))
                .get();
        groups.restart();
        assertThat(fetched(false, 0).committedLeaderEpoch()).isEqualTo(4);
        follow(topic(new UUID(1, 2), 1));
        assertThat(groups.offset(G)).isEqualTo(9);
        follow(topic(new UUID(3, 4), 1));
        assertThat(groups.offset(G)).as("another topic of the same name").isEqualTo(-1);
    }

    @Test
    void countsOffsetsOfATransactionWhenItIsCommitted() {
        groups.commit(G, "", -1, 1);
        assertThat(commitInTransaction(9, 5)).isEqualTo(Errors.NONE);
        for (int restart = 0; restart < 2; restart++) {
            assertThat(fetched(false, 0).committedOffset()).isEqualTo(1);
            assertThat(fetched(true, 0).errorCode()).isEqualTo(Errors.UNSTABLE_OFFSET_COMMIT.code());
            assertThat(fetched(true, 1).errorCode()).isEqualTo(Errors.NONE.code());
            groups.restart();
        }
        groups.marker(9, true);
        assertThat(fetched(true, 0).committedOffset()).isEqualTo(5);
        groups.restart();
        assertThat(fetched(true, 0).committedOffset()).isEqualTo(5);
    }

    @Test
    void forgetsOffsetsOfAnAbortedTransaction() {
        groups.commit(G, "", -1, 1);
        commitInTransaction(9, 5);
        groups.marker(9, false);
        assertThat(fetched(true, 0).committedOffset()).isEqualTo(1);
        groups.restart();
        assertThat(fetched(true, 0).committedOffset()).isEqualTo(1);
    }

    @Test
    void letsTheLaterRecordWinNotTheLaterMarker() {
        commitInTransaction(9, 5);
        groups.commit(G, "", -1, 8);
        groups.marker(9, true);
        assertThat(groups.offset(G)).isEqualTo(8);
    }

    @Test
    void letsOldClientsCommitInTransactionsWhateverTheGroupDoes() {
        groups.stable(G, 1);
        assertThat(commitInTransaction(9, 5)).isEqualTo(Errors.NONE);
    }

    @Test
    void deletesOffsetsThatNobodyReads() {
        groups.commit(G, "", -1, 1);
        assertThat(deleteOffset("other")
                        .topics()
                        .find("other")
                        .partitions()
                        .find(0)
                        .errorCode())
                .isEqualTo(Errors.NONE.code());
        assertThat(groups.offset(G)).isEqualTo(1);
        deleteOffset("topic");
        assertThat(groups.offset(G)).isEqualTo(-1);
        groups.restart();
        assertThat(groups.offset(G)).isEqualTo(-1);
    }

    @Test
    void keepsOffsetsOfAGroupThatIsNotOfConsumersWhileItHasMembers() {
        groups.stable(G, 1);
        assertThat(deleteOffset("topic").errorCode()).isEqualTo(Errors.NON_EMPTY_GROUP.code());
    }

    @Test
    void deletesAGroupWithItsOffsets() {
        assertThat(deleteGroup("nobody")).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
        assertThat(deleteGroup("")).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
        String member = groups.stable(G, 1).get(0);
        groups.commit(G, member, 1, 5);
        assertThat(deleteGroup(G)).isEqualTo(Errors.NON_EMPTY_GROUP);
        groups.leave(G, member);
        commitInTransaction(9, 6);
        assertThat(deleteGroup(G)).isEqualTo(Errors.NONE);
        groups.marker(9, true);
        for (int restart = 0; restart < 2; restart++) {
            assertThat(groups.offset(G)).isEqualTo(-1);
            assertThat(groups.list()).isEmpty();
            groups.restart();
        }
    }

    @Test
    void expiresOffsetsOfASimpleGroupByTheTimeOfTheirCommit() {
        groups.commit(G, "", -1, 1);
        groups.pass(RETENTION_MS - OffsetExpiration.INTERVAL_MS);
        assertThat(groups.offset(G)).isEqualTo(1);
        groups.pass(2 * OffsetExpiration.INTERVAL_MS);
        assertThat(groups.offset(G)).isEqualTo(-1);
        assertThat(groups.list()).isEmpty();
        groups.restart();
        assertThat(groups.list()).isEmpty();
    }

    @Test
    void expiresNothingByAWallClockInDoubt() {
        groups.commit(G, "", -1, 1);
        groups.clock.step(2 * RETENTION_MS);
        groups.wallConfirmed = false;
        groups.pass(2 * OffsetExpiration.INTERVAL_MS);
        assertThat(groups.offset(G)).isEqualTo(1);
        groups.wallConfirmed = true;
        groups.pass(OffsetExpiration.INTERVAL_MS);
        assertThat(groups.offset(G)).isEqualTo(-1);
    }

    @Test
    void expiresOffsetsOfAGroupFromWhenItsLastMemberLeft() {
        String member = groups.stable(G, 1).get(0);
        groups.commit(G, member, 1, 5);
        for (long passed = 0; passed < RETENTION_MS * 2; passed += 9000) {
            groups.pass(9000);
            groups.heartbeat(G, member, 1);
        }
        assertThat(groups.offset(G)).as("while it has members").isEqualTo(5);
        groups.leave(G, member);
        groups.pass(RETENTION_MS - OffsetExpiration.INTERVAL_MS);
        groups.restart();
        assertThat(groups.offset(G)).isEqualTo(5);
        groups.pass(2 * OffsetExpiration.INTERVAL_MS);
        assertThat(groups.offset(G)).isEqualTo(-1);
    }

    @Test
    void doesNotExpireWhatATransactionMayChange() {
        groups.commit(G, "", -1, 1);
        commitInTransaction(9, 6);
        groups.pass(RETENTION_MS * 2);
        assertThat(groups.offset(G)).isEqualTo(1);
        groups.marker(9, true);
        assertThat(groups.offset(G)).isEqualTo(6);
    }

    @Test
    void obeysARetentionThatTheCommitAsksFor() {
        OffsetCommitRequestData data = commitCommand(G, "", -1, 3).data().setRetentionTimeMs(1000);
        groups.ask(new GroupCommand.CommitOffsets(new Caller("", "/", (short) 3), data))
                .get();
        groups.restart();
        assertThat(groups.offset(G)).isEqualTo(3);
        assertThat(groups.effects).isEmpty();
        groups.pass(OffsetExpiration.INTERVAL_MS);
        assertThat(groups.offset(G)).isEqualTo(-1);
        assertThat(groups.effects).containsExactly(new OffsetsExpired(Map.of(G, 1), 0));
        groups.pass(OffsetExpiration.INTERVAL_MS);
        assertThat(groups.effects).hasSize(1);
    }

    @Test
    void forgetsTheOffsetsOfADeletedTopic() {
        groups.commit(G, "", -1, 1);
        commitInTransaction(9, 6);
        follow(topic(UUID.randomUUID(), 1));
        assertThat(groups.offset(G)).isEqualTo(1);
        follow();
        assertThat(groups.offset(G)).isEqualTo(-1);
        groups.marker(9, true);
        assertThat(groups.offset(G)).isEqualTo(-1);
        groups.restart();
        assertThat(groups.offset(G)).isEqualTo(-1);
    }

    @Test
    void deletesInBatchesThatTheLogTakes() {
        String group = "g".repeat(30_000);
        List<OffsetCommitRequestPartition> partitions = new ArrayList<>();
        for (int number = 0; number < 20; number++) {
            partitions.add(new OffsetCommitRequestPartition().setPartitionIndex(number));
        }
        groups.ask(new GroupCommand.CommitOffsets(
                        caller(),
                        new OffsetCommitRequestData()
                                .setGroupId(group)
                                .setTopics(List.of(new OffsetCommitRequestTopic()
                                        .setName("topic")
                                        .setPartitions(partitions)))))
                .get();
        int before = groups.batches;
        assertThat(deleteGroup(group)).isEqualTo(Errors.NONE);
        assertThat(groups.batches - before).isEqualTo(3);
        groups.restart();
        assertThat(groups.list()).isEmpty();
    }

    @Test
    void filtersListsByStateAndType() {
        groups.commit("simple", "", -1, 1);
        groups.stable("busy", 1);
        assertThat(groups.ask(new GroupCommand.ListGroups(Set.of("STABLE"), Set.of(), null, 10))
                        .get()
                        .groups())
                .extracting("groupId")
                .containsExactly("busy");
        assertThat(groups.ask(new GroupCommand.ListGroups(Set.of(), Set.of("Classic"), null, 10))
                        .get()
                        .groups())
                .extracting("groupId")
                .containsExactly("busy", "simple");
        assertThat(groups.ask(new GroupCommand.ListGroups(Set.of(), Set.of("consumer"), null, 10))
                        .get()
                        .groups())
                .isEmpty();
    }

    @Test
    void listsInPages() {
        for (int number = 10; number < 35; number++) groups.commit("g" + number, "", -1, 1);
        List<String> ids = new ArrayList<>();
        String after = null;
        int pages = 0;
        do {
            ListedGroups page = groups.ask(new GroupCommand.ListGroups(Set.of(), Set.of(), after, 10))
                    .get();
            page.groups().forEach(group -> ids.add(group.groupId()));
            after = page.last();
            pages++;
        } while (after != null);
        assertThat(pages).isEqualTo(3);
        assertThat(ids).hasSize(25).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void showsInPagesWhatASearchFinds() {
        for (int number = 10; number < 35; number++) groups.commit("Group" + number, "", -1, number);
        GroupPage all =
                groups.ask(new GroupCommand.ViewGroups("Group19", "", 5)).get();
        assertThat(all.groups())
                .extracting(GroupView::id)
                .containsExactly("Group20", "Group21", "Group22", "Group23", "Group24");
        assertThat(all.last()).isEqualTo("Group24");
        GroupPage found =
                groups.ask(new GroupCommand.ViewGroups(null, "group3", 50)).get();
        assertThat(found.groups()).hasSize(5);
        assertThat(found.last()).isNull();
        assertThat(groups.ask(new GroupCommand.CountGroups()).get()).isEqualTo(25);
        assertThat(groups.ask(new GroupCommand.ViewGroup("Group30")).get().offsets())
                .hasSize(1);
        assertThat(groups.ask(new GroupCommand.ViewGroup("nobody")).get()).isNull();
    }
}
