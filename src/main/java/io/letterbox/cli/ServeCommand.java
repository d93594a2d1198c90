package io.letterbox.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs a server until it is told to stop. */
@Command(
        name = "serve",
        header = "Run a server.",
        description = {
            "",
            "Runs until SIGTERM or Ctrl-C, then drains and stops cleanly.",
            "Settings come from the file, then from variables such as LETTERBOX_HTTP_PORT, then from --set; the last"
                    + " one wins. conf/letterbox.yaml documents every key.",
            ""
        })
final class ServeCommand implements Callable<Integer> {
    private final Starter starter;
    private final Terminal terminal;

    @Option(
            names = "--static",
            paramLabel = "DIR",
            description = "Serves the files of a directory at /static/, such as pages that read topics"
                    + " (http.staticDir).")
    private Path files;

    @Mixin
    private SettingsOption settings = new SettingsOption();

    ServeCommand(Starter starter, Terminal terminal) {
        this.starter = starter;
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        List<String> more = files == null ? List.of() : List.of("http.staticDir=" + files);
        Starter.Running server = starter.start(settings.load(terminal, more));
        return server.awaitStop();
    }
}
