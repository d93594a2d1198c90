package io.letterbox.kafka.fetch;

import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.ApiPart;
import io.letterbox.kafka.api.ApiSupport;
import io.vertx.core.Vertx;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;

/** The APIs that read the log, look up offsets in it, and delete records at its beginning. */
public final class FetchApis implements ApiPart {
    private final FetchLoop fetches;
    private final List<ApiSupport> apis;

    /** Created on the event loop that it serves. */
    public FetchApis(DoorServices backend, Vertx vertx) {
        PartitionGate gate = new PartitionGate(backend);
        fetches = new FetchLoop(backend, vertx, gate);
        ListOffsetsApi offsets = new ListOffsetsApi(backend, gate);
        EpochEndsApi epochs = new EpochEndsApi(backend, gate);
        DeleteRecordsApi deletions = new DeleteRecordsApi(backend, gate);
        LogDirsApi directories = new LogDirsApi(backend, vertx);
        apis = List.of(
                new ApiSupport(ApiKeys.FETCH, (short) 4, (short) 18, fetches::fetch),
                ApiSupport.asking(ApiKeys.LIST_OFFSETS, 1, 11, offsets::answer),
                ApiSupport.answering(ApiKeys.OFFSET_FOR_LEADER_EPOCH, 2, 4, epochs::answer),
                ApiSupport.asking(ApiKeys.DELETE_RECORDS, 0, 2, deletions::answer),
                ApiSupport.asking(ApiKeys.DESCRIBE_LOG_DIRS, 1, 5, directories::answer));
    }

    @Override
    public List<ApiSupport> apis() {
        return apis;
    }

    @Override
    public void drain() {
        fetches.drain();
    }
}
