package io.letterbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows a cluster's nodes and shards. */
@Command(
        name = "cluster",
        header = "Show how the nodes of a cluster are.",
        footerHeading = "%nExamples:%n",
        footer = {"  ${ROOT-COMMAND-NAME} cluster status", "  ${ROOT-COMMAND-NAME} cluster status --server node2:8080"})
final class ClusterCommand {
    private final Terminal terminal;

    ClusterCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(
            name = "status",
            header = "Show nodes, shards, and what is wrong.",
            description = {"", "Any node may be asked; it asks the others. Exit status 1 when something is wrong.", ""})
    int status(@Mixin ServerOption server, @Mixin JsonOption json) {
        JsonNode cluster = server.connect().get("/cluster");
        if (json.wanted()) terminal.out().println(cluster);
        else print(cluster);
        return cluster.path("problems").isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    private void print(JsonNode cluster) {
        if (!cluster.has("shards")) {
            terminal.out().println("The server stands alone; it is no node of a cluster.");
            return;
        }
        String controller = cluster.has("controller")
                ? "controller is node " + cluster.path("controller").asInt()
                : "no controller";
        line("Cluster", cluster.path("clusterId").asText() + ", " + controller);
        for (JsonNode problem : cluster.path("problems")) line("Problem", problem.asText());
        if (cluster.path("problems").isEmpty()) line("Problems", "none");
        terminal.out().println();
        printNodes(cluster.path("nodes"));
        terminal.out().println();
        printShards(cluster.path("shards"));
    }

    private void line(String name, String value) {
        terminal.out().println(String.format("%-12s%s", name, value));
    }

    private void printNodes(JsonNode nodes) {
        Table table =
                new Table("NODE", "ADDRESS", "RACK", "VERSION", "STATE", "SINCE", "DISK FREE", "LEADS", "REPLICAS");
        for (JsonNode node : nodes) {
            table.row(
                    node.path("id").asInt(),
                    node.path("httpHost").asText() + ":" + node.path("httpPort").asInt(),
                    node.path("rack").asText("-"),
                    node.path("serverVersion").asText("-"),
                    state(node),
                    since(node.path("startedMs")),
                    node.has("diskFreeBytes")
                            ? ReadableNumbers.bytes(node.path("diskFreeBytes").asLong())
                            : "-",
                    node.path("leaders").asInt(),
                    node.path("replicas").asInt());
        }
        table.print(terminal.out());
    }

    private static String state(JsonNode node) {
        if (!node.path("reachable").asBoolean()) return "no answer";
        return node.path("ready").asBoolean() ? "ready" : "not ready";
    }

    private static String since(JsonNode startedMs) {
        if (startedMs.isMissingNode()) return "-";
        return Instant.ofEpochMilli(startedMs.asLong())
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }

    private void printShards(JsonNode shards) {
        Table table = new Table("SHARD", "LEADER", "TERM", "IN SYNC", "REPLICAS");
        for (JsonNode shard : shards) {
            List<String> replicas = new ArrayList<>();
            for (JsonNode replica : shard.path("replicas")) replicas.add(replica(replica));
            table.row(
                    shard.path("id").asInt(),
                    shard.path("leader").asText("none"),
                    shard.path("term").asLong(),
                    shard.path("inSync").asInt() + " of " + replicas.size(),
                    "nodes " + String.join(", ", replicas));
        }
        table.print(terminal.out());
    }

    private static String replica(JsonNode replica) {
        String state = replica.path("state").asText();
        String node = replica.path("node").asText();
        if (state.equals("in_sync")) return node;
        if (!state.equals("behind")) return node + " (" + state + ")";
        long entries = replica.path("lagEntries").asLong();
        return node + " (behind by " + entries + (entries == 1 ? " entry" : " entries")
                + (replica.has("lagMs") ? ", " + replica.path("lagMs").asLong() / 1000 + " s" : "") + ")";
    }
}
