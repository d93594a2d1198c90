package io.letterbox.delivery;

/** Where one subscriber's events go. Owned by the connection's event loop, like everything in this room. */
interface SseSink {
    /** Told what happens to the connection. */
    interface Listener {
        /** The socket takes bytes again after {@link #writable} was false. */
        void onDrained();

        /** The connection is gone; called once, and not after {@link #end} or {@link #abort}. */
        void onClosed();
    }

    /** Hands over a chunk with a body. Allowed while {@link #writable} is false, but then memory is spent. */
    void write(SseChunk chunk);

    /**
     * Like {@link #write(SseChunk)}.
     *
     * @param taken is run when the socket has taken all of it, in the order of the writes; never where it did not
     */
    void write(SseChunk chunk, Runnable taken);

    /** False while more waits for the socket than one subscriber may have waiting. */
    boolean writable();

    /** Ends the stream in good order; the client is expected to come back. */
    void end();

    /** Cuts the connection, whatever waits for it. */
    void abort();
}
