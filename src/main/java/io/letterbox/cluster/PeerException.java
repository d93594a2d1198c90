package io.letterbox.cluster;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;

/** No answer came from another node. */
public final class PeerException extends ApiException {
    private static final long serialVersionUID = 1L;

    private final boolean mayBeDone;

    private PeerException(ErrorCode code, String detail, boolean mayBeDone) {
        super(code, detail);
        this.mayBeDone = mayBeDone;
    }

    /** The request did not leave this node, or reached nobody: it has not been done, and may be sent elsewhere. */
    public static PeerException notSent(int node, String why) {
        return new PeerException(
                ErrorCode.NODE_UNREACHABLE, "Node " + node + " was not asked: " + why + ". Try again later.", false);
    }

    /** The request may have been received. */
    public static PeerException mayBeDone(int node, String why) {
        return new PeerException(
                ErrorCode.OUTCOME_UNKNOWN,
                "Node " + node + " was asked and did not answer: " + why + ". It may have been done or not.",
                true);
    }

    /** False if it is certain that the other node has not seen the request. */
    public boolean mayBeDone() {
        return mayBeDone;
    }
}
