package io.letterbox.cluster.copy;

import io.letterbox.disk.Disk;
import io.letterbox.disk.LogFile;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.storage.ReplicaPins;
import io.letterbox.storage.replica.LogPosition;
import io.letterbox.text.FileTrouble;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives copies of this node's replicas to other nodes. What nobody reads from for a while is let go. Owned by one
 * worker thread at a time, as it reads files.
 */
public final class CopySource {
    private static final Logger LOG = LoggerFactory.getLogger(CopySource.class);

    /** A copy that was not read from for so long is given up; whoever comes later begins a new one. */
    public static final long IDLE_MS = 10 * 60_000;

    /** More copies are refused: each keeps files that were deleted, and entries of Raft. */
    static final int MAX_COPIES = 8;

    private final Disk disk;
    private final ReplicaPins pins;
    private final Replicas replicas;
    private final Map<Long, Given> given = new HashMap<>();

    /** What the source needs of the node's replicas. Calls may block. */
    public interface Replicas {
        /** Whether this node has a sound replica of a shard. */
        boolean has(int shard);

        /**
         * Has the replica write a checkpoint that reaches up to an index or further, if the last one does not.
         *
         * @throws IOException if that cannot be done now
         */
        void checkpoint(int shard, long leastIndex) throws IOException;

        /** Keeps the entries of the shard's log from an index on for a copy. */
        void keepFrom(int shard, long copy, long index);

        /** They are not needed any more. */
        void release(int shard, long copy);
    }

    private static final class Given {
        private final CopyManifest manifest;
        private final Path directory;
        private final Buffer list;
        private long readMs;

        Given(CopyManifest manifest, Path directory, long readMs) {
            this.manifest = manifest;
            this.directory = directory;
            this.list = manifest.encode();
            this.readMs = readMs;
        }
    }

    public CopySource(Disk disk, ReplicaPins pins, Replicas replicas) {
        this.disk = disk;
        this.pins = pins;
        this.replicas = replicas;
    }

    /**
     * Answers a request; blocks.
     *
     * @param freshId the id of a new copy: more than 0, and of no copy that was ever given
     * @param nowMs on the monotonic clock
     * @throws ApiException if this node cannot; in words
     * @throws IOException if a file cannot be read
     */
    public CopyAnswer answer(CopyRequest request, long freshId, long nowMs) throws IOException {
        expire(nowMs);
        if (request instanceof CopyRequest.Pin pin) return pin(pin, freshId, nowMs);
        if (request instanceof CopyRequest.Read read) return read(read, nowMs);
        release(((CopyRequest.Release) request).copy());
        return new CopyAnswer.Released();
    }

    private CopyAnswer pin(CopyRequest.Pin pin, long freshId, long nowMs) throws IOException {
        Given before = given.get(pin.copy());
        boolean goesOn = before != null
                && before.manifest.shard() == pin.shard()
                && before.manifest.position().index() >= pin.leastIndex();
        if (goesOn) {
            before.readMs = nowMs;
            return new CopyAnswer.Pinned(pin.copy(), before.list.length());
        }
        if (!replicas.has(pin.shard())) throw refusal("This node has no sound replica of shard " + pin.shard() + ".");
        if (given.size() >= MAX_COPIES)
            throw refusal("This node gives " + MAX_COPIES + " copies already. Try again later.");
        // First, as the log is purged up to each checkpoint.
        replicas.keepFrom(pin.shard(), freshId, 0);
        try {
            if (pins.checkpointed(pin.shard()).index() < pin.leastIndex())
                replicas.checkpoint(pin.shard(), pin.leastIndex());
            ReplicaPins.Pinned pinned = pins.pin(pin.shard(), freshId);
            LogPosition position = pinned.position();
            replicas.keepFrom(pin.shard(), freshId, position.index() + 1);
            given.put(freshId, new Given(manifest(pin.shard(), pinned), pinned.directory(), nowMs));
        } catch (IOException | RuntimeException failed) {
            replicas.release(pin.shard(), freshId);
            throw failed;
        }
        return new CopyAnswer.Pinned(freshId, given.get(freshId).list.length());
    }

    private static CopyManifest manifest(int shard, ReplicaPins.Pinned pinned) {
        List<CopyManifest.File> files = new ArrayList<>();
        for (int index = 0; index < pinned.files().size(); index++)
            files.add(new CopyManifest.File(
                    pinned.files().get(index), pinned.lengths().get(index)));
        return new CopyManifest(shard, pinned.position(), pinned.metadataVersion(), files);
    }

    private CopyAnswer read(CopyRequest.Read read, long nowMs) throws IOException {
        Given from = given.get(read.copy());
        if (from == null)
            throw refusal("This node does not hold the copy " + read.copy() + " any more; begin a new one.");
        from.readMs = nowMs;
        if (read.file() == CopyRequest.Read.MANIFEST) {
            int begin = (int) Math.min(read.offset(), from.list.length());
            int end = (int) Math.min((long) begin + read.length(), from.list.length());
            return new CopyAnswer.Range(end == from.list.length(), from.list.getBuffer(begin, end));
        }
        if (read.file() >= from.manifest.files().size())
            throw refusal("The copy " + read.copy() + " has no file " + read.file() + ".");
        CopyManifest.File listed = from.manifest.files().get(read.file());
        Path path = from.directory;
        for (String name : listed.path()) path = path.resolve(name);
        try (LogFile file = disk.open(path)) {
            // It may have grown since.
            long end = Math.min(listed.length(), file.size());
            int length = (int) Math.max(0, Math.min(read.length(), end - read.offset()));
            ByteBuffer bytes = ByteBuffer.allocate(length);
            int count = file.read(bytes, read.offset());
            Buffer content = Buffer.buffer(bytes.array()).getBuffer(0, count);
            return new CopyAnswer.Range(count < length || read.offset() + count >= end, content);
        }
    }

    /**
     * Lets go of what nobody has read from for a while; to be called now and then, as who has got a copy may end before
     * it says so.
     */
    public void expire(long nowMs) {
        for (Map.Entry<Long, Given> each : List.copyOf(given.entrySet())) {
            if (nowMs - each.getValue().readMs < IDLE_MS) continue;
            try {
                release(each.getKey());
            } catch (IOException e) {
                LOG.warn("The files of a copy that nobody reads could not be removed: {}", FileTrouble.reason(e));
            }
        }
    }

    private void release(long copy) throws IOException {
        Given released = given.remove(copy);
        if (released == null) return;
        int shard = released.manifest.shard();
        replicas.release(shard, copy);
        pins.release(shard, copy);
    }

    private static ApiException refusal(String why) {
        return new ApiException(ErrorCode.NODE_UNREACHABLE, why);
    }
}
