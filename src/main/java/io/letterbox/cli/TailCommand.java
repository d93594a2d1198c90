package io.letterbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints records as they come. */
@Command(
        name = "tail",
        header = "Print the records of a topic, a line each, and wait for more.",
        description = {
            "",
            "When the connection is lost it comes back where it was: nothing is missed and nothing repeated. Records that"
                    + " retention has deleted meanwhile are reported on standard error.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  letterbox tail quakes --from earliest",
            "  letterbox tail quakes --from 2026-11-23T12:00:00Z --max 10",
            "  letterbox tail quakes --format json | jq .value.mag"
        })
final class TailCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "One topic or several.")
    private List<String> topics;

    @Option(
            names = "--from",
            paramLabel = "PLACE",
            defaultValue = "latest",
            description = "Where to begin: earliest, latest (the default: only what comes from now on), an offset, or a"
                    + " time such as 2026-11-23T12:00:00Z.")
    private String from;

    @Option(
            names = "--after",
            paramLabel = "CURSOR",
            defaultValue = "",
            description = "Goes on after the cursor that an earlier tail has reported.")
    private String after;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "value",
            description =
                    "value: the bytes that were published. envelope: JSON with topic, partition, offset, timestamp,"
                            + " key, headers and value. json: the same, with a value that is JSON as JSON. Default: value.")
    private String formatName;

    @Option(names = "--max", paramLabel = "N", defaultValue = "0", description = "Ends after N records.")
    private long max;

    @Mixin
    private ServerOption server = new ServerOption();

    @Mixin
    private JsonOption json = new JsonOption();

    private RecordFormat format;
    private long printed;

    TailCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        format = RecordFormat.named(json.wanted() ? "json" : formatName);
        Subscription subscription = new Subscription(server.connect(), path(), after, this::notice, Thread::sleep);
        try {
            subscription.run(this::handle);
        } finally {
            terminal.out().flush();
        }
        if (terminal.watched() && !subscription.lastId().isEmpty()) {
            notice("go on from here with --after " + subscription.lastId());
        }
        return ExitCode.OK;
    }

    private String path() {
        StringBuilder path = new StringBuilder();
        if (topics.size() == 1) {
            path.append("/topics/").append(ServerClient.segment(topics.get(0))).append("/events?");
        } else {
            path.append("/events?");
            topics.forEach(topic ->
                    path.append("topic=").append(ServerClient.segment(topic)).append('&'));
        }
        return path.append("format=envelope&heartbeat=event&from=")
                .append(ServerClient.segment(from))
                .toString();
    }

    private boolean handle(EventStream.Event event, boolean more) throws IOException {
        if (event.type().equals("gap")) {
            gap(event.data());
            return true;
        } else if (event.type().equals("unreadable")) {
            throw unreadable(ServerClient.JSON.readTree(event.data()));
        } else if (!event.type().equals("message")) {
            return more || !terminal.out().checkError();
        }
        terminal.out().write(format.line(event.data()));
        terminal.out().write('\n');
        printed++;
        boolean enough = printed == max;
        if (more && !enough) {
            return true;
        }
        // Flushes, too. A reader that has gone, as in "| head", is no failure.
        return !terminal.out().checkError() && !enough;
    }

    private void gap(String data) throws IOException {
        JsonNode gap = ServerClient.JSON.readTree(data);
        String lost = gap.hasNonNull("lost") ? Texts.count(gap.path("lost").asLong(), "record") : "records";
        notice("gap in " + gap.path("topic").asText() + "/"
                + gap.path("partition").asText() + ": " + lost + " lost ("
                + gap.path("reason").asText() + "); asked for offset "
                + gap.path("requested").asText() + ", going on at "
                + gap.path("resumedFrom").asText());
    }

    private static Failure unreadable(JsonNode told) {
        return new Failure(
                ExitCode.FAILED,
                told.path("code").asText(),
                told.path("topic").asText() + "/" + told.path("partition").asText() + " cannot be read at offset "
                        + told.path("offset").asText() + ": "
                        + told.path("detail").asText());
    }

    private void notice(String sentence) {
        terminal.out().flush();
        terminal.err().println("letterbox: " + sentence);
        terminal.err().flush();
    }
}
