package io.letterbox.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.config.ConfigException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Checks settings without starting a server. */
@Command(
        name = "config",
        header = "Check settings without starting a server.",
        footerHeading = "%nExamples:%n",
        footer = {"  ${ROOT-COMMAND-NAME} config check --config conf/letterbox.yaml"})
final class ConfigCommand {
    private final Terminal terminal;

    ConfigCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(
            name = "check",
            header = "Say whether a server would accept these settings.",
            description = {
                "",
                "Reads the file, the variables and --set as a server would, and says everything that is wrong with"
                        + " them; exit status 2 where something is. Nothing is opened or started: what the machine"
                        + " lacks, doctor says.",
                ""
            })
    int check(@Mixin SettingsOption settings, @Mixin JsonOption json) {
        List<String> warnings = new ArrayList<>();
        List<String> problems = problems(settings, warnings);
        if (json.wanted()) {
            print(problems, warnings);
        } else {
            warnings.forEach(each -> terminal.err().println("letterbox: warning: " + each));
            problems.forEach(each -> terminal.err().println("letterbox: " + each));
            if (problems.isEmpty()) terminal.out().println("The settings are sound: " + settings.sources() + ".");
        }
        return problems.isEmpty() ? ExitCode.OK : ExitCode.USAGE;
    }

    private static List<String> problems(SettingsOption settings, List<String> warnings) {
        try {
            settings.read(warnings::add);
            return List.of();
        } catch (ConfigException e) {
            return e.problems();
        }
    }

    private void print(List<String> problems, List<String> warnings) {
        ObjectNode report = ServerClient.JSON.createObjectNode();
        report.put("sound", problems.isEmpty());
        ArrayNode wrong = report.putArray("problems");
        problems.forEach(wrong::add);
        ArrayNode strange = report.putArray("warnings");
        warnings.forEach(strange::add);
        terminal.out().println(report);
    }
}
