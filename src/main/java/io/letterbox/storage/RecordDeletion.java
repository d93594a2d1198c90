package io.letterbox.storage;

import java.io.IOException;
import java.util.function.Consumer;

/** Answers a request to delete records, once the journal has the log's new start. Owned by the shard's thread. */
final class RecordDeletion implements Journal.Completion {
    private final HostedPartition partition;
    private final ShardMessage.DeleteRecords request;
    private final Consumer<IOException> onFailure;
    private final long startBefore;

    /** @param onFailure answers instead where it failed */
    RecordDeletion(HostedPartition partition, ShardMessage.DeleteRecords request, Consumer<IOException> onFailure) {
        this.partition = partition;
        this.request = request;
        this.onFailure = onFailure;
        this.startBefore = partition.log().logStartOffset();
    }

    @Override
    public void safe() {
        partition.deleted(startBefore, request.by());
        request.done().complete(partition.log().logStartOffset());
    }

    @Override
    public void failed(IOException why) {
        onFailure.accept(why);
    }
}
