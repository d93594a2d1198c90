package io.letterbox.cli;

/** A line with a running count on a terminal; nothing is written to a file or a pipe. */
final class Progress {
    private static final long SHORTEST_PAUSE_NS = 100_000_000;

    private final Terminal terminal;
    private final String what;
    private final long beganNs = System.nanoTime();
    private long shownNs;
    private boolean shown;

    Progress(Terminal terminal, String what) {
        this.terminal = terminal;
        this.what = what;
    }

    void show(long count) {
        long now = System.nanoTime();
        if (!terminal.watched() || (shown && now - shownNs < SHORTEST_PAUSE_NS)) {
            return;
        }
        double seconds = Math.max(0.001, (now - beganNs) / 1e9);
        terminal.own().err().printf("\r\033[K%,d %s, %,.0f/s", count, what, count / seconds);
        terminal.own().err().flush();
        shownNs = now;
        shown = true;
    }

    /** Clears the line, so that following output begins at its start. */
    void end() {
        if (shown) {
            terminal.own().err().print("\r\033[K");
            terminal.own().err().flush();
        }
    }
}
