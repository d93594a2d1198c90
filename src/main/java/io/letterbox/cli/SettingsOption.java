package io.letterbox.cli;

import io.letterbox.config.ConfigException;
import io.letterbox.config.ConfigLoader;
import io.letterbox.config.LetterboxConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that say with which settings a server runs, or would run. */
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
     * The settings of file, environment and options.
     *
     * @throws Failure where some of them are wrong; it names all of those
     */
    LetterboxConfig load() {
        return load(List.of());
    }

    /**
     * The same, and settings of further options, which win.
     *
     * @param more as {@code http.port=9000} each
     */
    LetterboxConfig load(List<String> more) {
        List<String> all = new ArrayList<>(overrides);
        all.addAll(more);
        try {
            return ConfigLoader.load(file, System.getenv(), all);
        } catch (ConfigException e) {
            throw new Failure(ExitCode.USAGE, "CONFIG", e.getMessage());
        }
    }
}
