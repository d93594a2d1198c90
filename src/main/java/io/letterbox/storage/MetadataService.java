package io.letterbox.storage;

import io.letterbox.bus.Addresses;
import io.letterbox.bus.LocalCodec;
import io.letterbox.bus.Metadata;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.MetadataLog;
import io.letterbox.metadata.Reply;
import io.letterbox.storage.ShardMessage.ApplyImage;
import io.letterbox.text.FileTrouble;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Joins the metadata log with the shards: an image becomes visible when every shard of this node serves it, and a
 * proposal is answered after that. So whoever was told that a topic exists can publish to it at once.
 */
public final class MetadataService implements Metadata {
    private final Vertx vertx;
    private final MetadataLog log;
    private final int shards;
    private final Context context;

    // Any thread.
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private volatile ClusterImage visible;

    // The service's own context.
    private final List<Waiting> waiting = new ArrayList<>();

    private record Listener(Context context, Consumer<ClusterImage> consumer) {}

    private record Waiting(Reply.Applied reply, Promise<Reply> promise) {}

    /** Nothing is visible before {@link #start()} has completed. */
    public MetadataService(Vertx vertx, MetadataLog log, int shards) {
        this.vertx = vertx;
        this.log = log;
        this.shards = shards;
        this.context = ((VertxInternal) vertx).createEventLoopContext();
        this.visible = log.image();
    }

    /** Lets shards be told about images on this bus; once per process. */
    public static void registerMessages(EventBus bus) {
        LocalCodec.register(bus, ApplyImage.class);
    }

    /** Applies the image that the log begins with, and follows it from there. */
    public Future<Void> start() {
        Promise<Void> started = Promise.promise();
        log.onChange(image -> context.runOnContext(v -> apply(image)));
        context.runOnContext(v -> apply(log.image()).onComplete(started));
        return started.future();
    }

    @Override
    public ClusterImage image() {
        return visible;
    }

    @Override
    public Future<Reply> propose(Command command) {
        Promise<Reply> promise = ((ContextInternal) vertx.getOrCreateContext()).promise();
        log.propose(command)
                .whenComplete((reply, failure) -> context.runOnContext(v -> answer(reply, failure, promise)));
        return promise.future();
    }

    @Override
    public void onChange(Consumer<ClusterImage> listener) {
        listeners.add(new Listener(vertx.getOrCreateContext(), listener));
    }

    private void answer(Reply reply, Throwable failure, Promise<Reply> promise) {
        if (failure != null) {
            promise.fail(new ApiException(
                    ErrorCode.STORAGE_FAILED, "The change could not be written: " + FileTrouble.reason(failure)));
        } else if (reply instanceof Reply.Refused refused) {
            promise.fail(new ApiException(refused.code(), refused.detail()));
        } else if (reply instanceof Reply.Applied applied) {
            if (visible.version() >= applied.version()) promise.complete(applied);
            else waiting.add(new Waiting(applied, promise));
        } else {
            throw new AssertionError(reply);
        }
    }

    private Future<Void> apply(ClusterImage image) {
        List<Future<Void>> applied = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            Promise<Void> done = ((ContextInternal) context).promise();
            vertx.eventBus().send(Addresses.shard(shard), new ApplyImage(image, done), LocalCodec.LOCAL);
            applied.add(done.future());
        }
        return Future.join(applied).<Void>mapEmpty().onComplete(outcome -> show(image));
    }

    private void show(ClusterImage image) {
        if (image.version() > visible.version()) visible = image;
        for (Listener listener : listeners) {
            listener.context().runOnContext(v -> listener.consumer().accept(image));
        }
        waiting.removeIf(w -> {
            if (w.reply().version() > image.version()) return false;
            w.promise().complete(w.reply());
            return true;
        });
    }
}
