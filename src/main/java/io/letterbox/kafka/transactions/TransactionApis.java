package io.letterbox.kafka.transactions;

import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.ApiPart;
import io.letterbox.kafka.api.ApiSupport;
import io.vertx.core.Vertx;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;

/** The APIs of idempotent producers and of transactions. */
public final class TransactionApis implements ApiPart {
    private final List<ApiSupport> apis;

    /** Created on the event loop that it serves. */
    public TransactionApis(DoorServices backend, Vertx vertx) {
        ProducerRequests producers = new ProducerRequests(backend);
        AddPartitionsApi partitions = new AddPartitionsApi(backend);
        OffsetsInTransaction offsets = new OffsetsInTransaction(backend);
        TransactionAdmin admin = new TransactionAdmin(backend, vertx);
        DescribeProducersApi remembered = new DescribeProducersApi(backend);
        TxnMarkersApi markers = new TxnMarkersApi(backend, vertx);
        apis = List.of(
                ApiSupport.asking(ApiKeys.INIT_PRODUCER_ID, 0, 5, producers::init),
                ApiSupport.asking(ApiKeys.END_TXN, 0, 5, producers::end),
                ApiSupport.asking(ApiKeys.ADD_PARTITIONS_TO_TXN, 0, 5, partitions::handle),
                ApiSupport.asking(ApiKeys.ADD_OFFSETS_TO_TXN, 0, 4, offsets::announce),
                ApiSupport.asking(ApiKeys.TXN_OFFSET_COMMIT, 0, 5, offsets::commit),
                ApiSupport.asking(ApiKeys.WRITE_TXN_MARKERS, 1, 2, markers::handle),
                ApiSupport.asking(ApiKeys.DESCRIBE_PRODUCERS, 0, 0, remembered::handle),
                ApiSupport.asking(ApiKeys.DESCRIBE_TRANSACTIONS, 0, 0, admin::describe),
                ApiSupport.asking(ApiKeys.LIST_TRANSACTIONS, 0, 2, admin::list));
    }

    @Override
    public List<ApiSupport> apis() {
        return apis;
    }
}
