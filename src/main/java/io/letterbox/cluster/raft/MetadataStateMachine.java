package io.letterbox.cluster.raft;

import io.letterbox.disk.Disk;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.MetadataCodec;
import io.letterbox.metadata.MetadataMachine;
import io.letterbox.metadata.Transition;
import io.letterbox.text.FileTrouble;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/** Carries out what the metadata group agreed on. Called by Ratis, entries by one thread. */
final class MetadataStateMachine extends BaseStateMachine {
    private static final String IMAGE_FILE = "image";

    /** What this state machine tells. */
    interface Listener {
        /** A command changed the image; on the thread that applies entries. */
        void changed(ClusterImage image, long entryBytes);

        /** Nothing is applied any more; on a thread of Ratis. */
        void failed(String reason);
    }

    private final Disk disk;
    private final MetadataMachine machine;
    private final Listener listener;

    // Written by the thread that applies entries; read by any.
    private volatile AgreedImage agreed;

    // Written by the thread that writes images; read by Ratis.
    private volatile SnapshotInfo snapshot;
    private volatile Path file;

    MetadataStateMachine(Disk disk, MetadataMachine machine, String clusterId, Listener listener) {
        this.disk = disk;
        this.machine = machine;
        this.listener = listener;
        this.agreed = new AgreedImage(TermIndex.INITIAL_VALUE, MetadataMachine.empty(clusterId));
        setLastAppliedTermIndex(TermIndex.INITIAL_VALUE);
    }

    AgreedImage agreed() {
        return agreed;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId group, RaftStorage storage) throws IOException {
        super.initialize(server, group, storage);
        Path directory = storage.getStorageDir().getStateMachineDir().toPath();
        disk.createDirectories(directory);
        file = directory.resolve(IMAGE_FILE);
        if (!disk.exists(file)) return;
        AgreedImage written = AgreedImage.read(disk, file, machine);
        agreed = written;
        setLastAppliedTermIndex(written.at());
        snapshot = snapshot(written.at());
    }

    /** Writes the newest image; blocks. Entries up to it are not needed for a start any more. */
    TermIndex writeImage() throws IOException {
        AgreedImage newest = agreed;
        newest.write(disk, file);
        snapshot = snapshot(newest.at());
        return newest.at();
    }

    private SnapshotInfo snapshot(TermIndex at) {
        return new SingleFileSnapshotInfo(new FileInfo(file, null), at);
    }

    @Override
    public SnapshotInfo getLatestSnapshot() {
        return snapshot;
    }

    @Override
    public TransactionContext startTransaction(RaftClientRequest request) throws IOException {
        TransactionContext transaction = super.startTransaction(request);
        if (request.getMessage() instanceof Proposed proposed) proposed.begun(transaction);
        return transaction;
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = transaction.getLogEntry();
        byte[] body = entry.getStateMachineLogEntry().getLogData().toByteArray();
        TermIndex at = TermIndex.valueOf(entry);
        Command command;
        try {
            command = MetadataCodec.decodeCommand(body);
        } catch (IOException unreadable) {
            // What follows would lead to another image than on the other nodes.
            listener.failed("an entry cannot be read (" + FileTrouble.reason(unreadable) + ")");
            throw new IllegalStateException(unreadable);
        }
        Transition transition = machine.carryOut(agreed.image(), command);
        boolean changed = transition.image() != agreed.image();
        agreed = new AgreedImage(at, transition.image());
        updateLastAppliedTermIndex(at);
        if (changed) listener.changed(transition.image(), body.length);
        byte[] reply = new ProposalOutcome.Replied(transition.reply()).encode();
        return CompletableFuture.completedFuture(Message.valueOf(UnsafeByteOperations.unsafeWrap(reply)));
    }

    /** The answer of a barrier: everything that was agreed on before it was asked is in the image. */
    @Override
    public CompletableFuture<Message> query(Message request) {
        return CompletableFuture.completedFuture(Message.EMPTY);
    }

    @Override
    public CompletableFuture<TermIndex> notifyInstallSnapshotFromLeader(RoleInfoProto role, TermIndex first) {
        if (getLastAppliedTermIndex().getIndex() + 1 >= first.getIndex())
            return CompletableFuture.completedFuture(null);
        listener.failed("the other nodes have forgotten entries that this one has not seen; it has to be copied");
        return new CompletableFuture<>();
    }

    @Override
    public void notifyLogFailed(Throwable cause, LogEntryProto entry) {
        listener.failed("its log cannot be written (" + FileTrouble.reason(cause) + ")");
    }

    @Override
    public void close() throws IOException {
        super.close();
        listener.failed("it was closed");
    }
}
