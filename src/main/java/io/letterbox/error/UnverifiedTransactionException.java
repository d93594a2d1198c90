package io.letterbox.error;

/**
 * Signals that a batch was not appended, because the partition does not know that its transaction is open (KIP-890 part
 * 1). The sender asks the transaction's coordinator whether the partition is part of the transaction, and sends the
 * batch again with the guard; a guard that a marker or a newer epoch has voided in the meantime is refused the same
 * way.
 */
public final class UnverifiedTransactionException extends ApiException {
    private static final long serialVersionUID = 1L;

    private final transient VerificationGuard guard;

    /**
     * @param guard the guard to send the batch again with
     * @param detail a whole sentence for a person
     */
    public UnverifiedTransactionException(VerificationGuard guard, String detail) {
        super(ErrorCode.INVALID_TXN_STATE, detail);
        this.guard = guard;
    }

    /** The guard to send the batch again with, once the coordinator has confirmed the transaction. */
    public VerificationGuard guard() {
        return guard;
    }
}
