package io.letterbox.sse;

/** The output of one subscriber. Owned by the connection's event loop, like everything in this package. */
interface SseSink {
    /** Told about events of the connection. */
    interface Listener {
        /** The socket takes bytes again, after {@link #writable} was false. */
        void onDrained();

        /** The connection has been closed; called once, and not after {@link #end} or {@link #abort}. */
        void onClosed();
    }

    /** Writes a chunk with a body. Allowed while {@link #writable} is false, but costs memory then. */
    void write(SseChunk chunk);

    /** How many bytes have been written, by a count of the sink's own; only for a sink that was opened to count. */
    long written();

    /**
     * How many of the {@link #written} bytes the peer's kernel has acknowledged, as far as can be determined; makes a
     * system call. Only for a sink that was opened to count.
     */
    long acknowledged();

    /** False while more bytes wait for the socket than one subscriber may have waiting. */
    boolean writable();

    /** Ends the stream in good order; the client is expected to come back. */
    void end();

    /** Closes the connection, whatever waits to be sent. */
    void abort();
}
