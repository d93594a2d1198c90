package io.letterbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints records as they arrive. */
@Command(
        name = "tail",
        header = "Print the records of a topic, a line each, and wait for more.",
        description = {
            "",
            "When the connection is lost it comes back where it was: nothing is missed and nothing repeated. Records"
                    + " that retention has deleted meanwhile are reported on standard error.",
            "With --group it shares the topic's records with the other members of a consumer group, and begins where"
                    + " the group stands; --from counts where the group has not read yet.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} tail quakes --from earliest",
            "  ${ROOT-COMMAND-NAME} tail quakes --from 2026-11-23T12:00:00Z --max 10",
            "  ${ROOT-COMMAND-NAME} tail quakes --format json | jq .value.mag",
            "  ${ROOT-COMMAND-NAME} tail payments --group auditors"
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
            names = {"-g", "--group"},
            paramLabel = "GROUP",
            description = "Reads as a member of this consumer group, which remembers what was read.")
    private String group;

    @Option(names = "--key", paramLabel = "KEY", description = "Only records with this key.")
    private String key;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "value",
            description =
                    "value: the bytes that were published. envelope: JSON with topic, partition, offset, timestamp,"
                            + " key, headers and value. json: the same, with a value that is JSON as JSON. Default:"
                            + " value.")
    private String formatName;

    @Option(names = "--max", paramLabel = "N", defaultValue = "0", description = "Ends after N records.")
    private long max;

    @Mixin
    private ServerOption server = new ServerOption();

    @Mixin
    private JsonOption json = new JsonOption();

    private RecordFormat format;
    private long printed;

    /** Null outside groups. */
    private PrintedOffsets printedOffsets;

    /** Set at the first record; read by the thread that waits for it. */
    private volatile boolean began;

    TailCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        format = RecordFormat.named(json.wanted() ? "json" : formatName);
        if (group != null && !after.isEmpty()) {
            throw new Failure(ExitCode.USAGE, "--after is for readers of their own: a group remembers where it stands");
        }
        if (group != null && key != null) {
            throw new Failure(ExitCode.USAGE, "--key has no meaning with --group: its members share all records");
        }
        ServerClient client = server.connect();
        if (group != null) printedOffsets = new PrintedOffsets(client, group);
        ReconnectingStream subscription = new ReconnectingStream(client, path(), after, this::notice, Thread::sleep);
        Printing printing = new Printing();
        try {
            subscription.run(printing);
        } finally {
            printing.end();
            terminal.out().flush();
        }
        if (terminal.watched() && group == null && !subscription.lastId().isEmpty()) {
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
        path.append("format=envelope&heartbeat=event&from=").append(ServerClient.segment(from));
        if (group != null) path.append("&ack=manual&group=").append(ServerClient.segment(group));
        if (key != null) path.append("&key=").append(ServerClient.segment(key));
        return path.toString();
    }

    /** Prints records, and says so if there are none: a user cannot tell waiting from hanging. */
    private final class Printing implements ReconnectingStream.Handler {
        private static final long PATIENCE_MS = 2000;

        private Thread waiting;

        @Override
        public void connected() {
            if (!terminal.watched() || waiting != null) return;
            waiting = new Thread(this::await, "letterbox-waiting");
            waiting.setDaemon(true);
            waiting.start();
        }

        private void await() {
            try {
                Thread.sleep(PATIENCE_MS);
            } catch (InterruptedException e) {
                return;
            }
            if (began) return;
            boolean older = from.equals("latest") && after.isEmpty() && group == null;
            notice("no record has come yet; waiting for the next"
                    + (older ? " (--from earliest shows older ones)" : ""));
        }

        @Override
        public boolean handle(EventStream.Event event, boolean more) throws IOException {
            return TailCommand.this.handle(event, more);
        }

        void end() {
            if (waiting != null) waiting.interrupt();
        }
    }

    private boolean handle(EventStream.Event event, boolean more) throws IOException {
        if (event.type().equals("gap")) {
            gap(event.data());
            return true;
        } else if (event.type().equals("unreadable")) {
            throw unreadable(ServerClient.JSON.readTree(event.data()));
        } else if (event.type().equals("assigned") && printedOffsets != null) {
            printedOffsets.assigned(ServerClient.JSON.readTree(event.data()));
            return true;
        } else if (!event.type().equals("message")) {
            return more || !terminal.out().checkError();
        }
        began = true;
        terminal.out().write(format.line(event.data()));
        terminal.out().write('\n');
        printed++;
        if (printedOffsets != null) printedOffsets.printed(event.id());
        boolean enough = printed == max;
        if (more && !enough && (printedOffsets == null || !printedOffsets.isCommitDue())) {
            return true;
        }
        // Flushes, too. A closed output, as with "| head", is no failure, but what was printed last has not been read.
        if (terminal.out().checkError()) return false;
        boolean told = printedOffsets == null || printedOffsets.commit();
        if (enough && !told) notice("the group could not be told what was printed last; that will come again");
        return !enough;
    }

    private void gap(String data) throws IOException {
        JsonNode gap = ServerClient.JSON.readTree(data);
        String lost =
                gap.hasNonNull("lost") ? ReadableNumbers.count(gap.path("lost").asLong(), "record") : "records";
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
