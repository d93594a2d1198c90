package io.letterbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.letterbox.access.Principal;
import io.letterbox.kafka.api.ApiSupport;
import io.letterbox.kafka.api.KafkaClient;
import io.letterbox.kafka.api.KafkaRequest;
import java.time.Duration;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
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
                    await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(door.answered(api.key().name))
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
}
