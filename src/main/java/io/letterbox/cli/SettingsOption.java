package io.letterbox.cli;

import io.letterbox.config.ConfigException;
import io.letterbox.config.ConfigLoader;
import io.letterbox.config.LetterboxConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** The options with the settings of a server. */
final class SettingsOption {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "A YAML file of settings. Without it every setting has its default.")
    private Path file;

    @Option(
            names = {"-s", "--set"},
            paramLabel = "KEY=VALUE",
            description = "Sets one key, such as http.port=9000. Can be repeated.")
    private List<String> overrides = List.of();

    /**
     * The settings of file, environment and options; warnings go to standard error.
     *
     * @throws Failure if some of them are wrong; names all of those
     */
    LetterboxConfig load(Terminal terminal) {
        return load(terminal, List.of());
    }

    /**
     * As {@link #load(Terminal)}, with settings of further options, which take precedence.
     *
     * @param more as {@code http.port=9000} each
     */
    LetterboxConfig load(Terminal terminal, List<String> more) {
        try {
            return read(more, warning -> {
                terminal.err().println("letterbox: warning: " + warning);
                terminal.err().flush();
            });
        } catch (ConfigException e) {
            throw new Failure(ExitCode.USAGE, "CONFIG", e.getMessage());
        }
    }

    /**
     * As {@link #load(Terminal)}, for callers that handle the problems themselves.
     *
     * @param warning told what is suspicious but no error, a sentence each
     */
    LetterboxConfig read(Consumer<String> warning) throws ConfigException {
        return read(List.of(), warning);
    }

    private LetterboxConfig read(List<String> more, Consumer<String> warning) throws ConfigException {
        List<String> all = new ArrayList<>(overrides);
        all.addAll(more);
        return ConfigLoader.load(file, System.getenv(), all, warning);
    }

    /** The sources of the settings, in words. */
    String sources() {
        return (file == null ? "no file, so defaults" : "the file " + file) + ", variables and options";
    }
}
