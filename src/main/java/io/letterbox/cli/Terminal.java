package io.letterbox.cli;

import io.letterbox.text.PrintableStream;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a command reads and writes: standard input, output and error, or what a test puts in their place.
 *
 * @param in what is published, and answers to questions
 * @param out results; where a person looks at them, what a terminal would obey is made visible
 * @param err complaints; what a terminal would obey is made visible
 * @param own the same two for what this program draws itself, such as progress and coloured help
 * @param watched whether a person looks at {@code err}, so that progress may be drawn
 * @param typed whether a person types what {@code in} gives
 */
record Terminal(InputStream in, PrintStream out, PrintStream err, Own own, boolean watched, boolean typed) {
    private static final int BUFFER_BYTES = 1 << 16;

    /** Standard output and error as they are: nothing from outside may go there. */
    record Own(PrintStream out, PrintStream err) {}

    static Terminal ofProcess() {
        // System.out hands every line to the system, which is slow for a stream of them; whoever writes, flushes.
        OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES);
        return of(System.in, out, System.err, isTerminal(1), isTerminal(2)).withKeyboard(isTerminal(0));
    }

    /**
     * @param outWatched whether a person looks at {@code out}; a file or another program gets the bytes as they are
     * @param errWatched whether a person looks at {@code err}
     */
    static Terminal of(InputStream in, OutputStream out, OutputStream err, boolean outWatched, boolean errWatched) {
        PrintStream results = print(outWatched ? new PrintableStream(out) : out);
        return new Terminal(
                in, results, print(new PrintableStream(err)), new Own(print(out), print(err)), errWatched, false);
    }

    /** The same, with or without a person at the keyboard; {@link #of} makes one without. */
    Terminal withKeyboard(boolean present) {
        return new Terminal(in, out, err, own, watched, present);
    }

    private static PrintStream print(OutputStream out) {
        return new PrintStream(out, false, StandardCharsets.UTF_8);
    }

    /** The same, but nobody looks at it. */
    Terminal unwatched() {
        return new Terminal(in, out, err, own, false, typed);
    }

    /** Whether somebody can be asked: a question needs an answer from a keyboard. */
    boolean canAsk() {
        return watched && typed;
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
