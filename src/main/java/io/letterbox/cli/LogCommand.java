package io.letterbox.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.disk.FileDisk;
import io.letterbox.log.inspect.LogInspector;
import io.letterbox.log.inspect.LogInspector.Finding;
import io.letterbox.log.inspect.LogInspector.Summary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks and dumps logs that no server has open. */
@Command(
        name = "log",
        header = "Check and print the log files of a server that is not running.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} log verify data",
            "  ${ROOT-COMMAND-NAME} log dump data/topics/quakes/0 --from 1000 | head"
        })
final class LogCommand {
    private static final String DIR = "A data directory, its topics directory, a topic's directory or a partition's.";

    private final Terminal terminal;

    LogCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(
            name = "verify",
            header = "Check every batch and every index.",
            description = {"", "Exit status 5 when something is damaged. Nothing is changed.", ""})
    int verify(@Parameters(paramLabel = "DIR", description = DIR) Path directory, @Mixin JsonOption json)
            throws IOException {
        LogInspector inspector = inspector(directory);
        Progress progress = new Progress(terminal, "bytes checked");
        Summary summary = inspector.verify(directory, new Findings(terminal, json.wanted(), progress));
        progress.end();
        report(summary, json.wanted());
        return summary.sound() ? ExitCode.OK : ExitCode.DAMAGED;
    }

    @Command(
            name = "dump",
            header = "Print batches and records.",
            description = {
                "",
                "With --json one object per record, in the form of the server's envelopes; findings go to standard"
                        + " error.",
                ""
            })
    int dump(
            @Parameters(paramLabel = "DIR", description = DIR) Path directory,
            @Option(names = "--from", paramLabel = "OFFSET", description = "Leaves out records below this offset.")
                    long from,
            @Mixin JsonOption json)
            throws IOException {
        LogInspector inspector = inspector(directory);
        Summary summary = inspector.dump(directory, from, new RecordDump(terminal, json.wanted()));
        terminal.out().flush();
        return summary.sound() ? ExitCode.OK : ExitCode.DAMAGED;
    }

    private static LogInspector inspector(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            boolean file = Files.exists(directory);
            throw new Failure(
                    ExitCode.USAGE, file ? directory + " is no directory" : "there is no directory " + directory);
        }
        LogInspector inspector = new LogInspector(new FileDisk());
        if (inspector.partitions(directory).isEmpty()) {
            throw new Failure(ExitCode.USAGE, "there is no partition in " + directory);
        }
        return inspector;
    }

    private void report(Summary summary, boolean json) {
        if (json) {
            ObjectNode report = ServerClient.JSON.createObjectNode();
            report.put("sound", summary.sound());
            report.put("partitions", summary.partitions());
            report.put("segments", summary.segments());
            report.put("bytes", summary.bytes());
            report.put("batches", summary.batches());
            report.put("records", summary.records());
            report.put("notes", summary.notes());
            report.put("damages", summary.damages());
            terminal.out().println(report);
            return;
        }
        terminal.out()
                .println(String.join(
                        ", ",
                        Texts.count(summary.partitions(), "partition"),
                        Texts.count(summary.segments(), "segment"),
                        Texts.bytes(summary.bytes()),
                        Texts.count(summary.records(), "record")));
        String result = summary.sound() ? "sound" : Texts.count(summary.damages(), "damage");
        String notes = summary.notes() == 0 ? "" : ", with " + Texts.count(summary.notes(), "note");
        terminal.out().println(result + notes);
    }

    /** Prints what the inspector finds, while it works. */
    static class Findings implements LogInspector.Listener {
        private final Terminal terminal;
        private final boolean json;
        private final Progress progress;
        private long earlierFilesBytes;
        private Path current;
        private long currentBytes;

        Findings(Terminal terminal, boolean json, Progress progress) {
            this.terminal = terminal;
            this.json = json;
            this.progress = progress;
        }

        @Override
        public void progress(Path file, long bytesDone, long bytesTotal) {
            if (!file.equals(current)) {
                earlierFilesBytes += currentBytes;
                current = file;
            }
            currentBytes = bytesDone;
            progress.show(earlierFilesBytes + bytesDone);
        }

        @Override
        public void finding(Finding finding) {
            progress.end();
            terminal.err().println(json ? asJson(finding) : asText(finding));
        }

        private static String asText(Finding finding) {
            String at = finding.position() < 0 ? "" : " at byte " + finding.position();
            String offset = finding.offset() < 0 ? "" : " (offset " + finding.offset() + ")";
            return finding.severity().name().toLowerCase(java.util.Locale.ROOT) + ": " + finding.file() + at + offset
                    + ": " + finding.what();
        }

        private static String asJson(Finding finding) {
            ObjectNode node = ServerClient.JSON.createObjectNode();
            node.put("severity", finding.severity().name());
            node.put("file", finding.file().toString());
            node.put("position", finding.position());
            node.put("offset", finding.offset());
            node.put("what", finding.what());
            return node.toString();
        }
    }
}
