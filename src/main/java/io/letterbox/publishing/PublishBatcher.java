package io.letterbox.publishing;

import io.letterbox.access.Principal;
import io.letterbox.bus.Appended;
import io.letterbox.bus.Partitions;
import io.letterbox.error.ApiException;
import io.letterbox.telemetry.Door;
import io.vertx.core.AsyncResult;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;
import java.util.ArrayList;
import java.util.List;

/**
 * Gathers what many requests publish in one iteration of the event loop into one record batch per partition: one
 * message to the shard, one promise, one run of a group commit for all of them. A batch is sent without a timer, when
 * the requests that had been read have been handled: by a task that is queued behind them. So a lone request waits for
 * nothing, and the busier the loop, the larger the batches. Owned by one event loop.
 */
public final class PublishBatcher implements Placement {
    private final Partitions partitions;
    private final ContextInternal context;
    private final Door door;

    /** The targets that have an open batch. */
    private final List<PublishTarget> filling = new ArrayList<>();

    /** The publisher of the records that are added. */
    private Principal principal = Principal.ANONYMOUS;

    /**
     * @param partitions take the batches
     * @param context of the event loop that all calls come from
     * @param door the way by which the records come, for what is counted
     */
    public PublishBatcher(Partitions partitions, ContextInternal context, Door door) {
        this.partitions = partitions;
        this.context = context;
        this.door = door;
    }

    /**
     * Says whose the records are that are added from now on. Open batches of another principal are sent first, so that
     * no batch has records of two.
     *
     * @return the batcher itself
     */
    public PublishBatcher publishingAs(Principal publisher) {
        if (!publisher.equals(principal)) flush();
        principal = publisher;
        return this;
    }

    @Override
    public int choose(PublishTarget target, byte[] key) {
        return target.choose(key);
    }

    @Override
    public boolean isWhole() {
        return false;
    }

    /** Does nothing: the batches belong to many requests and are sent at the end of the iteration. */
    @Override
    public void end() {}

    @Override
    public int add(PublishTarget target, int partition, PendingRecord draft, PublishCallback callback) {
        OpenBatch batch = target.open[partition];
        if (batch != null && !batch.fits(draft)) {
            target.open[partition] = null;
            send(batch);
            batch = null;
        }
        if (batch == null) {
            batch = new OpenBatch(target, target.partitions[partition], principal, null);
            target.open[partition] = batch;
            if (!target.filling) {
                target.filling = true;
                filling.add(target);
                if (filling.size() == 1) context.runOnContext(read -> flush());
            }
        }
        return batch.add(draft, callback);
    }

    private void flush() {
        for (PublishTarget target : filling) {
            target.filling = false;
            OpenBatch[] open = target.open;
            for (int p = 0; p < open.length; p++) {
                if (open[p] == null) continue;
                OpenBatch batch = open[p];
                open[p] = null;
                send(batch);
            }
            target.endIteration();
        }
        filling.clear();
    }

    /** Sends a batch to its partition, and hands the result to the callbacks of its records. */
    void send(OpenBatch batch) {
        PromiseInternal<Appended> done = context.promise();
        done.future().onComplete(outcome -> settle(batch, outcome));
        try {
            partitions.append(batch.finish(done));
        } catch (ApiException tooLarge) {
            done.fail(tooLarge);
        }
    }

    private void settle(OpenBatch batch, AsyncResult<Appended> outcome) {
        if (outcome.succeeded()) {
            boolean duplicate = outcome.result().duplicate();
            if (!duplicate) batch.target.meters.in(door, batch.records(), batch.payloadBytes());
            batch.acknowledge(outcome.result());
        } else {
            batch.fail(outcome.cause());
        }
    }
}
