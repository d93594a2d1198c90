package io.letterbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows a server's wall clock, and confirms it after a jump. */
@Command(
        name = "clock",
        header = "Show a server's wall clock, and confirm it after a jump.",
        description = {
            "",
            "After a jump of the wall clock by more than an hour a server deletes nothing for its age until the clock"
                    + " has run normally for an hour, or until somebody confirms that it is right.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  ${ROOT-COMMAND-NAME} clock show", "  ${ROOT-COMMAND-NAME} clock confirm"})
final class ClockCommand {
    private final Terminal terminal;

    ClockCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(name = "show", header = "Show the server's time, and whether it deletes by it.")
    int show(@Mixin ServerOption server, @Mixin JsonOption json) {
        return print(server.connect().get("/clock"), json);
    }

    @Command(
            name = "confirm",
            header = "Say that the server's wall clock is right.",
            description = {"", "What is too old by that clock is deleted again. Look at the time first.", ""})
    int confirm(@Mixin ServerOption server, @Mixin JsonOption json) {
        return print(server.connect().post("/clock/confirm"), json);
    }

    private int print(JsonNode clock, JsonOption json) {
        if (json.wanted()) {
            terminal.out().println(clock);
            return ExitCode.OK;
        }
        terminal.out()
                .println("Time        "
                        + Instant.ofEpochMilli(clock.path("wallMs").asLong()));
        if (clock.path("confirmed").asBoolean()) {
            terminal.out().println("State       confirmed: what is too old is deleted");
            return ExitCode.OK;
        }
        Duration jump = Duration.ofMillis(clock.path("jumpMs").asLong());
        long minutes = (clock.path("confirmedInMs").asLong() + 59_999) / 60_000;
        terminal.out().println("State       not confirmed: nothing is deleted for its age");
        terminal.out().println("Jump        " + durationText(jump.abs()) + (jump.isNegative() ? " back" : " forward"));
        terminal.out()
                .println(
                        "Confirmed   by itself in " + minutes + " min, or by: " + CommandName.get() + " clock confirm");
        return ExitCode.OK;
    }

    private static String durationText(Duration time) {
        return time.toDays() >= 2 ? time.toDays() + " days" : time.toHours() + " h " + time.toMinutesPart() + " min";
    }
}
