package io.letterbox.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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

    @Mixin
    private SettingsOption settings = new SettingsOption();

    ServeCommand(Starter starter) {
        this.starter = starter;
    }

    @Override
    public Integer call() throws Exception {
        Starter.Running server = starter.start(settings.load());
        return server.awaitStop();
    }
}
