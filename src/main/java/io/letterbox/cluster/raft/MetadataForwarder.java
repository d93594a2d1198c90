package io.letterbox.cluster.raft;

import java.util.concurrent.CompletionStage;

/** Carries proposals to the node that is the controller, where {@link RaftMetadataLog#answer} takes them. */
public interface MetadataForwarder {
    /**
     * Asks another node.
     *
     * @param node the controller, as far as is known here
     * @param proposal bytes for {@link RaftMetadataLog#answer}
     * @return its answer. Fails with a {@link io.letterbox.cluster.PeerException} that says whether the proposal may
     *     have been seen; any other failure counts as if it may
     */
    CompletionStage<byte[]> ask(int node, byte[] proposal);
}
