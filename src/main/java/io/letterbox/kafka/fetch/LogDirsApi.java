package io.letterbox.kafka.fetch;

import io.letterbox.bus.PartitionStatus;
import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * DescribeLogDirs (KIP-113): the sizes of the logs, which all lie in this node's one data directory. Owned by one event
 * loop.
 */
final class LogDirsApi {
    private final DoorServices backend;
    private final Vertx vertx;
    private final Path directory;

    private record Space(long totalBytes, long usableBytes) {}

    LogDirsApi(DoorServices backend, Vertx vertx) {
        this.backend = backend;
        this.vertx = vertx;
        this.directory = backend.config().node().dataDir().toAbsolutePath().normalize();
    }

    Future<ApiMessage> answer(KafkaRequest request) {
        DescribeLogDirsResult result = result(request.body(DescribeLogDirsRequestData.class));
        return vertx.executeBlocking(this::space, false).transform(space -> {
            if (space.succeeded()) {
                result.setTotalBytes(space.result().totalBytes())
                        .setUsableBytes(space.result().usableBytes());
            } else {
                result.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
            }
            DescribeLogDirsResponseData response = new DescribeLogDirsResponseData();
            response.results().add(result);
            return Future.succeededFuture(response);
        });
    }

    private Space space() throws IOException {
        FileStore store = Files.getFileStore(directory);
        return new Space(store.getTotalSpace(), store.getUsableSpace());
    }

    private DescribeLogDirsResult result(DescribeLogDirsRequestData body) {
        DescribeLogDirsResult result = new DescribeLogDirsResult().setLogDir(directory.toString());
        if (body.topics() == null) {
            for (TopicImage topic : backend.metadata().image().topics().values()) {
                add(result, topic.name(), IntStream.range(0, topic.partitions().size()));
            }
            return result;
        }
        for (DescribableLogDirTopic topic : body.topics()) {
            add(result, topic.topic(), topic.partitions().stream().mapToInt(Integer::intValue));
        }
        return result;
    }

    /** Leaves out partitions that this node does not host, as Kafka does. */
    private void add(DescribeLogDirsResult result, String topic, IntStream partitions) {
        DescribeLogDirsTopic described = new DescribeLogDirsTopic().setName(topic);
        partitions.filter(number -> number >= 0).forEach(number -> {
            PartitionStatus status = backend.reader().status(new TopicPartition(topic, number));
            if (status == null) return;
            described
                    .partitions()
                    .add(new DescribeLogDirsPartition()
                            .setPartitionIndex(number)
                            .setPartitionSize(status.sizeBytes())
                            .setOffsetLag(0)
                            .setIsFutureKey(false));
        });
        if (!described.partitions().isEmpty()) result.topics().add(described);
    }
}
