package io.letterbox.kafka.transactions;

import io.letterbox.access.Principal;
import io.letterbox.audit.Audit;
import io.letterbox.audit.Change;
import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.error.ApiException;
import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import io.letterbox.record.TransactionMarker;
import io.letterbox.time.Clock;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerPartitionResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerTopicResult;
import org.apache.kafka.common.protocol.Errors;

/**
 * WriteTxnMarkers: ends a transaction in some partitions at an administrator's request, for example one that its
 * coordinator has lost (KIP-664). Owned by an event loop.
 */
final class TxnMarkersApi {
    private final DoorServices backend;
    private final Vertx vertx;

    TxnMarkersApi(DoorServices backend, Vertx vertx) {
        this.backend = backend;
        this.vertx = vertx;
    }

    Future<WriteTxnMarkersResponseData> handle(KafkaRequest request) {
        WriteTxnMarkersResponseData response = new WriteTxnMarkersResponseData();
        List<Future<Void>> written = new ArrayList<>();
        for (WritableTxnMarker marker :
                request.body(WriteTxnMarkersRequestData.class).markers()) {
            WritableTxnMarkerResult result = new WritableTxnMarkerResult().setProducerId(marker.producerId());
            response.markers().add(result);
            for (WritableTxnMarkerTopic topic : marker.topics()) {
                WritableTxnMarkerTopicResult answers = new WritableTxnMarkerTopicResult().setName(topic.name());
                result.topics().add(answers);
                for (int partition : topic.partitionIndexes()) {
                    var answer = new WritableTxnMarkerPartitionResult().setPartitionIndex(partition);
                    answers.partitions().add(answer);
                    written.add(write(request.principal(), marker, topic.name(), answer));
                }
            }
        }
        return Future.join(written).map(all -> response).onSuccess(answer -> audit(request, answer));
    }

    private static void audit(KafkaRequest request, WriteTxnMarkersResponseData answer) {
        List<WritableTxnMarker> markers =
                request.body(WriteTxnMarkersRequestData.class).markers();
        for (int index = 0; index < markers.size(); index++) {
            String what = markers.get(index).transactionResult() ? "committed" : "aborted";
            Map<String, String> where = new LinkedHashMap<>();
            for (WritableTxnMarkerTopicResult topic :
                    answer.markers().get(index).topics()) {
                for (WritableTxnMarkerPartitionResult partition : topic.partitions()) {
                    if (partition.errorCode() != Errors.NONE.code()) continue;
                    where.put(topic.name() + "/" + partition.partitionIndex(), what);
                }
            }
            if (where.isEmpty()) continue;
            String producer = Long.toString(markers.get(index).producerId());
            Audit.record(new Change("transaction of producer", producer, "ended by hand", where), request.actor());
        }
    }

    private Future<Void> write(
            Principal principal, WritableTxnMarker marker, String topic, WritableTxnMarkerPartitionResult answer) {
        TopicImage image = backend.metadata().image().topics().get(topic);
        int number = answer.partitionIndex();
        if (image == null || number < 0 || number >= image.partitions().size()) {
            answer.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
            return Future.succeededFuture();
        }
        TopicPartition partition = new TopicPartition(topic, number);
        Promise<Appended> appended = ((ContextInternal) vertx.getOrCreateContext()).promise();
        ByteBuffer batch = new TransactionMarker(marker.transactionResult(), marker.coordinatorEpoch())
                .batch(
                        marker.producerId(),
                        marker.producerEpoch(),
                        Clock.system().wallMs());
        Append append = new Append(partition, batch, 1, null, principal, appended);
        return backend.partitions().local().append(append).transform(outcome -> {
            answer.setErrorCode(outcome.succeeded() ? Errors.NONE.code() : errorOf(outcome.cause()));
            return Future.succeededFuture();
        });
    }

    private static short errorOf(Throwable failure) {
        return failure instanceof ApiException refusal
                ? refusal.code().kafkaCode()
                : Errors.UNKNOWN_SERVER_ERROR.code();
    }
}
