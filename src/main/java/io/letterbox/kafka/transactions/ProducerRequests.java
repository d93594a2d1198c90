package io.letterbox.kafka.transactions;

import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.CoordinatorErrors;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.transactions.TransactionCommand.EndTransaction;
import io.letterbox.transactions.TransactionCommand.InitProducer;
import io.vertx.core.Future;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;

/** InitProducerId and EndTxn. Stateless. */
final class ProducerRequests {
    private static final int INIT_SAYS_FENCED = 4;
    private static final int END_SAYS_FENCED = 2;
    private static final short END_RAISES_EPOCH = 5;

    private final DoorServices backend;

    ProducerRequests(DoorServices backend) {
        this.backend = backend;
    }

    Future<InitProducerIdResponseData> init(KafkaRequest request) {
        InitProducerIdRequestData data = request.body(InitProducerIdRequestData.class);
        if (data.transactionalId() == null) {
            return backend.producerIds().next().map(id -> new InitProducerIdResponseData()
                    .setProducerId(id)
                    .setProducerEpoch((short) 0));
        }
        if (data.transactionalId().isEmpty()) {
            // An invalid request does not create the internal topic.
            return Future.succeededFuture(new InitProducerIdResponseData()
                    .setErrorCode(Errors.INVALID_REQUEST.code())
                    .setProducerEpoch((short) -1));
        }
        return backend.coordinators()
                .local()
                .ask(new InitProducer(data), request.principal())
                .recover(CoordinatorErrors::of)
                .map(answer -> answer.setErrorCode(
                        FencedErrors.inVersion(answer.errorCode(), request.version(), INIT_SAYS_FENCED)));
    }

    Future<EndTxnResponseData> end(KafkaRequest request) {
        EndTxnRequestData data = request.body(EndTxnRequestData.class);
        return backend.coordinators()
                .local()
                .ask(new EndTransaction(data, request.version() >= END_RAISES_EPOCH), request.principal())
                .recover(CoordinatorErrors::of)
                .map(answer -> answer.setErrorCode(
                        FencedErrors.inVersion(answer.errorCode(), request.version(), END_SAYS_FENCED)));
    }
}
