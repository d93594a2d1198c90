package io.letterbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists, describes, moves and deletes consumer groups. */
@Command(
        name = "groups",
        header = "List, describe, move and delete consumer groups.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} groups list",
            "  ${ROOT-COMMAND-NAME} groups describe auditors",
            "  ${ROOT-COMMAND-NAME} groups reset auditors --to earliest --topic payments --dry-run"
        })
final class GroupsCommand {
    private static final int PAGE = 500;
    private static final int TOPICS_SHOWN = 3;

    private final Terminal terminal;

    GroupsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(name = "list", header = "List all groups, with how many records they are behind.")
    int list(
            @Option(names = "--search", paramLabel = "TEXT", description = "Only groups with TEXT in their names.")
                    String search,
            @Mixin ServerOption server,
            @Mixin JsonOption json) {
        ArrayNode groups = all(server.connect(), search);
        if (json.wanted()) {
            terminal.out().println(groups);
            return ExitCode.OK;
        }
        Table table = new Table("GROUP", "STATE", "TYPE", "MEMBERS", "LAG", "TOPICS");
        for (JsonNode group : groups) {
            table.row(
                    group.path("group").asText(),
                    group.path("state").asText(),
                    group.path("type").asText(),
                    group.path("members").asInt(),
                    group.path("lag").asLong(),
                    topics(group.path("topics")));
        }
        table.print(terminal.out());
        return ExitCode.OK;
    }

    /** Reads page by page: there may be very many groups, and one long request would hold up others on the server. */
    private static ArrayNode all(ServerClient client, String search) {
        ArrayNode groups = ServerClient.JSON.createArrayNode();
        String filter = search == null ? "" : "&search=" + ServerClient.segment(search);
        String after = "";
        while (true) {
            JsonNode page = client.get("/groups?limit=" + PAGE + filter + after);
            page.path("groups").forEach(groups::add);
            if (!page.hasNonNull("next")) return groups;
            after = "&after=" + ServerClient.segment(page.path("next").asText());
        }
    }

    private static String topics(JsonNode names) {
        List<String> shown = new ArrayList<>();
        names.forEach(name -> shown.add(name.asText()));
        int more = shown.size() - TOPICS_SHOWN;
        return more <= 0
                ? String.join(", ", shown)
                : String.join(", ", shown.subList(0, TOPICS_SHOWN)) + " and " + more + " more";
    }

    @Command(name = "describe", header = "Show a group's offsets, lag and members.")
    int describe(
            @Parameters(paramLabel = "GROUP", description = "The group.") String group,
            @Mixin ServerOption server,
            @Mixin JsonOption json) {
        JsonNode description = server.connect().get(path(group));
        if (json.wanted()) {
            terminal.out().println(description);
        } else {
            print(description);
        }
        return ExitCode.OK;
    }

    private void print(JsonNode group) {
        terminal.out().println("Group       " + group.path("group").asText());
        terminal.out().println("State       " + group.path("state").asText());
        terminal.out().println("Type        " + group.path("type").asText());
        terminal.out()
                .println(
                        "Lag         " + ReadableNumbers.count(group.path("lag").asLong(), "record")
                                + (group.hasNonNull("lagSeconds") ? ", " + seconds(group) + " s" : ""));
        terminal.out().println();
        Table offsets = new Table("PARTITION", "OFFSET", "NEXT OFFSET", "LAG", "SECONDS", "MEMBER");
        for (JsonNode offset : group.path("offsets")) {
            offsets.row(
                    partition(offset),
                    offset.path("offset").asText("-"),
                    offset.path("highWatermark").asText("-"),
                    offset.path("lag").asText("-"),
                    seconds(offset),
                    offset.path("memberId").asText("-"));
        }
        offsets.print(terminal.out());
        terminal.out().println();
        Table members = new Table("MEMBER", "CLIENT", "HOST", "PARTITIONS");
        for (JsonNode member : group.path("members")) {
            List<String> partitions = new ArrayList<>();
            member.path("assignment").forEach(each -> partitions.add(partition(each)));
            members.row(
                    member.path("memberId").asText(),
                    member.path("clientId").asText("-"),
                    member.path("host").asText("-"),
                    partitions.isEmpty() ? "-" : String.join(" ", partitions));
        }
        members.print(terminal.out());
    }

    private static String partition(JsonNode node) {
        return node.path("topic").asText() + "/" + node.path("partition").asText();
    }

    private static String seconds(JsonNode node) {
        return node.hasNonNull("lagSeconds")
                ? String.format(Locale.ROOT, "%.1f", node.path("lagSeconds").asDouble())
                : "-";
    }

    @Command(
            name = "reset",
            header = "Move a group's offsets.",
            description = {
                "",
                "Says for each partition where the group stood and where it goes on. Its members have to be stopped"
                        + " first.",
                ""
            })
    int reset(
            @Parameters(paramLabel = "GROUP", description = "The group.") String group,
            @Mixin OffsetOptions wish,
            @Mixin ServerOption server,
            @Mixin JsonOption json) {
        ServerClient client = server.connect();
        JsonNode wanted = wish.spec(client);
        JsonNode answer = client.put(path(group) + "/offsets" + (wish.dryRun() ? "?dryRun=true" : ""), wanted);
        if (json.wanted()) {
            terminal.out().println(answer);
            return ExitCode.OK;
        }
        printMoves(group, answer.path("offsets"), wish.dryRun());
        return ExitCode.OK;
    }

    private void printMoves(String group, JsonNode offsets, boolean dryRun) {
        Table table = new Table("PARTITION", "BEFORE", dryRun ? "WOULD BE" : "NOW");
        int moved = 0;
        for (JsonNode offset : offsets) {
            if (!offset.path("before").equals(offset.path("offset"))) moved++;
            table.row(
                    partition(offset),
                    offset.path("before").asText("-"),
                    offset.path("offset").asText());
        }
        table.print(terminal.out());
        String end = dryRun ? " would move; nothing was changed" : " moved";
        String hint = offsets.isEmpty() ? "; the group " + group + " has no offsets, so name a topic with --topic" : "";
        terminal.out().println(ReadableNumbers.count(moved, "offset") + end + hint);
    }

    @Command(
            name = "delete",
            header = "Delete a group with its offsets.",
            description = {
                "",
                "Its members have to be stopped first. Asks for the group's name again; --yes answers beforehand, for"
                        + " scripts.",
                ""
            })
    int delete(
            @Parameters(paramLabel = "GROUP", description = "The group.") String group,
            @Option(
                            names = {"-y", "--yes"},
                            description = "Deletes without asking.")
                    boolean yes,
            @Mixin ServerOption server,
            @Mixin JsonOption json)
            throws IOException {
        ServerClient client = server.connect();
        JsonNode description = client.get(path(group));
        if (!yes) {
            int offsets = description.path("offsets").size();
            Confirmation.require(
                    terminal, "This forgets " + ReadableNumbers.count(offsets, "offset") + " for good", "group", group);
        }
        client.delete(path(group));
        if (json.wanted()) {
            terminal.out().println(ServerClient.JSON.createObjectNode().put("deleted", group));
        } else {
            terminal.out().println("The group " + group + " is deleted.");
        }
        return ExitCode.OK;
    }

    private static String path(String group) {
        return "/groups/" + ServerClient.segment(group);
    }
}
