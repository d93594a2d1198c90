package io.letterbox.kafka.transactions;

import io.letterbox.bus.ActiveProducer;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import io.letterbox.text.FileTrouble;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;

/** DescribeProducers (KIP-664): the producer states of partitions. Owned by an event loop. */
final class DescribeProducersApi {
    private final DoorServices backend;

    DescribeProducersApi(DoorServices backend) {
        this.backend = backend;
    }

    /** A partition as a request names it, whether or not it exists. */
    private record NamedPartition(String topic, int partition) {}

    Future<DescribeProducersResponseData> handle(KafkaRequest request) {
        DescribeProducersResponseData response = new DescribeProducersResponseData();
        List<Future<Void>> asked = new ArrayList<>();
        Set<NamedPartition> once = new HashSet<>();
        for (TopicRequest topic :
                request.body(DescribeProducersRequestData.class).topics()) {
            TopicResponse answers = new TopicResponse().setName(topic.name());
            response.topics().add(answers);
            // A partition can have very many producers, so one that is named twice is answered once.
            for (int partition : topic.partitionIndexes()) {
                if (!once.add(new NamedPartition(topic.name(), partition))) continue;
                PartitionResponse answer = new PartitionResponse().setPartitionIndex(partition);
                answers.partitions().add(answer);
                asked.add(ask(topic.name(), answer));
            }
        }
        return Future.join(asked).map(all -> response);
    }

    /** Asks a partition's shard. Never fails: errors are in the answer. */
    private Future<Void> ask(String name, PartitionResponse answer) {
        TopicImage topic = backend.metadata().image().topics().get(name);
        int number = answer.partitionIndex();
        if (topic == null || number < 0 || number >= topic.partitions().size()) {
            answer.setErrorCode(ErrorCode.UNKNOWN_PARTITION.kafkaCode())
                    .setErrorMessage("There is no partition " + number + " of a topic '" + name + "'.");
            return Future.succeededFuture();
        }
        TopicPartition partition = new TopicPartition(name, number);
        if (topic.partitions().get(number).leader() != backend.config().node().id()) {
            answer.setErrorCode(ErrorCode.NOT_LEADER.kafkaCode())
                    .setErrorMessage("This node does not lead " + partition + ".");
            return Future.succeededFuture();
        }
        return backend.partitions().describeProducers(partition).transform(outcome -> {
            if (outcome.succeeded()) outcome.result().forEach(producer -> add(answer, producer));
            else refuse(answer, outcome.cause());
            return Future.succeededFuture();
        });
    }

    private static void add(PartitionResponse answer, ActiveProducer producer) {
        answer.activeProducers()
                .add(new ProducerState()
                        .setProducerId(producer.id())
                        .setProducerEpoch(producer.epoch())
                        .setLastSequence(producer.lastSequence())
                        .setLastTimestamp(producer.lastTimestampMs())
                        .setCoordinatorEpoch(producer.coordinatorEpoch())
                        .setCurrentTxnStartOffset(producer.transactionStart()));
    }

    private static void refuse(PartitionResponse answer, Throwable failure) {
        ErrorCode code = failure instanceof ApiException refusal ? refusal.code() : ErrorCode.INTERNAL;
        answer.setErrorCode(code.kafkaCode()).setErrorMessage(FileTrouble.reason(failure));
    }
}
