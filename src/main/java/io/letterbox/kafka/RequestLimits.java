package io.letterbox.kafka;

import io.letterbox.config.LetterboxConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * The limits on what one request may name. No client names a partition twice, or many that do not exist, so the
 * server's own limits ({@code limits.topics}, {@code limits.partitions}) suffice for everything that names topics.
 * Immutable.
 */
final class RequestLimits {
    /**
     * Topics or partitions that a request may name beyond the server's limits: some have been deleted, or do not exist
     * yet.
     */
    static final int SPARE = 1_000;

    /** Keys of one FindCoordinator; groups or transactional ids that are described or deleted at once. */
    static final int KEYS = 10_000;

    /** Changes of topics and settings in one request; each is an entry of the metadata log, which takes some time. */
    static final int CHANGES = 1_000;

    /** Assignors of a group member, states by which a list is filtered. */
    static final int PROTOCOLS = 100;

    /** Members that leave a group, or get their assignments, at once; more if groups may be larger. */
    static final int MEMBERS = 10_000;

    private final Map<ApiKeys, List<Rule<?, ?>>> rules = new EnumMap<>(ApiKeys.class);
    private final int topics;
    private final int partitions;
    private final int members;

    RequestLimits(LetterboxConfig config) {
        topics = config.limits().topics() + SPARE;
        // In requests that name partitions by topic, the topics count, too.
        partitions = config.limits().topics() + config.limits().partitions() + SPARE;
        members = Math.max(MEMBERS, config.groups().maxMembers());
        limitReaders();
        limitWriters();
        limitAdmin();
        limitGroups();
        limitOffsets();
        limitTransactions();
        SwitchedOffLimits.add(this);
    }

    /**
     * The limit on one list of a request.
     *
     * @param things what its elements are called, or those of the lists within them
     * @param most the most elements, together with those within them
     * @param outer the list; may return null
     * @param inner the elements of an element; null if they do not count
     */
    private record Rule<T extends ApiMessage, E>(
            Class<T> type,
            String things,
            int most,
            Function<T, ? extends Collection<E>> outer,
            Function<E, ? extends Collection<?>> inner) {
        long count(ApiMessage body) {
            Collection<E> elements = outer.apply(type.cast(body));
            if (elements == null) return 0;
            long count = elements.size();
            if (inner != null) for (E element : elements) count += size(inner.apply(element));
            return count;
        }

        /** Keeps only the first of everything, so that the refusal is as short as it can be. */
        void shorten(ApiMessage body) {
            Collection<E> elements = outer.apply(type.cast(body));
            if (elements == null) return;
            keepFirst(elements);
            if (inner != null) for (E element : elements) keepFirst(inner.apply(element));
        }
    }

    private static int size(Collection<?> elements) {
        return elements == null ? 0 : elements.size();
    }

    private static void keepFirst(Collection<?> elements) {
        if (elements == null || elements.size() < 2) return;
        if (elements instanceof List<?> list) {
            list.subList(1, list.size()).clear();
            return;
        }
        Iterator<?> each = elements.iterator();
        each.next();
        while (each.hasNext()) {
            each.next();
            each.remove();
        }
    }

    /** The lists of one kind of request; what is called on it limits one of them. */
    <T extends ApiMessage> RequestLists<T> on(ApiKeys api, Class<T> type) {
        return new RequestLists<>(rules.computeIfAbsent(api, key -> new ArrayList<>()), type);
    }

    /** Where the limits of one kind of request are collected. */
    record RequestLists<T extends ApiMessage>(List<Rule<?, ?>> rules, Class<T> type) {
        /** Limits the elements of a list; {@code things} is what a refusal calls them. */
        void list(String things, int most, Function<T, ? extends Collection<?>> list) {
            Function<T, Collection<Object>> elements = body -> {
                @SuppressWarnings("unchecked") // They are counted only.
                Collection<Object> all = (Collection<Object>) list.apply(body);
                return all;
            };
            nested(things, most, elements, null);
        }

        /** Limits the elements of a list together with those of the lists within them. */
        <E> void nested(
                String things,
                int most,
                Function<T, ? extends Collection<E>> outer,
                Function<E, ? extends Collection<?>> inner) {
            rules.add(new Rule<>(type, things, most, outer, inner));
        }
    }

    private void limitReaders() {
        on(ApiKeys.FETCH, FetchRequestData.class)
                .nested("partitions", partitions, FetchRequestData::topics, FetchRequestData.FetchTopic::partitions);
        on(ApiKeys.FETCH, FetchRequestData.class)
                .nested(
                        "partitions",
                        partitions,
                        FetchRequestData::forgottenTopicsData,
                        FetchRequestData.ForgottenTopic::partitions);
        on(ApiKeys.LIST_OFFSETS, ListOffsetsRequestData.class)
                .nested(
                        "partitions",
                        partitions,
                        ListOffsetsRequestData::topics,
                        ListOffsetsRequestData.ListOffsetsTopic::partitions);
        on(ApiKeys.OFFSET_FOR_LEADER_EPOCH, OffsetForLeaderEpochRequestData.class)
                .nested(
                        "partitions",
                        partitions,
                        OffsetForLeaderEpochRequestData::topics,
                        OffsetForLeaderEpochRequestData.OffsetForLeaderTopic::partitions);
        on(ApiKeys.DESCRIBE_LOG_DIRS, DescribeLogDirsRequestData.class)
                .nested(
                        "partitions",
                        partitions,
                        DescribeLogDirsRequestData::topics,
                        DescribeLogDirsRequestData.DescribableLogDirTopic::partitions);
        on(ApiKeys.METADATA, MetadataRequestData.class).list("topics", topics, MetadataRequestData::topics);
        on(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, DescribeTopicPartitionsRequestData.class)
                .list("topics", topics, DescribeTopicPartitionsRequestData::topics);
    }

    private void limitWriters() {
        on(ApiKeys.PRODUCE, ProduceRequestData.class)
                .nested(
                        "partitions",
                        partitions,
                        ProduceRequestData::topicData,
                        ProduceRequestData.TopicProduceData::partitionData);
        on(ApiKeys.DELETE_RECORDS, DeleteRecordsRequestData.class)
                .nested(
                        "partitions",
                        partitions,
                        DeleteRecordsRequestData::topics,
                        DeleteRecordsRequestData.DeleteRecordsTopic::partitions);
        on(ApiKeys.DESCRIBE_PRODUCERS, DescribeProducersRequestData.class)
                .nested(
                        "partitions",
                        partitions,
                        DescribeProducersRequestData::topics,
                        DescribeProducersRequestData.TopicRequest::partitionIndexes);
        on(ApiKeys.WRITE_TXN_MARKERS, WriteTxnMarkersRequestData.class)
                .nested(
                        "markers and topics",
                        KEYS + topics,
                        WriteTxnMarkersRequestData::markers,
                        WriteTxnMarkersRequestData.WritableTxnMarker::topics);
        on(ApiKeys.WRITE_TXN_MARKERS, WriteTxnMarkersRequestData.class)
                .nested(
                        "partitions",
                        partitions,
                        data -> data.markers().stream()
                                .flatMap(marker -> marker.topics().stream())
                                .toList(),
                        WriteTxnMarkersRequestData.WritableTxnMarkerTopic::partitionIndexes);
    }

    private void limitAdmin() {
        on(ApiKeys.ELECT_LEADERS, ElectLeadersRequestData.class)
                .nested(
                        "partitions",
                        partitions,
                        ElectLeadersRequestData::topicPartitions,
                        ElectLeadersRequestData.TopicPartitions::partitions);
        on(ApiKeys.CREATE_TOPICS, CreateTopicsRequestData.class)
                .nested(
                        "partitions",
                        partitions,
                        CreateTopicsRequestData::topics,
                        CreateTopicsRequestData.CreatableTopic::assignments);
        on(ApiKeys.CREATE_TOPICS, CreateTopicsRequestData.class)
                .list("topics", CHANGES, CreateTopicsRequestData::topics);
        on(ApiKeys.CREATE_PARTITIONS, CreatePartitionsRequestData.class)
                .list("topics", CHANGES, CreatePartitionsRequestData::topics);
        on(ApiKeys.DELETE_TOPICS, DeleteTopicsRequestData.class)
                .list("topics", CHANGES, DeleteTopicsRequestData::topics);
        on(ApiKeys.DELETE_TOPICS, DeleteTopicsRequestData.class)
                .list("topics", CHANGES, DeleteTopicsRequestData::topicNames);
        on(ApiKeys.ALTER_CONFIGS, AlterConfigsRequestData.class)
                .list("resources", CHANGES, AlterConfigsRequestData::resources);
        on(ApiKeys.INCREMENTAL_ALTER_CONFIGS, IncrementalAlterConfigsRequestData.class)
                .list("resources", CHANGES, IncrementalAlterConfigsRequestData::resources);
        on(ApiKeys.DESCRIBE_CONFIGS, DescribeConfigsRequestData.class)
                .list("resources", topics, DescribeConfigsRequestData::resources);
    }

    private void limitGroups() {
        on(ApiKeys.FIND_COORDINATOR, FindCoordinatorRequestData.class)
                .list("keys", KEYS, FindCoordinatorRequestData::coordinatorKeys);
        on(ApiKeys.DESCRIBE_GROUPS, DescribeGroupsRequestData.class)
                .list("groups", KEYS, DescribeGroupsRequestData::groups);
        on(ApiKeys.DELETE_GROUPS, DeleteGroupsRequestData.class)
                .list("groups", KEYS, DeleteGroupsRequestData::groupsNames);
        on(ApiKeys.CONSUMER_GROUP_DESCRIBE, ConsumerGroupDescribeRequestData.class)
                .list("groups", KEYS, ConsumerGroupDescribeRequestData::groupIds);
        on(ApiKeys.LIST_GROUPS, ListGroupsRequestData.class)
                .list("states", PROTOCOLS, ListGroupsRequestData::statesFilter);
        on(ApiKeys.LIST_GROUPS, ListGroupsRequestData.class)
                .list("types", PROTOCOLS, ListGroupsRequestData::typesFilter);
        on(ApiKeys.JOIN_GROUP, JoinGroupRequestData.class)
                .list("protocols", PROTOCOLS, JoinGroupRequestData::protocols);
        on(ApiKeys.SYNC_GROUP, SyncGroupRequestData.class).list("members", members, SyncGroupRequestData::assignments);
        on(ApiKeys.LEAVE_GROUP, LeaveGroupRequestData.class).list("members", members, LeaveGroupRequestData::members);
        on(ApiKeys.CONSUMER_GROUP_HEARTBEAT, ConsumerGroupHeartbeatRequestData.class)
                .list("topics", topics, ConsumerGroupHeartbeatRequestData::subscribedTopicNames);
        on(ApiKeys.CONSUMER_GROUP_HEARTBEAT, ConsumerGroupHeartbeatRequestData.class)
                .nested(
                        "partitions",
                        partitions,
                        ConsumerGroupHeartbeatRequestData::topicPartitions,
                        ConsumerGroupHeartbeatRequestData.TopicPartitions::partitions);
    }

    private void limitOffsets() {
        on(ApiKeys.OFFSET_COMMIT, OffsetCommitRequestData.class)
                .nested(
                        "partitions",
                        partitions,
                        OffsetCommitRequestData::topics,
                        OffsetCommitRequestData.OffsetCommitRequestTopic::partitions);
        on(ApiKeys.TXN_OFFSET_COMMIT, TxnOffsetCommitRequestData.class)
                .nested(
                        "partitions",
                        partitions,
                        TxnOffsetCommitRequestData::topics,
                        TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic::partitions);
        on(ApiKeys.OFFSET_FETCH, OffsetFetchRequestData.class)
                .nested(
                        "partitions",
                        partitions,
                        OffsetFetchRequestData::topics,
                        OffsetFetchRequestData.OffsetFetchRequestTopic::partitionIndexes);
        on(ApiKeys.OFFSET_DELETE, OffsetDeleteRequestData.class)
                .nested(
                        "partitions",
                        partitions,
                        OffsetDeleteRequestData::topics,
                        OffsetDeleteRequestData.OffsetDeleteRequestTopic::partitions);
        on(ApiKeys.OFFSET_FETCH, OffsetFetchRequestData.class)
                .nested(
                        "groups and topics",
                        KEYS + topics,
                        OffsetFetchRequestData::groups,
                        OffsetFetchRequestData.OffsetFetchRequestGroup::topics);
        on(ApiKeys.OFFSET_FETCH, OffsetFetchRequestData.class)
                .nested(
                        "partitions",
                        KEYS + partitions,
                        data -> data.groups().stream()
                                .filter(group -> group.topics() != null)
                                .flatMap(group -> group.topics().stream())
                                .toList(),
                        OffsetFetchRequestData.OffsetFetchRequestTopics::partitionIndexes);
    }

    private void limitTransactions() {
        on(ApiKeys.ADD_PARTITIONS_TO_TXN, AddPartitionsToTxnRequestData.class)
                .nested(
                        "partitions",
                        partitions,
                        AddPartitionsToTxnRequestData::v3AndBelowTopics,
                        AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic::partitions);
        on(ApiKeys.DESCRIBE_TRANSACTIONS, DescribeTransactionsRequestData.class)
                .list("transactional ids", KEYS, DescribeTransactionsRequestData::transactionalIds);
        on(ApiKeys.LIST_TRANSACTIONS, ListTransactionsRequestData.class)
                .list("states", PROTOCOLS, ListTransactionsRequestData::stateFilters);
        on(ApiKeys.LIST_TRANSACTIONS, ListTransactionsRequestData.class)
                .list("producers", KEYS, ListTransactionsRequestData::producerIdFilters);
        on(ApiKeys.ADD_PARTITIONS_TO_TXN, AddPartitionsToTxnRequestData.class)
                .nested(
                        "transactions and topics",
                        KEYS + topics,
                        AddPartitionsToTxnRequestData::transactions,
                        AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction::topics);
        on(ApiKeys.ADD_PARTITIONS_TO_TXN, AddPartitionsToTxnRequestData.class)
                .nested(
                        "partitions",
                        partitions,
                        data -> data.transactions().stream()
                                .flatMap(transaction -> transaction.topics().stream())
                                .toList(),
                        AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic::partitions);
    }

    /** Whether requests of an API may have long lists; clients send short lists for all others. */
    boolean knows(ApiKeys api) {
        return rules.containsKey(api);
    }

    /**
     * Checks whether a request names too much; if so, it is shortened, and good only for a refusal.
     *
     * @return null if it is within the limits, else the reason, in a whole sentence
     */
    String refuse(ApiKeys api, ApiMessage body) {
        for (Rule<?, ?> rule : rules.getOrDefault(api, List.of())) {
            long count = rule.count(body);
            if (count <= rule.most()) continue;
            for (Rule<?, ?> each : rules.get(api)) each.shorten(body);
            return "The request names " + count + " " + rule.things() + "; one can name " + rule.most() + ".";
        }
        return null;
    }
}
