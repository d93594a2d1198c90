package io.letterbox.cli;

import picocli.CommandLine.Option;

/** The option for results that a program can read. */
final class JsonOption {
    @Option(names = "--json", description = "Writes the result as JSON, for programs.")
    private boolean json;

    boolean wanted() {
        return json;
    }
}
