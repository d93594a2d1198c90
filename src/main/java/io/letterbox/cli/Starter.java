package io.letterbox.cli;

import io.letterbox.config.LetterboxConfig;

/** Makes a server run; the composition root hands one to the command line. */
@FunctionalInterface
public interface Starter {
    /**
     * Starts a server and returns when it is ready.
     *
     * @throws Exception when it cannot start; the message is for the person who called, a whole sentence
     */
    Running start(LetterboxConfig config) throws Exception;

    /** A server that runs in this process. */
    interface Running extends AutoCloseable {
        /** The port of the HTTP door. */
        int httpPort();

        /** The port of the Kafka door; -1 where there is none. */
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
