package io.letterbox.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
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
    private static final int BUFFER_BYTES = 1 << 16;

    static Terminal ofProcess() {
        // System.out hands every line to the system, which is slow for a stream of them; whoever writes, flushes.
        PrintStream out = new PrintStream(
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES),
                false,
                StandardCharsets.UTF_8);
        return new Terminal(System.in, out, System.err, isTerminal(2));
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
