package io.letterbox.cluster.raft;

import org.apache.ratis.protocol.Message;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

/**
 * An entry on its way into the log of this process. Ratis hands the same object to the state machine that it was given,
 * so what came of it can be seen at once.
 */
final class Proposed implements Message {
    private final ByteString content;
    private final Object context;

    // Written by the thread that proposes, within its call of Ratis, and read by it after that.
    private volatile TransactionContext transaction;

    /** @param context what the transaction is to carry; null for nothing */
    Proposed(ByteString content, Object context) {
        this.content = content;
        this.context = context;
    }

    @Override
    public ByteString getContent() {
        return content;
    }

    Object context() {
        return context;
    }

    void begun(TransactionContext begun) {
        transaction = begun;
    }

    /** Whether the entry got a place in the log, so that it may be committed whatever the answer is. */
    boolean isAppended() {
        return transaction != null && transaction.getLogEntry() != null;
    }
}
