package io.letterbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists, describes, creates, changes and deletes topics. */
@Command(
        name = "topics",
        header = "List, describe, create, change and delete topics.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} topics list",
            "  ${ROOT-COMMAND-NAME} topics create quakes --partitions 3 --config retention.ms=86400000",
            "  ${ROOT-COMMAND-NAME} topics alter quakes --config retention.ms=3600000",
            "  ${ROOT-COMMAND-NAME} topics delete quakes"
        })
final class TopicsCommand {
    private final Terminal terminal;

    TopicsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(name = "list", header = "List all topics.")
    int list(
            @Option(names = "--internal", description = "Also the topics in which the server itself keeps its state.")
                    boolean internal,
            @Mixin ServerOption server,
            @Mixin JsonOption json) {
        ArrayNode topics = ServerClient.JSON.createArrayNode();
        for (JsonNode topic : server.connect().get("/topics").path("topics")) {
            if (internal || !topic.path("internal").asBoolean()) topics.add(topic);
        }
        if (json.wanted()) {
            terminal.out().println(topics);
            return ExitCode.OK;
        }
        Table table = new Table("TOPIC", "PARTITIONS", "RECORDS", "SIZE");
        for (JsonNode topic : topics) {
            table.row(
                    topic.path("name").asText(),
                    topic.path("partitions").asInt(),
                    topic.path("records").asLong(),
                    ReadableNumbers.bytes(topic.path("sizeBytes").asLong()));
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
            terminal.out()
                    .println("The topic " + topic + " is there, with " + ReadableNumbers.count(count, "partition")
                            + ".");
        }
        return ExitCode.OK;
    }

    @Command(
            name = "alter",
            header = "Change a topic's settings, or give it more partitions.",
            description = {
                "",
                "With more partitions the same key may go to another partition than before; their number never"
                        + " shrinks.",
                ""
            })
    int alter(
            @Parameters(paramLabel = "TOPIC", description = "The topic.") String topic,
            @Mixin TopicChange change,
            @Mixin ServerOption server,
            @Mixin JsonOption json) {
        ObjectNode wanted = change.spec();
        JsonNode changed = server.connect().patch(path(topic), wanted);
        if (json.wanted()) {
            terminal.out().println(changed);
        } else {
            int count = changed.path("partitions").size();
            terminal.out()
                    .println("The topic " + topic + " is changed; it has " + ReadableNumbers.count(count, "partition")
                            + ".");
            wanted.path("config").fieldNames().forEachRemaining(key -> terminal.out()
                    .println(key + " = "
                            + changed.path("config").path(key).path("value").asText()));
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
            String loss = "This deletes "
                    + ReadableNumbers.count(description.path("records").asLong(), "record") + " for good";
            Confirmation.require(terminal, loss, "topic", topic);
        }
        client.delete(path(topic));
        if (json.wanted()) {
            terminal.out().println(ServerClient.JSON.createObjectNode().put("deleted", topic));
        } else {
            terminal.out().println("The topic " + topic + " is deleted.");
        }
        return ExitCode.OK;
    }

    private void print(JsonNode topic) {
        terminal.out().println("Topic       " + topic.path("name").asText());
        terminal.out().println("Records     " + topic.path("records").asLong());
        terminal.out()
                .println("Size        "
                        + ReadableNumbers.bytes(topic.path("sizeBytes").asLong()));
        terminal.out().println();
        Table partitions = new Table("PARTITION", "LEADER", "FIRST OFFSET", "NEXT OFFSET", "SIZE", "STATE");
        for (JsonNode partition : topic.path("partitions")) {
            partitions.row(
                    partition.path("partition").asInt(),
                    partition.path("leader").asInt(),
                    partition.path("logStartOffset").asText("-"),
                    partition.path("highWatermark").asText("-"),
                    ReadableNumbers.bytes(partition.path("sizeBytes").asLong()),
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
