package io.letterbox.cluster.raft;

import io.letterbox.text.FileTrouble;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the image of the metadata now and then, and has entries purged that a start does not need any more. */
final class MetadataImages {
    private static final Logger LOG = LoggerFactory.getLogger(MetadataImages.class);

    /** After so many commands the image is written. */
    static final int MAX_COMMANDS = 1_000;

    /** Or after so many bytes of them. */
    private static final long MAX_BYTES = 256 << 10;

    /** So many entries are kept for nodes that are behind, beyond which they have to be copied. */
    private static final long MAX_KEPT = 100_000;

    private final RaftNode node;
    private final RaftGroupId group;
    private final MetadataStateMachine machine;
    private final AtomicBoolean running = new AtomicBoolean();

    // The thread that applies entries.
    private int commands;
    private long bytes;

    MetadataImages(RaftNode node, RaftGroupId group, MetadataStateMachine machine) {
        this.node = node;
        this.group = group;
        this.machine = machine;
    }

    void applied(long entryBytes) {
        commands++;
        bytes += entryBytes;
        if (commands < MAX_COMMANDS && bytes < MAX_BYTES || !running.compareAndSet(false, true)) return;
        commands = 0;
        bytes = 0;
        try {
            node.executor().execute(this::write);
        } catch (RejectedExecutionException closing) {
            running.set(false);
        }
    }

    private void write() {
        try {
            long index = machine.writeImage().getIndex();
            RaftServer.Division division = node.division(group);
            long everywhere = index;
            for (CommitInfoProto peer : division.getCommitInfos()) {
                everywhere = Math.min(everywhere, peer.getCommitIndex());
            }
            long purged = Math.max(everywhere, index - MAX_KEPT);
            if (purged > 0) division.getRaftLog().purge(purged);
        } catch (IOException | RuntimeException lacking) {
            LOG.warn("The image of the metadata was not written; it is tried again: {}", FileTrouble.reason(lacking));
        } finally {
            running.set(false);
        }
    }
}
