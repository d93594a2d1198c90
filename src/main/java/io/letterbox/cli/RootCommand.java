package io.letterbox.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The program without a command. */
@Command(
        name = "letterbox",
        header = "Letterbox keeps streams of events on disk and hands them to browsers and programs.",
        synopsisHeading = "%nUsage: ",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:done",
            "1:failed, for the reason given; the same call may succeed later",
            "2:the call itself is wrong",
            "3:the server refused",
            "4:no server answers, or it went away",
            "5:a log that was looked at is damaged"
        },
        footerHeading = "%nTo begin:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} serve                            run a server at http://127.0.0.1:8080",
            "  echo hello | ${ROOT-COMMAND-NAME} publish greetings   put a record into a topic",
            "  ${ROOT-COMMAND-NAME} tail greetings --from earliest   read the topic and wait for more"
        },
        versionProvider = VersionCommand.Provider.class)
final class RootCommand {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Shows this help.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            scope = ScopeType.INHERIT,
            description = "Shows the version.")
    private boolean version;
}
