package io.letterbox.error;

/**
 * A batch of a transaction that this partition does not know to be going on (KIP-890 part 1). It was not appended.
 * Whoever sent it asks the transaction's coordinator whether the partition is part of the transaction, and sends the
 * batch again with the guard; a guard that a marker or a newer epoch has overtaken in the meantime is refused the same
 * way.
 */
public final class UnverifiedTransactionException extends ApiException {
    private static final long serialVersionUID = 1L;

    private final transient VerificationGuard guard;

    /**
     * @param guard what the batch has to be sent with
     * @param detail a whole sentence for a person
     */
    public UnverifiedTransactionException(VerificationGuard guard, String detail) {
        super(ErrorCode.INVALID_TXN_STATE, detail);
        this.guard = guard;
    }

    /** What the batch has to be sent with once the coordinator has confirmed the transaction. */
    public VerificationGuard guard() {
        return guard;
    }
}
