package io.letterbox.cli;

import io.letterbox.config.LetterboxConfig;

/** Starts a server; the composition root passes one to the command line. */
@FunctionalInterface
public interface Starter {
    /**
     * Starts a server and returns when it is ready.
     *
     * @throws Exception if it cannot start; the message is for the user, a whole sentence
     */
    Running start(LetterboxConfig config) throws Exception;

    /** A server that runs in this process. */
    interface Running extends AutoCloseable {
        /** The port of the HTTP server. */
        int httpPort();

        /** The port of the Kafka server; -1 if there is none. */
        int kafkaPort();

        /**
         * Blocks until the server has stopped, by a signal, by {@link #close()} or by a failure.
         *
         * @return the exit status of the process, one of {@link ExitCode}
         */
        int awaitStop() throws InterruptedException;

        /** Drains and stops; returns when everything is on disk and closed. */
        @Override
        void close();
    }
}
