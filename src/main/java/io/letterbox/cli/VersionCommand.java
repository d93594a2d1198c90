package io.letterbox.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;

/** Prints the version. */
@Command(name = "version", header = "Show the version of Letterbox and of the Java that runs it.")
final class VersionCommand implements Callable<Integer> {
    /** The same line, for {@code --version}. */
    static final class Provider implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {line()};
        }
    }

    private final Terminal terminal;

    @Mixin
    private JsonOption json = new JsonOption();

    VersionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (!json.wanted()) {
            terminal.out().println(line());
            return ExitCode.OK;
        }
        try (JsonGenerator generator =
                new JsonFactory().createGenerator(terminal.out()).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
            generator.writeStartObject();
            generator.writeStringField("version", Version.read());
            generator.writeStringField("java", java());
            generator.writeEndObject();
        }
        terminal.out().println();
        return ExitCode.OK;
    }

    private static String line() {
        return "letterbox " + Version.read() + " (Java " + java() + ")";
    }

    private static String java() {
        return System.getProperty("java.version");
    }
}
