package io.letterbox.ingress.kafka;

import io.letterbox.transactions.TransactionCommand;
import io.vertx.core.Future;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Gives idempotent producers an id, and lets transactional ones introduce themselves to their coordinator (KIP-98). Stateless.
 */
final class InitProducerIdApi {
    private static final short MIN_VERSION = 0;
    private static final short MAX_VERSION = 5;

    /** Producers before this version take PRODUCER_FENCED for an error that they do not know (KIP-588). */
    private static final short FIRST_WITH_FENCED = 4;

    private final KafkaBackend backend;

    InitProducerIdApi(KafkaBackend backend) {
        this.backend = backend;
    }

    ApiSupport support() {
        return ApiSupport.asking(ApiKeys.INIT_PRODUCER_ID, MIN_VERSION, MAX_VERSION, this::handle);
    }

    private Future<InitProducerIdResponseData> handle(KafkaRequest request) {
        InitProducerIdRequestData data = request.body(InitProducerIdRequestData.class);
        if (data.transactionalId() == null) {
            return backend.transactions().newProducerId().map(id -> new InitProducerIdResponseData()
                    .setProducerId(id)
                    .setProducerEpoch((short) 0));
        }
        if (data.transactionalId().isEmpty()) {
            return Future.succeededFuture(refusal(Errors.INVALID_REQUEST));
        }
        return backend.transactions()
                .ask(new TransactionCommand.InitProducer(data))
                .map(answer -> known(answer, request.version()));
    }

    private static InitProducerIdResponseData known(InitProducerIdResponseData answer, short version) {
        boolean fenced = answer.errorCode() == Errors.PRODUCER_FENCED.code();
        return fenced && version < FIRST_WITH_FENCED ? refusal(Errors.INVALID_PRODUCER_EPOCH) : answer;
    }

    private static InitProducerIdResponseData refusal(Errors error) {
        return new InitProducerIdResponseData()
                .setErrorCode(error.code())
                .setProducerId(-1)
                .setProducerEpoch((short) -1);
    }
}
