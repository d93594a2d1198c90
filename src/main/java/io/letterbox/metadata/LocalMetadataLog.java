package io.letterbox.metadata;

import io.letterbox.disk.Disk;
import io.letterbox.disk.ForceFailedException;
import io.letterbox.disk.Shortage;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.text.FileTrouble;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The metadata log of a single node: a file. A command is written and forced before its image is published. If space or
 * a descriptor is short, the command is refused and nothing changes. After a failed force the log takes no more
 * commands, because the content of the disk is unknown.
 */
public final class LocalMetadataLog implements MetadataLog, Closeable {
    /** The file is rewritten, as one image, when it has grown by this much and to more than twice its first size. */
    static final long REWRITE_BYTES = 256 << 10;

    private final Disk disk;
    private final Path path;
    private final MetadataMachine machine;
    private final Executor executor;
    private final List<Consumer<ClusterImage>> listeners = new CopyOnWriteArrayList<>();

    // Written by the executor's tasks, which run one at a time; read by any thread.
    private volatile ClusterImage image;

    // Owned by the executor's tasks.
    private MetadataFile file;
    private long firstSizeBytes;
    private String failure;

    private volatile Consumer<String> onFailure = reason -> {};

    private LocalMetadataLog(Disk disk, Path path, MetadataMachine machine, Executor executor) {
        this.disk = disk;
        this.path = path;
        this.machine = machine;
        this.executor = executor;
    }

    /**
     * Reads the log, or begins one; blocks.
     *
     * @param path the log's file; its directory is made if it is missing
     * @param clusterId the cluster's id for a new log
     * @param executor runs the blocking work, one task at a time and in the order given
     * @throws IOException if the disk fails, or the file is damaged before its end; the message says what to do
     */
    public static LocalMetadataLog open(
            Disk disk, Path path, MetadataMachine machine, String clusterId, Executor executor) throws IOException {
        if (!disk.exists(path)) {
            MetadataFile.replace(disk, path, MetadataCodec.encode(MetadataMachine.empty(clusterId)));
        }
        LocalMetadataLog log = new LocalMetadataLog(disk, path, machine, executor);
        log.reopen();
        return log;
    }

    /** Sets the listener that gets a sentence when the log takes no more commands, on a thread of the log's own. */
    public void onFailure(Consumer<String> listener) {
        onFailure = listener;
    }

    @Override
    public ClusterImage image() {
        return image;
    }

    @Override
    public void onChange(Consumer<ClusterImage> listener) {
        listeners.add(listener);
    }

    @Override
    public CompletionStage<Reply> propose(Command command) {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        executor.execute(() -> {
            try {
                reply.complete(apply(command));
            } catch (RuntimeException failed) {
                reply.completeExceptionally(failed);
            }
        });
        return reply;
    }

    /** Closes the file; call it when no proposal is under way. */
    @Override
    public void close() throws IOException {
        if (file != null) file.close();
    }

    private Reply apply(Command command) {
        if (failure != null) throw failed();
        Reply.Refused stranger = secondNodeRefusal(command);
        if (stranger != null) return stranger;
        Transition transition = machine.apply(image, command);
        if (transition.reply() instanceof Reply.Refused) return transition.reply();
        write(MetadataCodec.encode(command), transition.image());
        for (Consumer<ClusterImage> listener : listeners) listener.accept(transition.image());
        return transition.reply();
    }

    private void write(byte[] command, ClusterImage after) {
        try {
            if (file == null) reopen();
            file.append(command);
        } catch (ForceFailedException fatal) {
            fail(fatal);
            throw failed();
        } catch (IOException lacking) {
            throw Shortage.refusal("Nothing has changed: writing to the metadata log", lacking);
        }
        image = after;
        try {
            rewriteWhenLong();
        } catch (ForceFailedException fatal) {
            // This command is durable already; only later ones are refused.
            fail(fatal);
        } catch (IOException lacking) {
            // Either the old file or the new one is complete; the next command opens it.
        }
    }

    private void fail(ForceFailedException fatal) {
        failure = FileTrouble.reason(fatal);
        onFailure.accept(failed().getMessage());
    }

    /**
     * Refuses the registration of a second node: if the single node's id changed, its partitions would have no leader.
     */
    private Reply.Refused secondNodeRefusal(Command command) {
        int node;
        if (command instanceof Command.RegisterNode register) node = register.id();
        else if (command instanceof Command.CreateShards create) node = create.node();
        else return null;
        if (image.nodes().isEmpty() || image.nodes().containsKey(node)) return null;
        return new Reply.Refused(
                image.version(),
                ErrorCode.INVALID_CONFIG,
                "The data directory belongs to node "
                        + image.nodes().keySet().iterator().next() + ", but node.id is " + node + ".");
    }

    private void rewriteWhenLong() throws IOException {
        if (file.sizeBytes() - firstSizeBytes <= Math.max(REWRITE_BYTES, firstSizeBytes)) return;
        // Closed first: not every system lets an open file be replaced.
        MetadataFile old = file;
        file = null;
        old.close();
        MetadataFile.replace(disk, path, MetadataCodec.encode(image));
        reopen();
    }

    private void reopen() throws IOException {
        ClusterImage[] replayed = new ClusterImage[1];
        long[] first = new long[1];
        file = MetadataFile.open(disk, path, body -> {
            replayed[0] = MetadataCodec.replay(machine, replayed[0], body);
            if (first[0] == 0) first[0] = body.length;
        });
        image = replayed[0];
        firstSizeBytes = first[0];
    }

    private ApiException failed() {
        return new ApiException(
                ErrorCode.STORAGE_FAILED, "The metadata log cannot be written; restart the server. (" + failure + ")");
    }
}
