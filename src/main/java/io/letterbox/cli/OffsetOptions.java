package io.letterbox.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The options that name the offsets to set for a group. */
final class OffsetOptions {
    /** A topic, optionally with some of its partitions. */
    private static final Pattern PLACE = Pattern.compile("([A-Za-z0-9._-]+)(?::(\\d{1,9}(?:,\\d{1,9})*))?");

    @Option(
            names = "--to",
            paramLabel = "PLACE",
            description = "Where to: earliest, latest, an offset, or a time such as 2026-11-23T12:00:00Z.")
    private String to;

    @Option(
            names = "--shift",
            paramLabel = "N",
            description = "Instead of --to: so many records on, or back where N is negative.")
    private Long shift;

    @Option(
            names = {"-t", "--topic"},
            paramLabel = "TOPIC[:P,P…]",
            description =
                    "Only this topic, or these partitions of it. Can be repeated. Left out: everything that the group"
                            + " has an offset of.")
    private List<String> topics = List.of();

    @Option(
            names = {"-n", "--dry-run"},
            description = "Only says what would change.")
    private boolean dryRun;

    boolean dryRun() {
        return dryRun;
    }

    /**
     * The options as a request ({@code PUT /groups/{group}/offsets}).
     *
     * @throws Failure if the options do not name one position, or name no topics
     */
    ObjectNode spec(ServerClient server) {
        if ((to == null) == (shift == null)) {
            throw new Failure(ExitCode.USAGE, "say where to: either --to PLACE or --shift N");
        }
        ObjectNode spec = ServerClient.JSON.createObjectNode();
        ArrayNode offsets = spec.putArray("offsets");
        if (topics.isEmpty()) {
            if (isOffset()) throw new Failure(ExitCode.USAGE, "an offset needs a topic: --to " + to + " --topic TOPIC");
            goal(offsets.addObject());
        }
        for (String written : topics) {
            Matcher place = PLACE.matcher(written);
            if (!place.matches()) {
                throw new Failure(
                        ExitCode.USAGE,
                        "--topic " + written
                                + " is no topic, as in orders, and no partitions of one, as in orders:0,3");
            }
            String topic = place.group(1);
            List<Integer> partitions = partitions(server, topic, place.group(2));
            if (partitions.isEmpty()) goal(offsets.addObject().put("topic", topic));
            for (int partition : partitions) {
                goal(offsets.addObject().put("topic", topic).put("partition", partition));
            }
        }
        return spec;
    }

    /** Empty for all of them at once, which the server does not accept with an offset. */
    private List<Integer> partitions(ServerClient server, String topic, String written) {
        List<Integer> partitions = new ArrayList<>();
        if (written != null) {
            for (String number : written.split(",")) partitions.add(Integer.valueOf(number));
        } else if (isOffset()) {
            int count = server.get("/topics/" + ServerClient.segment(topic))
                    .path("partitions")
                    .size();
            for (int partition = 0; partition < count; partition++) partitions.add(partition);
        }
        return partitions;
    }

    private boolean isOffset() {
        return to != null && to.matches("\\d{1,18}");
    }

    private void goal(ObjectNode entry) {
        if (shift != null) entry.put("shift", shift);
        else if (isOffset()) entry.put("offset", Long.parseLong(to));
        else entry.put("to", to);
    }
}
