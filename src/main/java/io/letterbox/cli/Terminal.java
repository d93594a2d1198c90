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
 * The input and output of a command: standard input, output and error, or what a test puts in their place.
 *
 * @param in records to publish, and answers to questions
 * @param out results; on a terminal, with control characters made visible
 * @param err messages; with control characters made visible
 * @param own the same two for output of this program itself, such as progress and coloured help
 * @param watched whether {@code err} is a terminal, so that progress may be drawn
 * @param typed whether {@code in} is a keyboard
 */
record Terminal(InputStream in, PrintStream out, PrintStream err, Own own, boolean watched, boolean typed) {
    private static final int BUFFER_BYTES = 1 << 16;

    /** Standard output and error without a filter: nothing from outside may be written there. */
    record Own(PrintStream out, PrintStream err) {}

    static Terminal ofProcess() {
        // System.out passes every line on at once, which is slow for a stream of lines; callers flush.
        OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES);
        return of(System.in, out, System.err, isTerminal(1), isTerminal(2)).withKeyboard(isTerminal(0));
    }

    /**
     * @param outWatched whether {@code out} is a terminal; a file or another program gets the bytes unchanged
     * @param errWatched whether {@code err} is a terminal
     */
    static Terminal of(InputStream in, OutputStream out, OutputStream err, boolean outWatched, boolean errWatched) {
        PrintStream results = print(outWatched ? new PrintableStream(out) : out);
        return new Terminal(
                in, results, print(new PrintableStream(err)), new Own(print(out), print(err)), errWatched, false);
    }

    /** This terminal with or without a keyboard; {@link #of} makes one without. */
    Terminal withKeyboard(boolean present) {
        return new Terminal(in, out, err, own, watched, present);
    }

    private static PrintStream print(OutputStream out) {
        return new PrintStream(out, false, StandardCharsets.UTF_8);
    }

    /** This terminal without progress. */
    Terminal unwatched() {
        return new Terminal(in, out, err, own, false, typed);
    }

    /** Whether a question can be asked, which needs a keyboard. */
    boolean canAsk() {
        return watched && typed;
    }

    /** Java only knows whether input and output are both terminals, which they are not in a pipe. */
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
