package io.letterbox;

/** The composition root and the entry point of the JAR. */
public final class Letterbox {
    private Letterbox() {}

    /** Runs a command of the command line; see {@code --help}. */
    public static void main(String[] args) {
        throw new AssertionError("not wired yet");
    }
}
