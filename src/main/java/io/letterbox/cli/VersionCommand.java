package io.letterbox.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says what this is. */
@Command(name = "version", header = "Show the version of Letterbox and of the Java that runs it.")
final class VersionCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private JsonOption json = new JsonOption();

    VersionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        String version = Version.read();
        String java = System.getProperty("java.version");
        if (!json.wanted()) {
            terminal.out().println("letterbox " + version + " (Java " + java + ")");
            return ExitCode.OK;
        }
        try (JsonGenerator generator =
                new JsonFactory().createGenerator(terminal.out()).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
            generator.writeStartObject();
            generator.writeStringField("version", version);
            generator.writeStringField("java", java);
            generator.writeEndObject();
        }
        terminal.out().println();
        return ExitCode.OK;
    }
}
