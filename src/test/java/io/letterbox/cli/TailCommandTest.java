package io.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TailCommandTest {
    private static final String FIRST =
            "{\"partition\":0,\"offset\":1,\"key\":null,\"headers\":[{\"name\":\"value\",\"value\":\"h\"}],"
                    + "\"value\":\"a\"}";
    private static final String BINARY = "{\"partition\":0,\"offset\":2,\"key\":null,\"headers\":[],\"value\":\"/wA=\","
            + "\"valueEncoding\":\"base64\"}";
    private static final String JSON = "{\"offset\":3,\"value\":\"{\\\"mag\\\":4.5}\"}";
    private static final String NULL = "{\"offset\":4,\"value\":null}";

    private final FakeServer server = new FakeServer();
    private final Screen screen = new Screen();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void printsValuesALineEach() {
        server.events(
                ": hello",
                "",
                "retry: 0",
                "",
                "id: c1",
                "data: " + FIRST,
                "",
                "id: c2",
                "data: " + JSON,
                "",
                "id: c3",
                "data: " + NULL,
                "");

        assertThat(tail("quakes", "--from", "earliest", "--max", "3")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).isEqualTo("a\n{\"mag\":4.5}\n\n");
        assertThat(server.asked().get(0).line())
                .isEqualTo("GET /topics/quakes/events?format=envelope&heartbeat=event&from=earliest");
    }

    /** A record must not control the reader's terminal; a file gets what was published. */
    @Test
    void makesVisibleWhatATerminalWouldObey() {
        String escape = "{\"value\":\"\\u001b[2Jx\\u009b\\r\"}";
        server.events("data: " + escape, "").events("data: " + escape, "");
        assertThat(run(screen.terminal(InputStream.nullInputStream(), true), "tail", "t", "--max", "1"))
                .isEqualTo(ExitCode.OK);
        assertThat(screen.out()).isEqualTo("\\u001b[2Jx\\u009b\\u000d\n");
        Screen file = new Screen();
        assertThat(run(file.terminal(), "tail", "t", "--max", "1")).isEqualTo(ExitCode.OK);
        assertThat(file.out()).isEqualTo("\u001b[2Jx\u009b\r\n");
    }

    @Test
    void whatTheServerSaysMovesNoCursorEither() {
        server.answer(400, "{\"code\":\"X\",\"detail\":\"no \\u001b]0;owned\\u0007 topic\"}");
        assertThat(tail("t")).isEqualTo(ExitCode.REFUSED);
        assertThat(screen.err()).contains("no \\u001b]0;owned\\u0007 topic").doesNotContain("\u001b");
    }

    @Test
    void saysWhatCannotBeRead() {
        server.events(
                "event: unreadable",
                "data: {\"topic\":\"t\",\"partition\":0,\"offset\":7,\"code\":\"CODEC_MISSING\",\"detail\":\"No"
                        + " zstd.\"}",
                "");
        assertThat(tail("t")).isEqualTo(ExitCode.FAILED);
        assertThat(screen.err()).contains("t/0 cannot be read at offset 7: No zstd.");
    }

    @Test
    void printsBytesThatAreNoText() throws Exception {
        assertThat(RecordFormat.VALUE.line(BINARY)).containsExactly(0xff, 0);
    }

    @Test
    void printsEnvelopesAndJson() {
        server.events("data: " + FIRST, "", "data: " + JSON, "").events("data: " + FIRST, "", "data: " + JSON, "");

        assertThat(tail("t", "--max", "2", "--format", "envelope")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).isEqualTo(FIRST + "\n" + JSON + "\n");
        assertThat(tail("t", "--max", "2", "--json")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).endsWith(FIRST + "\n{\"offset\":3,\"value\":{\"mag\":4.5}}\n");
    }

    @Test
    void goesOnAtTheNextNode() {
        try (FakeServer other = new FakeServer()) {
            String nodes = "data: {\"seconds\":1,\"nodes\":[\"" + server.url() + "\",\"" + other.url() + "\"]}";
            server.events("event: heartbeat", nodes, "", "id: c1", "data: " + FIRST, "");
            other.events("id: c2", "data: " + JSON, "");
            assertThat(tail("t", "--max", "2")).isEqualTo(ExitCode.OK);
            assertThat(screen.out()).isEqualTo("a\n{\"mag\":4.5}\n");
            assertThat(other.asked().get(0).lastEventId()).isEqualTo("c1");
        }
    }

    /** A proxy's address is none of those that the node tells: it decides itself where a client gets to. */
    @Test
    void behindAProxyComesBackToTheProxy() {
        String nodes = "data: {\"seconds\":1,\"nodes\":[\"http://127.0.0.1:1\",\"http://127.0.0.1:2\"]}";
        server.events("event: heartbeat", nodes, "", "id: c1", "data: " + FIRST, "")
                .events("id: c2", "data: " + JSON, "");
        assertThat(tail("t", "--max", "2")).isEqualTo(ExitCode.OK);
        assertThat(server.asked()).hasSize(2);
    }

    @Test
    void comesBackAfterTheLastEventThatItPrinted() {
        server.events("retry: 1", "", "id: c1", "data: " + FIRST, "", "id: c2", "data: {\"cut")
                .problem(503, "SHUTTING_DOWN", "Soon.")
                .events("id: c2", "data: " + JSON, "");

        assertThat(tail("t", "--max", "2")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).isEqualTo("a\n{\"mag\":4.5}\n");
        assertThat(server.asked())
                .extracting(FakeServer.ReceivedRequest::lastEventId)
                .containsExactly(null, "c1", "c1");
        assertThat(screen.err()).contains("coming back");
    }

    /** The connection is open and dead: a proxy has lost its server, or the machine has slept. */
    @Test
    void comesBackWhenHeartbeatsAreMissing() {
        server.silentEvents("id: c0", "event: heartbeat", "data: {\"seconds\":1}", "")
                .events("data: " + FIRST, "");

        assertThat(tail("t", "--max", "1")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).isEqualTo("a\n");
        // Nothing that was published meanwhile is skipped.
        assertThat(server.asked())
                .extracting(FakeServer.ReceivedRequest::lastEventId)
                .containsExactly(null, "c0");
        assertThat(screen.err()).contains("coming back");
    }

    @Test
    void beginsAfterACursor() {
        server.events("data: " + FIRST, "");

        assertThat(tail("t", "--max", "1", "--after", "AbC")).isEqualTo(ExitCode.OK);
        assertThat(server.asked().get(0).lastEventId()).isEqualTo("AbC");
    }

    @Test
    void saysWhatIsLost() {
        server.events(
                "event: gap",
                "data: {\"topic\":\"t\",\"partition\":0,\"requested\":17,\"resumedFrom\":42,\"lost\":25,"
                        + "\"reason\":\"retention\"}",
                "",
                "event: other",
                "data: x",
                "",
                "data: " + FIRST,
                "");

        assertThat(tail("t", "--max", "1")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).isEqualTo("a\n");
        assertThat(screen.err())
                .isEqualTo("letterbox: gap in t/0: 25 records lost (retention); "
                        + "asked for offset 17, going on at 42\n");
    }

    @Test
    void followsSeveralTopics() {
        server.events("data: " + FIRST, "");

        assertThat(tail("a", "b", "--max", "1")).isEqualTo(ExitCode.OK);
        assertThat(server.asked().get(0).line())
                .isEqualTo("GET /events?topic=a&topic=b&format=envelope&heartbeat=event&from=latest");
    }

    @Test
    void filtersByKey() {
        server.events("data: " + FIRST, "");
        assertThat(tail("t", "--key", "A&17", "--max", "1")).isEqualTo(ExitCode.OK);
        assertThat(server.asked().get(0).line())
                .isEqualTo("GET /topics/t/events?format=envelope&heartbeat=event&from=latest&key=A%2617");
    }

    /** The group goes on behind what was printed, not behind what was in flight. */
    @Test
    void aMemberOfAGroupAcknowledgesWhatItPrinted() {
        server.events(
                        "event: assigned",
                        "data: {\"group\":\"g\",\"memberId\":\"m-1\",\"epoch\":1,\"partitions\":[{\"topic\":\"t\","
                                + "\"partition\":0,\"offset\":1},{\"topic\":\"t\",\"partition\":3,\"offset\":0}]}",
                        "",
                        "id: t/0/1",
                        "data: " + FIRST,
                        "",
                        "id: t/3/41",
                        "data: " + JSON,
                        "",
                        "id: t/0/2",
                        "data: " + NULL,
                        "")
                .answer(200, "{}");

        assertThat(tail("t", "--group", "g h", "--max", "2")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).isEqualTo("a\n{\"mag\":4.5}\n");
        assertThat(server.asked().get(0).line())
                .isEqualTo("GET /topics/t/events?format=envelope&heartbeat=event&from=latest&ack=manual&group=g%20h");
        assertThat(server.asked()).hasSize(2);
        assertThat(server.asked().get(1).line()).isEqualTo("PUT /groups/g%20h/offsets");
        assertThat(server.asked().get(1).body())
                .isEqualTo("{\"memberId\":\"m-1\",\"offsets\":[{\"topic\":\"t\",\"partition\":0,\"offset\":2},"
                        + "{\"topic\":\"t\",\"partition\":3,\"offset\":42}]}");
    }

    @Test
    void whatTheGroupDidNotTakeIsSaid() {
        server.events(
                        "event: assigned",
                        "data: {\"memberId\":\"m\",\"partitions\":[{\"topic\":\"t\",\"partition\":0}]}",
                        "",
                        "id: t/0/1",
                        "data: " + FIRST,
                        "")
                .problem(409, "UNKNOWN_MEMBER", "No.");
        assertThat(tail("t", "-g", "g", "--max", "1")).isEqualTo(ExitCode.OK);
        assertThat(screen.err()).contains("could not be told", "will come again");
    }

    @Test
    void aGroupHasItsOwnPlaceAndAllKeys() {
        assertThat(tail("t", "--group", "g", "--after", "c1")).isEqualTo(ExitCode.USAGE);
        assertThat(tail("t", "--group", "g", "--key", "k")).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("a group remembers", "share all records");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void saysThatItWaits() throws Exception {
        server.silentEvents(": nothing yet", "").answer(204, "");
        Thread tail = new Thread(() -> run(screen.terminal(InputStream.nullInputStream(), true), "tail", "t"));
        tail.setDaemon(true);
        tail.start();
        await().until(() -> screen.err()
                .contains(
                        "letterbox: no record has come yet; waiting for the next (--from earliest shows older ones)"));
        server.breakSilence();
        tail.join();
    }

    @Test
    void aRefusalEndsIt() {
        server.problem(404, "UNKNOWN_TOPIC", "There is no topic t.");

        assertThat(tail("t")).isEqualTo(ExitCode.REFUSED);
        assertThat(screen.err()).isEqualTo("letterbox: There is no topic t.\n");
    }

    @Test
    void aStreamThatIsOverForGoodEndsIt() {
        server.answer(204, "");

        assertThat(tail("t")).isEqualTo(ExitCode.OK);
    }

    @Test
    void withoutAServerItSaysSoAtOnce() {
        server.close();

        assertThat(tail("t")).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(screen.err()).contains("no server answers at " + server.url());
    }

    @Test
    void aWrongFormatIsExplained() {
        assertThat(tail("t", "--format", "xml")).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("--format is \"xml\"; allowed is one of value, envelope, json");
    }

    private int tail(String... arguments) {
        List<String> all = new ArrayList<>(List.of("tail", "--server", server.url()));
        all.addAll(List.of(arguments));
        return run(screen.terminal(), all.toArray(String[]::new));
    }

    private int run(Terminal terminal, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        if (!all.contains("--server")) all.addAll(List.of("--server", server.url()));
        return Cli.run(all.toArray(String[]::new), config -> null, terminal);
    }
}
