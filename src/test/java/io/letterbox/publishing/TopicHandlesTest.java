package io.letterbox.publishing;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.FakeStorage;
import io.letterbox.metadata.Command;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.Meters;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TopicHandlesTest {
    private final Vertx vertx = Vertx.vertx();
    private final FakeStorage storage = new FakeStorage(vertx);
    private final Meters meters = new Meters(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    private final List<String> opened = new ArrayList<>();
    private final TopicHandles<TopicHandle> handles = new TopicHandles<>(storage.metadata(), topic -> {
        opened.add(topic.name());
        return new TopicHandle(topic, meters.topic(topic.name()));
    });

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private UUID id(String topic) {
        return storage.metadata().image().topics().get(topic).id();
    }

    @Test
    void aTopicIsOpenedOncePerImageHoweverItIsNamed() {
        storage.createTopic("orders", 3, Map.of());
        TopicHandle orders = handles.find("orders");
        assertThat(handles.find("orders")).isSameAs(orders);
        assertThat(handles.find(id("orders"))).isSameAs(orders);
        assertThat(opened).containsExactly("orders");
        assertThat(orders.partitionCount()).isEqualTo(3);
        assertThat(orders.partition(2)).isEqualTo(new TopicPartition("orders", 2));
        assertThat(orders.partition(3)).isNull();
        assertThat(orders.partition(-1)).isNull();
    }

    @Test
    void whatIsFoundByIdFirstIsFoundByNameToo() {
        storage.createTopic("orders", 1, Map.of());
        TopicHandle orders = handles.find(id("orders"));
        assertThat(handles.find("orders")).isSameAs(orders);
    }

    @Test
    void anImageThatHasChangedIsLookedAtAnew() {
        storage.createTopic("orders", 1, Map.of());
        TopicHandle before = handles.find("orders");
        UUID former = id("orders");
        storage.metadata().propose(new Command.AddPartitions("orders", 4)).await();
        assertThat(handles.find("orders").partitionCount()).isEqualTo(4);
        assertThat(before.partitionCount()).as("an old handle stays what it is").isEqualTo(1);

        storage.metadata().propose(new Command.DeleteTopic("orders")).await();
        assertThat(handles.find("orders")).isNull();
        assertThat(handles.find(former)).isNull();
        storage.createTopic("orders", 1, Map.of());
        assertThat(handles.find(former)).as("of another incarnation").isNull();
        assertThat(handles.find(id("orders"))).isNotNull();
    }

    @Test
    void thereIsNoHandleForWhatDoesNotExist() {
        assertThat(handles.find("nothing")).isNull();
        assertThat(handles.find(UUID.randomUUID())).isNull();
        assertThat(opened).isEmpty();
    }
}
