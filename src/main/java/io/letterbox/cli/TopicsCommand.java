package io.letterbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists, describes, creates and deletes topics. */
@Command(
        name = "topics",
        header = "List, describe, create and delete topics.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  letterbox topics list",
            "  letterbox topics create quakes --partitions 3 --config retention.ms=86400000",
            "  letterbox topics delete quakes"
        })
final class TopicsCommand {
    private final Terminal terminal;

    TopicsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(name = "list", header = "List all topics.")
    int list(@Mixin ServerOption server, @Mixin JsonOption json) {
        JsonNode topics = server.connect().get("/topics");
        if (json.wanted()) {
            terminal.out().println(topics.path("topics"));
            return ExitCode.OK;
        }
        Table table = new Table("TOPIC", "PARTITIONS", "RECORDS", "SIZE");
        for (JsonNode topic : topics.path("topics")) {
            table.row(
                    topic.path("name").asText(),
                    topic.path("partitions").asInt(),
                    topic.path("records").asLong(),
                    Texts.bytes(topic.path("sizeBytes").asLong()));
        }
        table.print(terminal.out());
        return ExitCode.OK;
    }

    @Command(name = "describe", header = "Show a topic's partitions and settings.")
    int describe(
            @Parameters(paramLabel = "TOPIC", description = "The topic.") String topic,
            @Mixin ServerOption server,
            @Mixin JsonOption json) {
        JsonNode description = server.connect().get(path(topic));
        if (json.wanted()) {
            terminal.out().println(description);
        } else {
            print(description);
        }
        return ExitCode.OK;
    }

    @Command(
            name = "create",
            header = "Create a topic.",
            description = {"", "A topic that exists already, exactly so, is no failure.", ""})
    int create(
            @Parameters(paramLabel = "TOPIC", description = "Letters, digits, dots, hyphens and underscores.")
                    String topic,
            @Option(
                            names = {"-p", "--partitions"},
                            paramLabel = "N",
                            description = "How many partitions; the server's default where it is left out.")
                    Integer partitions,
            @Option(
                            names = {"-c", "--config"},
                            paramLabel = "KEY=VALUE",
                            description = "A setting, such as retention.ms=86400000. Can be repeated.")
                    Map<String, String> config,
            @Mixin ServerOption server,
            @Mixin JsonOption json) {
        ObjectNode wanted = ServerClient.JSON.createObjectNode();
        if (partitions != null) {
            wanted.put("partitions", partitions);
        }
        if (config != null) {
            config.forEach(wanted.putObject("config")::put);
        }
        JsonNode created = server.connect().put(path(topic), wanted);
        if (json.wanted()) {
            terminal.out().println(created);
        } else {
            int count = created.path("partitions").size();
            terminal.out().println("The topic " + topic + " is there, with " + Texts.count(count, "partition") + ".");
        }
        return ExitCode.OK;
    }

    @Command(
            name = "delete",
            header = "Delete a topic with everything in it.",
            description = {"", "Asks for the topic's name again; --yes answers beforehand, for scripts.", ""})
    int delete(
            @Parameters(paramLabel = "TOPIC", description = "The topic.") String topic,
            @Option(
                            names = {"-y", "--yes"},
                            description = "Deletes without asking.")
                    boolean yes,
            @Mixin ServerOption server,
            @Mixin JsonOption json)
            throws IOException {
        ServerClient client = server.connect();
        JsonNode description = client.get(path(topic));
        if (!yes) {
            confirm(topic, description);
        }
        client.delete(path(topic));
        if (json.wanted()) {
            terminal.out().println(ServerClient.JSON.createObjectNode().put("deleted", topic));
        } else {
            terminal.out().println("The topic " + topic + " is deleted.");
        }
        return ExitCode.OK;
    }

    private void confirm(String topic, JsonNode description) throws IOException {
        if (!terminal.canAsk()) {
            throw new Failure(ExitCode.USAGE, "nobody can be asked here; --yes deletes without asking");
        }
        terminal.err()
                .print("This deletes " + Texts.count(description.path("records").asLong(), "record")
                        + " for good. Type the topic's name to go on: ");
        terminal.err().flush();
        String answer = new BufferedReader(new InputStreamReader(terminal.in(), Charset.defaultCharset())).readLine();
        if (answer == null || !answer.strip().equals(topic)) {
            throw new Failure(ExitCode.FAILED, "nothing was deleted");
        }
    }

    private void print(JsonNode topic) {
        terminal.out().println("Topic       " + topic.path("name").asText());
        terminal.out().println("Records     " + topic.path("records").asLong());
        terminal.out()
                .println("Size        " + Texts.bytes(topic.path("sizeBytes").asLong()));
        terminal.out().println();
        Table partitions = new Table("PARTITION", "LEADER", "FIRST OFFSET", "NEXT OFFSET", "SIZE", "STATE");
        for (JsonNode partition : topic.path("partitions")) {
            partitions.row(
                    partition.path("partition").asInt(),
                    partition.path("leader").asInt(),
                    partition.path("logStartOffset").asText("-"),
                    partition.path("highWatermark").asText("-"),
                    Texts.bytes(partition.path("sizeBytes").asLong()),
                    partition.path("quarantine").asText("ok"));
        }
        partitions.print(terminal.out());
        terminal.out().println();
        Table settings = new Table("SETTING", "VALUE", "SET BY");
        topic.path("config")
                .properties()
                .forEach(setting -> settings.row(
                        setting.getKey(),
                        setting.getValue().path("value").asText(),
                        setting.getValue().path("source").asText()));
        settings.print(terminal.out());
    }

    private static String path(String topic) {
        return "/topics/" + ServerClient.segment(topic);
    }
}
