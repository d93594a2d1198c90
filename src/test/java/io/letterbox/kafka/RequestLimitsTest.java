package io.letterbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.config.LetterboxConfig;
import io.letterbox.config.LimitsConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.types.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RequestLimitsTest {
    private static final int TOO_MANY = 50_000;
    private static final int SMALL_ANSWER_BYTES = 1_000;

    /** Lists that are answered with a constant, or are part of one change only. */
    private static final Set<String> WITHOUT_HARM = Set.of(
            "CREATE_TOPICS topics.assignments.broker_ids",
            "CREATE_TOPICS topics.configs",
            "CREATE_PARTITIONS topics.assignments",
            "CREATE_PARTITIONS topics.assignments.broker_ids",
            "ALTER_CONFIGS resources.configs",
            "INCREMENTAL_ALTER_CONFIGS resources.configs",
            "DESCRIBE_CONFIGS resources.configuration_keys",
            "LIST_CONFIG_RESOURCES resource_types",
            "LIST_PARTITION_REASSIGNMENTS topics",
            "LIST_PARTITION_REASSIGNMENTS topics.partition_indexes");

    private final RequestLimits limits = new RequestLimits(LetterboxConfig.defaults());

    @ParameterizedTest
    @EnumSource(
            value = ApiKeys.class,
            names = {
                "PRODUCE",
                "FETCH",
                "LIST_OFFSETS",
                "METADATA",
                "OFFSET_COMMIT",
                "OFFSET_FETCH",
                "FIND_COORDINATOR",
                "JOIN_GROUP",
                "SYNC_GROUP",
                "LEAVE_GROUP",
                "DESCRIBE_GROUPS",
                "LIST_GROUPS",
                "CREATE_TOPICS",
                "DELETE_TOPICS",
                "DELETE_RECORDS",
                "OFFSET_FOR_LEADER_EPOCH",
                "ADD_PARTITIONS_TO_TXN",
                "TXN_OFFSET_COMMIT",
                "WRITE_TXN_MARKERS",
                "DESCRIBE_CONFIGS",
                "ALTER_CONFIGS",
                "INCREMENTAL_ALTER_CONFIGS",
                "DESCRIBE_LOG_DIRS",
                "CREATE_PARTITIONS",
                "DELETE_GROUPS",
                "ELECT_LEADERS",
                "OFFSET_DELETE",
                "DESCRIBE_PRODUCERS",
                "DESCRIBE_TRANSACTIONS",
                "LIST_TRANSACTIONS",
                "CONSUMER_GROUP_HEARTBEAT",
                "CONSUMER_GROUP_DESCRIBE",
                "DESCRIBE_TOPIC_PARTITIONS",
                "LIST_CONFIG_RESOURCES",
                "LIST_PARTITION_REASSIGNMENTS"
            })
    void everyListHasALimitAndItsRefusalIsShort(ApiKeys api) {
        Schema[] versions = api.messageType.requestSchemas();
        List<String> unlimited = new ArrayList<>();
        for (short version = api.oldestVersion(); version <= api.latestVersion(true); version++) {
            for (LongLists.Place place : LongLists.places(versions[version])) {
                ApiMessage body = api.messageType.newRequest();
                body.read(new FrameReader(place.message(TOO_MANY, true)), version);
                String refusal = limits.refuse(api, body);
                if (refusal == null) {
                    unlimited.add(api + " " + place);
                    continue;
                }
                assertThat(refusal).contains(" " + TOO_MANY / 10_000).endsWith(".");
                ApiMessage answer = ErrorResponses.to(api, version, body, Errors.INVALID_REQUEST, refusal);
                if (answer == null) continue;
                assertThat(MessageUtil.toByteBufferAccessor(answer, version)
                                .buffer()
                                .remaining())
                        .as("answer to %s of %s", place, api)
                        .isLessThan(SMALL_ANSWER_BYTES);
            }
        }
        assertThat(unlimited).isSubsetOf(WITHOUT_HARM);
    }

    /** As Kafka's tools ask for all offsets of all topics. */
    @Test
    void allPartitionsOfAllTopicsMayBeNamedAtOnce() {
        LimitsConfig most = LetterboxConfig.defaults().limits();
        int each = most.partitions() / most.topics();
        ListOffsetsRequestData ask = new ListOffsetsRequestData();
        for (int number = 0; number < most.topics(); number++) {
            ListOffsetsTopic topic = new ListOffsetsTopic().setName("topic" + number);
            for (int p = 0; p < each; p++) topic.partitions().add(new ListOffsetsPartition().setPartitionIndex(p));
            ask.topics().add(topic);
        }
        assertThat(limits.refuse(ApiKeys.LIST_OFFSETS, ask)).isNull();
        assertThat(ask.topics()).hasSize(most.topics());
    }

    /** Lists whose elements get the same refusal each are either limited or answered with one error. */
    @ParameterizedTest
    @EnumSource(
            value = ApiKeys.class,
            names = {
                "SASL_HANDSHAKE",
                "SASL_AUTHENTICATE",
                "DESCRIBE_ACLS",
                "CREATE_ACLS",
                "DELETE_ACLS",
                "CREATE_DELEGATION_TOKEN",
                "RENEW_DELEGATION_TOKEN",
                "EXPIRE_DELEGATION_TOKEN",
                "DESCRIBE_DELEGATION_TOKEN",
                "ADD_RAFT_VOTER",
                "REMOVE_RAFT_VOTER",
                "SHARE_GROUP_HEARTBEAT",
                "SHARE_GROUP_DESCRIBE",
                "SHARE_FETCH",
                "SHARE_ACKNOWLEDGE",
                "DESCRIBE_SHARE_GROUP_OFFSETS",
                "ALTER_SHARE_GROUP_OFFSETS",
                "DELETE_SHARE_GROUP_OFFSETS",
                "STREAMS_GROUP_HEARTBEAT",
                "STREAMS_GROUP_DESCRIBE",
                "DESCRIBE_CLIENT_QUOTAS",
                "ALTER_CLIENT_QUOTAS",
                "DESCRIBE_USER_SCRAM_CREDENTIALS",
                "ALTER_USER_SCRAM_CREDENTIALS",
                "ALTER_PARTITION_REASSIGNMENTS",
                "ALTER_REPLICA_LOG_DIRS",
                "UPDATE_FEATURES"
            })
    void whatIsNotHereIsRefusedShortly(ApiKeys api) {
        Schema[] versions = api.messageType.requestSchemas();
        for (short version = api.oldestVersion(); version <= api.latestVersion(true); version++) {
            for (LongLists.Place place : LongLists.places(versions[version])) {
                ApiMessage body = api.messageType.newRequest();
                body.read(new FrameReader(place.message(TOO_MANY, false)), version);
                String refusal = limits.refuse(api, body);
                Errors error = refusal == null ? Errors.SECURITY_DISABLED : Errors.INVALID_REQUEST;
                ApiMessage answer;
                try {
                    answer = ErrorResponses.to(api, version, body, error, refusal);
                } catch (InvalidRequestException impossible) {
                    // Random numbers are no valid access rules; the connection is closed.
                    assertThat(refusal).as("%s of %s", place, api).isNotNull();
                    continue;
                }
                assertThat(MessageUtil.toByteBufferAccessor(answer, version)
                                .buffer()
                                .remaining())
                        .as("answer to %s of %s", place, api)
                        .isLessThan(SMALL_ANSWER_BYTES);
            }
        }
    }

    @Test
    void whatRealClientsAskForPasses() {
        FindCoordinatorRequestData keys = new FindCoordinatorRequestData();
        for (int i = 0; i < RequestLimits.KEYS; i++) keys.coordinatorKeys().add("group-" + i);
        assertThat(limits.refuse(ApiKeys.FIND_COORDINATOR, keys)).isNull();

        assertThat(limits.refuse(ApiKeys.METADATA, new MetadataRequestData().setTopics(null)))
                .isNull();
    }

    @Test
    void aRefusalSaysInWordsWhatWouldBeRight() {
        FindCoordinatorRequestData keys = new FindCoordinatorRequestData();
        for (int i = 0; i <= RequestLimits.KEYS; i++) keys.coordinatorKeys().add("");
        String refusal = limits.refuse(ApiKeys.FIND_COORDINATOR, keys);
        assertThat(refusal).isEqualTo("The request names 10001 keys; one can name 10000.");

        FindCoordinatorResponseData answer = (FindCoordinatorResponseData)
                ErrorResponses.to(ApiKeys.FIND_COORDINATOR, (short) 6, keys, Errors.INVALID_REQUEST, refusal);
        assertThat(answer.coordinators()).hasSize(1);
        assertThat(answer.coordinators().get(0).errorMessage()).isNotEmpty();
    }
}
