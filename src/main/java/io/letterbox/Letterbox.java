package io.letterbox;

import io.letterbox.cli.Cli;

/** The entry point of the JAR. */
public final class Letterbox {
    private Letterbox() {}

    /** Runs a command of the command line; see {@code --help}. */
    public static void main(String[] args) {
        System.exit(Cli.run(args, ServingProcess::start));
    }
}
