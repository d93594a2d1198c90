package io.letterbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.letterbox.access.Principal;
import io.letterbox.bus.Coordinators;
import io.letterbox.bus.FakeProducerIds;
import io.letterbox.bus.FakeStorage;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.ApiSupport;
import io.letterbox.kafka.api.KafkaClient;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.kafka.groups.GroupApis;
import io.letterbox.kafka.transactions.TransactionApis;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.Test;

/** Whatever answers a request of a Kafka client knows who sends it. */
class RequestPrincipalTest {
    @Test
    void everyApiIsAnsweredBySomebodyWhoKnowsWhoAsks() {
        try (TestKafkaDoor door = new TestKafkaDoor()) {
            ApiTable table = new ApiTable(door.backend, door.vertx);
            assertThat(table.all()).hasSizeGreaterThan(50);
            for (ApiSupport api : table.all()) {
                // One connection each: an answer may be its end.
                try (FrameClient client = door.connect()) {
                    client.send(api.key(), api.maxVersion(), 1, question(api.key()));
                    await().untilAsserted(() -> assertThat(door.answered(api.key().name))
                            .as(api.key().name)
                            .isEqualTo(1));
                }
            }
            assertThat(door.registry.scrape()).doesNotContain("UNKNOWN_SERVER_ERROR");
        }
    }

    private static ApiMessage question(ApiKeys api) {
        ApiMessage empty = api.messageType.newRequest();
        if (empty instanceof ProduceRequestData produce) produce.setAcks((short) 1);
        if (empty instanceof FetchRequestData fetch) fetch.setMaxWaitMs(0).setSessionEpoch(-1);
        if (empty instanceof DescribeAclsRequestData acls) {
            acls.setResourceTypeFilter((byte) 1).setOperation((byte) 1).setPermissionType((byte) 1);
        }
        if (empty instanceof ApiVersionsRequestData versions) {
            versions.setClientSoftwareName("test").setClientSoftwareVersion("1");
        }
        return empty;
    }

    @Test
    void aRequestNamesItsPrincipalToTheLog() {
        Principal alice = new Principal(Principal.USER, "alice");
        KafkaClient client = new FakeClient();

        KafkaRequest request = new KafkaRequest(
                ApiKeys.METADATA, (short) 12, "c", alice, ApiKeys.METADATA.messageType.newRequest(), client);

        assertThat(request.actor().principal()).isEqualTo(alice);
        assertThatThrownBy(() -> new KafkaRequest(
                        ApiKeys.METADATA, (short) 12, "c", null, ApiKeys.METADATA.messageType.newRequest(), client))
                .hasMessageContaining("without a principal");
    }

    /** A door's requests to coordinators, by API, with the principals in whose names they are asked. */
    private static final class Asked implements Coordinators {
        private final Set<Principal> principals = new HashSet<>();
        private int requests;

        @Override
        public <R> Future<R> ask(CoordinatorCommand<R> command, Principal principal) {
            requests++;
            principals.add(principal);
            return Future.failedFuture(new ApiException(ErrorCode.NOT_COORDINATOR, "There is none."));
        }

        @Override
        public <R> Future<List<R>> askAll(CoordinatorCommand<R> command, Principal principal) {
            return ask(command, principal).map(List::of);
        }

        @Override
        public Future<TopicPartition> coordinatorOf(String topic, String key) {
            return Future.succeededFuture(new TopicPartition(topic, 0));
        }
    }

    @Test
    void everyCoordinatorIsAskedInTheNameOfTheClient() {
        Principal alice = new Principal(Principal.USER, "alice");
        Vertx vertx = Vertx.vertx();
        FakeStorage storage = new FakeStorage(vertx);
        Asked asked = new Asked();
        DoorServices services = new DoorServices(
                null, null, storage.metadata(), storage, storage, asked, new FakeProducerIds(), null, null, null);
        List<ApiSupport> apis = new ArrayList<>(new GroupApis(services, vertx).apis());
        apis.addAll(new TransactionApis(services, vertx).apis());
        Set<ApiKeys> asking = EnumSet.noneOf(ApiKeys.class);
        try {
            for (ApiSupport api : apis) {
                int before = asked.requests;
                api.handler()
                        .handle(new KafkaRequest(
                                api.key(), api.maxVersion(), "c", alice, command(api.key()), new FakeClient()));
                if (asked.requests > before) asking.add(api.key());
            }
        } finally {
            vertx.close().await();
        }
        assertThat(asked.principals).containsExactly(alice);
        assertThat(asking)
                .containsAll(EnumSet.range(ApiKeys.OFFSET_COMMIT, ApiKeys.OFFSET_FETCH))
                .containsAll(EnumSet.range(ApiKeys.JOIN_GROUP, ApiKeys.LIST_GROUPS))
                .contains(
                        ApiKeys.DELETE_GROUPS,
                        ApiKeys.OFFSET_DELETE,
                        ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                        ApiKeys.CONSUMER_GROUP_DESCRIBE,
                        ApiKeys.INIT_PRODUCER_ID,
                        ApiKeys.ADD_PARTITIONS_TO_TXN,
                        ApiKeys.ADD_OFFSETS_TO_TXN,
                        ApiKeys.TXN_OFFSET_COMMIT,
                        ApiKeys.END_TXN,
                        ApiKeys.DESCRIBE_TRANSACTIONS,
                        ApiKeys.LIST_TRANSACTIONS);
    }

    private static ApiMessage command(ApiKeys api) {
        ApiMessage empty = api.messageType.newRequest();
        if (empty instanceof SyncGroupRequestData sync)
            sync.setProtocolType("consumer").setProtocolName("range");
        if (empty instanceof OffsetFetchRequestData fetch) {
            fetch.setGroups(
                    List.of(new OffsetFetchRequestGroup().setGroupId("g").setTopics(List.of())));
        }
        if (empty instanceof DescribeGroupsRequestData groups) groups.setGroups(List.of("g"));
        if (empty instanceof DeleteGroupsRequestData groups) groups.setGroupsNames(List.of("g"));
        if (empty instanceof ConsumerGroupDescribeRequestData groups) groups.setGroupIds(List.of("g"));
        if (empty instanceof InitProducerIdRequestData init) init.setTransactionalId("t");
        if (empty instanceof AddPartitionsToTxnRequestData add) {
            add.transactions().add(new AddPartitionsToTxnTransaction().setTransactionalId("t"));
        }
        if (empty instanceof DescribeTransactionsRequestData transactions) {
            transactions.setTransactionalIds(List.of("t"));
        }
        return empty;
    }
}
