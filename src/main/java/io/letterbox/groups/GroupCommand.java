package io.letterbox.groups;

import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.error.VerificationGuard;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import java.util.Set;
import java.util.SortedMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.protocol.Errors;

/**
 * What a coordinator of groups can be asked. The answers are Kafka's own; refusals are in their error codes. Topics are
 * named by name: doors translate ids.
 *
 * <p>Commands are data. The coordinator has one table that says which part of it handles each of them.
 *
 * @param <R> the answer
 */
public sealed interface GroupCommand<R> extends CoordinatorCommand<R> {
    /** How long a SyncGroup may wait for the leader's assignment, in milliseconds: Kafka's default for a rebalance. */
    long ASSIGNMENT_MS = 300_000;

    @Override
    default String topic() {
        return TopicName.CONSUMER_OFFSETS;
    }

    /** Joins a classic group (KIP-62, 345, 394, 559, 800, 814); answered when the rebalance is over. */
    record JoinGroup(Caller caller, JoinGroupRequestData data) implements GroupCommand<JoinGroupResponseData> {
        @Override
        public String key() {
            return data.groupId();
        }

        @Override
        public long deadlineMs() {
            return Math.max(0, data.rebalanceTimeoutMs()) + ANSWER_MS;
        }
    }

    /** Brings the leader's assignment, and asks for one's own; answered when the leader has brought it. */
    record SyncGroup(Caller caller, SyncGroupRequestData data) implements GroupCommand<SyncGroupResponseData> {
        @Override
        public String key() {
            return data.groupId();
        }

        @Override
        public long deadlineMs() {
            return ASSIGNMENT_MS + ANSWER_MS;
        }
    }

    /** Prolongs a session of a classic group. */
    record ClassicHeartbeat(Caller caller, HeartbeatRequestData data) implements GroupCommand<HeartbeatResponseData> {
        @Override
        public String key() {
            return data.groupId();
        }
    }

    /** Takes members out of a group, of either kind. */
    record LeaveGroup(Caller caller, LeaveGroupRequestData data) implements GroupCommand<LeaveGroupResponseData> {
        @Override
        public String key() {
            return data.groupId();
        }
    }

    /**
     * Joins a consumer group, stays in it, acknowledges revocations, leaves it (KIP-848, ConsumerGroupHeartbeat);
     * answered at once.
     */
    record ConsumerGroupHeartbeat(Caller caller, ConsumerGroupHeartbeatRequestData data)
            implements GroupCommand<ConsumerGroupHeartbeatResponseData> {
        @Override
        public String key() {
            return data.groupId();
        }
    }

    /** Describes a consumer group (ConsumerGroupDescribe); GROUP_ID_NOT_FOUND for any other. */
    record DescribeConsumerGroup(String groupId)
            implements GroupCommand<ConsumerGroupDescribeResponseData.DescribedGroup> {
        @Override
        public String key() {
            return groupId;
        }
    }

    /** Commits offsets of topics that exist; the topic's id is set where it is known. */
    record CommitOffsets(Caller caller, OffsetCommitRequestData data)
            implements GroupCommand<OffsetCommitResponseData> {
        @Override
        public String key() {
            return data.groupId();
        }
    }

    /**
     * Commits offsets as part of a transaction: pending until its marker comes (KIP-98, 447). Fails with an
     * {@link io.letterbox.error.UnverifiedTransactionException} where the group's partition does not know the
     * transaction.
     *
     * @param guard what that exception carried, once the coordinator of the transaction has confirmed it; else null
     */
    record CommitTransactionOffsets(Caller caller, TxnOffsetCommitRequestData data, VerificationGuard guard)
            implements GroupCommand<TxnOffsetCommitResponseData> {
        @Override
        public String key() {
            return data.groupId();
        }
    }

    /**
     * Fetches the offsets of one group.
     *
     * @param requireStable whether offsets of undecided transactions are answered with UNSTABLE_OFFSET_COMMIT (KIP-447)
     */
    record FetchOffsets(OffsetFetchRequestGroup data, boolean requireStable)
            implements GroupCommand<OffsetFetchResponseGroup> {
        @Override
        public String key() {
            return data.groupId();
        }
    }

    /** Deletes offsets of topics that no member reads (KIP-496). */
    record DeleteOffsets(OffsetDeleteRequestData data) implements GroupCommand<OffsetDeleteResponseData> {
        @Override
        public String key() {
            return data.groupId();
        }
    }

    /** Deletes a group without members, and its offsets (KIP-229). */
    record DeleteGroup(String groupId) implements GroupCommand<DeletableGroupResult> {
        @Override
        public String key() {
            return groupId;
        }
    }

    /** Describes a classic group; others are dead there. */
    record DescribeGroup(Caller caller, String groupId) implements GroupCommand<DescribedGroup> {
        @Override
        public String key() {
            return groupId;
        }
    }

    /**
     * Lists the groups of a coordinator in order of their ids, those that have nothing but offsets, too, in pages.
     *
     * @param states in any case; empty: all
     * @param types in any case; empty: all
     * @param after the id of the last group of the page before; null: from the first
     * @param limit of how many groups it is asked whether they pass, 1 or more
     */
    record ListGroups(Set<String> states, Set<String> types, String after, int limit)
            implements GroupCommand<ListedGroups> {
        @Override
        public String key() {
            return "";
        }
    }

    /** Shows a group of either kind, with members and offsets; null if there is none. */
    record ViewGroup(String groupId) implements GroupCommand<GroupView> {
        @Override
        public String key() {
            return groupId;
        }
    }

    /**
     * Shows groups of a coordinator, in order of their ids: there may be very many, so they are asked for in pages.
     *
     * @param after the id of the last group that was shown; null: from the first
     * @param search what ids have to contain, in any case; empty: anything
     * @param limit how many at the most, 1 or more
     */
    record ViewGroups(String after, String search, int limit) implements GroupCommand<GroupPage> {
        @Override
        public String key() {
            return "";
        }
    }

    /** Counts the groups of a coordinator. */
    record CountGroups() implements GroupCommand<Integer> {
        @Override
        public String key() {
            return "";
        }
    }

    /**
     * Sets offsets by hand. Answers NON_EMPTY_GROUP while there are members and none is named, UNKNOWN_MEMBER_ID where
     * the one that is named is none, ILLEGAL_GENERATION where it does not read all of the partitions.
     *
     * @param memberId the member whose partitions they are, or null
     * @param offsets where to, by partition
     */
    record SetOffsets(String groupId, String memberId, SortedMap<TopicPartition, TargetOffset> offsets)
            implements GroupCommand<Errors> {
        /**
         * Where to.
         *
         * @param offset the offset of the next record, 0 or more
         * @param metadata words to go with it; never null
         * @param topicId the topic's incarnation
         */
        public record TargetOffset(long offset, String metadata, Uuid topicId) {}

        @Override
        public String key() {
            return groupId;
        }
    }

    /** The cluster's metadata have changed, or are handed over for the first time. */
    record ImageChanged(ClusterImage image) implements GroupCommand<Void> {
        @Override
        public String key() {
            return "";
        }
    }

    /**
     * The process of a node has ended, as far as another node can tell, and with it the streams that it served. One
     * that goes on all the same joins again.
     *
     * @param node its id
     */
    record NodeEnded(int node) implements GroupCommand<Void> {
        @Override
        public String key() {
            return "";
        }
    }
}
