package io.letterbox.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a command reads and writes: standard input, output and error, or what a test puts in their place.
 *
 * @param in what is published, and answers to questions
 * @param out results
 * @param err progress and complaints
 * @param watched whether a person looks at {@code err}, so that progress may be drawn
 */
record Terminal(InputStream in, PrintStream out, PrintStream err, boolean watched) {
    static Terminal ofProcess() {
        return new Terminal(System.in, System.out, System.err, isTerminal(2));
    }

    /** Whether somebody can be asked: a question needs an answer from a keyboard. */
    boolean canAsk() {
        return watched && isTerminal(0);
    }

    /** Java itself only knows whether input and output both are terminals, which they are not in a pipe. */
    private static boolean isTerminal(int descriptor) {
        try {
            String device = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty") || device.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return System.console() != null;
        }
    }
}
