package io.letterbox.cli;

import io.letterbox.config.ConfigException;
import io.letterbox.config.ConfigLoader;
import io.letterbox.config.LetterboxConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a server until it is told to stop. */
@Command(
        name = "serve",
        header = "Run a server.",
        description = {
            "",
            "Runs until SIGTERM or Ctrl-C, then drains and stops cleanly.",
            "Settings come from the file, then from variables such as LETTERBOX_HTTP_PORT, then from --set; the last one"
                    + " wins. conf/letterbox.yaml documents every key.",
            ""
        })
final class ServeCommand implements Callable<Integer> {
    private final Starter starter;

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

    ServeCommand(Starter starter) {
        this.starter = starter;
    }

    @Override
    public Integer call() throws Exception {
        Starter.Running server = starter.start(config());
        return server.awaitStop();
    }

    private LetterboxConfig config() {
        try {
            return ConfigLoader.load(file, System.getenv(), overrides);
        } catch (ConfigException e) {
            throw new Failure(ExitCode.USAGE, "CONFIG", e.getMessage());
        }
    }
}
