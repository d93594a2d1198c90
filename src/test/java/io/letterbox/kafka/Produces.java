package io.letterbox.kafka;

import io.letterbox.record.BatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Builds Produce requests for tests, and reads their responses. */
public final class Produces {
    private Produces() {}

    /** One batch of records without keys, with acks=all. */
    static ProduceRequestData to(String topic, int partition, String... values) {
        return to(new TopicProduceData().setName(topic), partition, batch(null, values));
    }

    public static ProduceRequestData to(TopicProduceData topic, int partition, ByteBuffer batch) {
        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(1_000);
        topic.partitionData()
                .add(new PartitionProduceData()
                        .setIndex(partition)
                        .setRecords(batch == null ? null : MemoryRecords.readableRecords(batch)));
        request.topicData().add(topic);
        return request;
    }

    public static ByteBuffer batch(String key, String... values) {
        BatchBuilder batch = new BatchBuilder(256);
        for (String value : values) {
            batch.append(
                    System.currentTimeMillis(),
                    key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                    value.getBytes(StandardCharsets.UTF_8),
                    List.of());
        }
        return batch.build();
    }

    /** The answer for the only partition of a request. */
    static PartitionProduceResponse only(ProduceResponseData response) {
        if (response.responses().size() != 1) throw new AssertionError(response);
        List<PartitionProduceResponse> partitions =
                response.responses().iterator().next().partitionResponses();
        if (partitions.size() != 1) throw new AssertionError(response);
        return partitions.get(0);
    }
}
