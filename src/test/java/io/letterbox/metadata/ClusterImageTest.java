package io.letterbox.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ClusterImageTest {
    private static final PartitionImage PARTITION =
            new PartitionImage(PartitionImage.NO_SHARD, 1, 0, List.of(1), List.of(1));

    @Test
    void aTopicIsFoundByItsIncarnation() {
        TopicImage orders = topic("orders");
        TopicImage payments = topic("payments");
        ClusterImage image = image(orders, payments);
        assertThat(image.topic(payments.id())).isSameAs(payments);
        assertThat(image.topic(orders.id())).isSameAs(orders);
        assertThat(image.topic(UUID.randomUUID())).isNull();

        TopicImage madeAgain = topic("orders");
        ClusterImage later = image(madeAgain, payments);
        assertThat(later.topic(orders.id())).isNull();
        assertThat(later.topic(madeAgain.id())).isSameAs(madeAgain);
        assertThat(image.topic(orders.id())).as("in the image of before").isSameAs(orders);
    }

    @Test
    void whoeverAskedForATopicByIdHasChangedNothing() {
        TopicImage orders = topic("orders");
        ClusterImage asked = image(orders);
        asked.topic(orders.id());
        assertThat(asked).isEqualTo(image(orders)).hasSameHashCodeAs(image(orders));
        assertThat(asked).isNotEqualTo(image(topic("orders")));
        assertThat(asked.digest()).isEqualTo(image(orders).digest());
    }

    private static TopicImage topic(String name) {
        return new TopicImage(name, UUID.randomUUID(), List.of(PARTITION), new TopicConfig(Map.of()));
    }

    private static ClusterImage image(TopicImage... topics) {
        TreeMap<String, TopicImage> byName = new TreeMap<>();
        for (TopicImage topic : topics) byName.put(topic.name(), topic);
        return new ClusterImage(7, "cluster", Map.of(), byName);
    }
}
