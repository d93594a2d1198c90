package io.letterbox.sse;

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

    /** How many bytes have been written, in a count of its own; only of a sink that was opened to count. */
    long written();

    /**
     * How many of the {@link #written} bytes the peer's kernel has acknowledged, as far as can be told; a system call. Only
     * of a sink that was opened to count.
     */
    long acknowledged();

    /** False while more waits for the socket than one subscriber may have waiting. */
    boolean writable();

    /** Ends the stream in good order; the client is expected to come back. */
    void end();

    /** Cuts the connection, whatever waits for it. */
    void abort();
}
