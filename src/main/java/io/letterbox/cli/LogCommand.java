package io.letterbox.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.disk.FileDisk;
import io.letterbox.log.inspect.LogInspector;
import io.letterbox.log.inspect.LogInspector.Finding;
import io.letterbox.log.inspect.LogInspector.Summary;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
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
            "  ${ROOT-COMMAND-NAME} log verify data quakes",
            "  ${ROOT-COMMAND-NAME} log dump data quakes/0 --from 1000 | head"
        })
final class LogCommand {
    private static final String DIR = "A data directory, its shards directory, a shard's directory or a partition's.";
    private static final String TOPIC = "Only this topic's partitions, or with /NUMBER only that one of them.";

    private final Terminal terminal;

    LogCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(
            name = "verify",
            header = "Check every batch and every index.",
            description = {"", "Exit status 5 when something is damaged. Nothing is changed.", ""})
    int verify(
            @Parameters(index = "0", paramLabel = "DIR", description = DIR) Path directory,
            @Parameters(index = "1", arity = "0..1", paramLabel = "TOPIC", description = TOPIC) String topic,
            @Mixin JsonOption json)
            throws IOException {
        Predicate<TopicPartition> wanted = wanted(topic);
        LogInspector inspector = inspector(directory, topic, wanted);
        Progress progress = new Progress(terminal, "bytes checked");
        Summary summary =
                inspector.verify(directory, wanted, new Findings(inspector, terminal, json.wanted(), progress));
        progress.end();
        report(summary, json.wanted());
        return summary.isUndamaged() ? ExitCode.OK : ExitCode.DAMAGED;
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
            @Parameters(index = "0", paramLabel = "DIR", description = DIR) Path directory,
            @Parameters(index = "1", arity = "0..1", paramLabel = "TOPIC", description = TOPIC) String topic,
            @Option(names = "--from", paramLabel = "OFFSET", description = "Leaves out records below this offset.")
                    long from,
            @Mixin JsonOption json)
            throws IOException {
        Predicate<TopicPartition> wanted = wanted(topic);
        LogInspector inspector = inspector(directory, topic, wanted);
        RecordDump dump = new RecordDump(inspector, terminal, json.wanted());
        Summary summary = inspector.dump(directory, wanted, from, dump);
        terminal.out().flush();
        return summary.isUndamaged() ? ExitCode.OK : ExitCode.DAMAGED;
    }

    /** What the second parameter means; all partitions where it is not there. */
    private static Predicate<TopicPartition> wanted(String topic) {
        if (topic == null) return any -> true;
        int slash = topic.indexOf('/');
        if (slash < 0) return partition -> partition.topic().equals(topic);
        String number = topic.substring(slash + 1);
        if (!number.matches("[0-9]{1,9}"))
            throw new Failure(
                    ExitCode.USAGE,
                    "'" + number + "' is no number of a partition; write " + topic.substring(0, slash) + "/0");
        TopicPartition one = new TopicPartition(topic.substring(0, slash), Integer.parseInt(number));
        return one::equals;
    }

    private static LogInspector inspector(Path directory, String topic, Predicate<TopicPartition> wanted)
            throws IOException {
        if (!Files.isDirectory(directory)) {
            boolean file = Files.exists(directory);
            throw new Failure(
                    ExitCode.USAGE, file ? directory + " is no directory" : "there is no directory " + directory);
        }
        LogInspector inspector = new LogInspector(new FileDisk());
        if (inspector.partitions(directory).isEmpty()) {
            throw new Failure(ExitCode.USAGE, "there is no partition in " + directory);
        }
        for (Path partition : inspector.partitions(directory)) {
            TopicPartition name = inspector.name(partition);
            if (topic == null || name != null && wanted.test(name)) return inspector;
        }
        throw new Failure(ExitCode.USAGE, "there is nothing of " + topic + " in " + directory);
    }

    private void report(Summary summary, boolean json) {
        if (json) {
            ObjectNode report = ServerClient.JSON.createObjectNode();
            report.put("sound", summary.isUndamaged());
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
                        ReadableNumbers.count(summary.partitions(), "partition"),
                        ReadableNumbers.count(summary.segments(), "segment"),
                        ReadableNumbers.bytes(summary.bytes()),
                        ReadableNumbers.count(summary.records(), "record")));
        String result = summary.isUndamaged() ? "sound" : ReadableNumbers.count(summary.damages(), "damage");
        String notes = summary.notes() == 0 ? "" : ", with " + ReadableNumbers.count(summary.notes(), "note");
        terminal.out().println(result + notes);
    }

    /** Prints what the inspector finds, while it works. */
    static class Findings implements LogInspector.Listener {
        private final LogInspector inspector;
        private final Terminal terminal;
        private final boolean json;
        private final Progress progress;
        private long earlierFilesBytes;
        private Path current;
        private long currentBytes;

        Findings(LogInspector inspector, Terminal terminal, boolean json, Progress progress) {
            this.inspector = inspector;
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

        /** The partition that a file belongs to, where it belongs to one. */
        TopicPartition partition(Path file) {
            try {
                TopicPartition own = inspector.name(file);
                return own != null || file.getParent() == null ? own : inspector.name(file.getParent());
            } catch (IOException unreadable) {
                // The finding itself may be that.
                return null;
            }
        }

        private String asText(Finding finding) {
            String at = finding.position() < 0 ? "" : " at byte " + finding.position();
            String offset = finding.offset() < 0 ? "" : " (offset " + finding.offset() + ")";
            TopicPartition partition = partition(finding.file());
            String of = partition == null ? "" : " of " + partition;
            return finding.severity().name().toLowerCase(java.util.Locale.ROOT) + ": " + finding.file() + of + at
                    + offset + ": " + finding.what();
        }

        private String asJson(Finding finding) {
            ObjectNode node = ServerClient.JSON.createObjectNode();
            node.put("severity", finding.severity().name());
            node.put("file", finding.file().toString());
            TopicPartition partition = partition(finding.file());
            if (partition != null) node.put("topic", partition.topic()).put("partition", partition.partition());
            node.put("position", finding.position());
            node.put("offset", finding.offset());
            node.put("what", finding.what());
            return node.toString();
        }
    }
}
