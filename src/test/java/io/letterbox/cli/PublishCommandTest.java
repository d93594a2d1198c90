package io.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PublishCommandTest {
    private final FakeServer server = new FakeServer();
    private final Screen screen = new Screen();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void linesGoOutAsTheyAreAndAreCountedWhenAcknowledged() {
        server.answer(200, "{\"runs\":[{\"count\":2,\"partition\":0,\"offset\":5}]}");

        assertThat(publish("{\"a\":1}\nzwei\n", "quakes")).isEqualTo(ExitCode.OK);
        assertThat(server.asked())
                .containsExactly(new FakeServer.ReceivedRequest(
                        "POST /topics/quakes?ack=runs", "application/x-ndjson", null, "{\"a\":1}\nzwei\n"));
        assertThat(screen.err()).isEqualTo("letterbox: 2 records acknowledged\n");
        assertThat(screen.out()).isEmpty();
    }

    @Test
    void linesThatNdjsonWouldChangeGoOutInTheBinaryForm() {
        server.answer(200, "{\"offsets\":[{\"partition\":0,\"offset\":5},{\"partition\":0,\"offset\":6}]}");

        assertThat(publish("\nx\r\n", "t")).isEqualTo(ExitCode.OK);
        assertThat(server.asked())
                .containsExactly(new FakeServer.ReceivedRequest(
                        "POST /topics/t",
                        "application/vnd.kafka.binary.v2+json",
                        null,
                        "{\"records\":[{\"value\":\"\"},{\"value\":\"eA0=\"}]}"));
    }

    @Test
    void aKeyStandsBeforeTheSeparator() {
        server.answer(200, "{\"offsets\":[{\"partition\":0,\"offset\":5},{\"partition\":2,\"offset\":0}]}");

        assertThat(publish("k=>v\n=>w\n", "t", "--key-separator", "=>")).isEqualTo(ExitCode.OK);
        assertThat(server.asked().get(0).body())
                .isEqualTo("{\"records\":[{\"key\":\"aw==\",\"value\":\"dg==\"},{\"key\":\"\",\"value\":\"dw==\"}]}");
    }

    @Test
    void aKeyOfAllLinesNeedsNoOtherForm() {
        server.answer(200, "{\"runs\":[{\"count\":2,\"partition\":0,\"offset\":5}]}")
                .answer(200, "{\"offsets\":[{\"partition\":0,\"offset\":7}]}");

        assertThat(publish("a\nb\n", "t", "--key", "A&17 @x")).isEqualTo(ExitCode.OK);
        assertThat(server.asked().get(0).line()).isEqualTo("POST /topics/t?ack=runs&key=A%2617%20%40x");
        assertThat(publish("\n", "t", "--key", "k")).isEqualTo(ExitCode.OK);
        assertThat(server.asked().get(1).body()).isEqualTo("{\"records\":[{\"key\":\"aw==\",\"value\":\"\"}]}");
    }

    @Test
    void aFieldOfEachLineMayBeItsKey() {
        server.answer(200, "{\"records\":[{\"partition\":1,\"offset\":5},{\"partition\":0,\"offset\":0}]}");

        assertThat(publish("{\"id\":1}\r\n{\"id\":2}\n\n", "t", "--key-field", "/id"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(server.asked().get(0).line()).isEqualTo("POST /topics/t?ack=records&keyField=%2Fid");
        assertThat(server.asked().get(0).body()).isEqualTo("{\"id\":1}\r\n{\"id\":2}\n");
        assertThat(screen.err()).contains("line 3 is empty", "2 records acknowledged", "--skip 2");
    }

    @Test
    void aLineThatTheServerNamesIsTheInputsLine() {
        server.answer(200, "{\"runs\":[{\"count\":2,\"partition\":0,\"offset\":5}]}")
                .problem(400, "INVALID_RECORD", "Line 2 is too large.");
        assertThat(publish("x\na\nb\nc\nd\n", "t", "--batch", "2", "--skip", "1"))
                .isEqualTo(ExitCode.REFUSED);
        assertThat(screen.err()).contains("letterbox: Line 4 is too large.", "--skip 2");
    }

    @Test
    void headersGoWithEveryRecord() {
        server.answer(200, "{\"runs\":[{\"count\":1,\"partition\":0,\"offset\":5}]}");
        assertThat(publish("a\n", "t", "--header", "Trace-Id=a=b c", "-H", "empty="))
                .isEqualTo(ExitCode.OK);
        assertThat(server.headers().getFirst("Letterbox-Header-Trace-Id")).isEqualTo("a=b c");
        assertThat(server.headers().getFirst("Letterbox-Header-empty")).isEmpty();

        for (String wrong : List.of("x", "=x", "a b=c", "a= x", "a=x ", "a=\u00fc", "a=\u0007", "a\r\nb=c")) {
            assertThat(publish("a\n", "t", "-H", wrong)).as(wrong).isEqualTo(ExitCode.USAGE);
        }
        assertThat(publish("a\n", "t", "-H", "a=1", "-H", "A=2")).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("expected name=value", "printable ASCII", "do not differ by capitals");
        assertThat(server.asked()).hasSize(1);
    }

    @Test
    void aMarkerStandsForNoValue() {
        server.answer(
                200,
                "{\"offsets\":[{\"partition\":0,\"offset\":5},{\"partition\":0,\"offset\":6},{\"partition\":0,"
                        + "\"offset\":7}]}");

        assertThat(publish("k:NULL\nk:\nl:NULLx\n", "t", "-k", ":", "--null-marker", "NULL"))
                .isEqualTo(ExitCode.OK);
        assertThat(server.asked().get(0).body())
                .isEqualTo("{\"records\":[{\"key\":\"aw==\",\"value\":null},{\"key\":\"aw==\",\"value\":\"\"},"
                        + "{\"key\":\"bA==\",\"value\":\"TlVMTHg=\"}]}");
    }

    @Test
    void tombstonesNeedNoInput() {
        server.answer(200, "{\"partition\":0,\"offset\":5}").answer(200, "{\"partition\":1,\"offset\":0}");

        assertThat(publish("never read\n", "t", "--tombstone", "A 17", "--tombstone", "b", "-H", "why=closed"))
                .isEqualTo(ExitCode.OK);
        assertThat(server.asked())
                .extracting(FakeServer.ReceivedRequest::line)
                .containsExactly("DELETE /topics/t/records?key=A%2017", "DELETE /topics/t/records?key=b");
        assertThat(server.headers().getFirst("Letterbox-Header-why")).isEqualTo("closed");
        assertThat(screen.err()).isEqualTo("letterbox: 2 tombstones acknowledged\n");

        server.problem(429, "TOO_MANY_REQUESTS", "Later.")
                .answer(200, "{\"partition\":0}")
                .problem(404, "UNKNOWN_TOPIC", "There is no topic t.");
        assertThat(publish("", "t", "--tombstone", "a", "--tombstone", "b", "--json"))
                .isEqualTo(ExitCode.REFUSED);
        assertThat(screen.out()).isEqualTo("{\"partition\":0}\n");
        assertThat(screen.err()).endsWith("1 tombstone acknowledged\nletterbox: There is no topic t.\n");
    }

    @Test
    void optionsThatContradictEachOtherAreNamed() {
        assertThat(publish("", "t", "--key", "a", "-k", ":")).isEqualTo(ExitCode.USAGE);
        assertThat(publish("", "t", "--key", "a", "--key-field", "/a")).isEqualTo(ExitCode.USAGE);
        assertThat(publish("", "t", "-k", ":", "--key-field", "/a")).isEqualTo(ExitCode.USAGE);
        assertThat(publish("", "t", "--null-marker", "x", "--key-field", "/a")).isEqualTo(ExitCode.USAGE);
        assertThat(publish("", "t", "--tombstone", "a", "--key", "b")).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("--key and --key-separator exclude each other", "--tombstone reads no lines");
        assertThat(server.asked()).isEmpty();
    }

    /** On a keyboard, the command says that it waits for input; with a pipe, it does not. */
    @Test
    void saysThatItReadsTheKeyboard() {
        Terminal person = screen.terminal(InputStream.nullInputStream(), true).withKeyboard(true);
        assertThat(Cli.run(new String[] {"publish", "t", "--server", server.url()}, config -> null, person))
                .isEqualTo(ExitCode.OK);
        assertThat(screen.err()).startsWith("letterbox: reads records from the keyboard, one a line; Ctrl-D ends\n");
        Screen piped = new Screen();
        Cli.run(
                new String[] {"publish", "t", "--server", server.url()},
                config -> null,
                piped.terminal(InputStream.nullInputStream(), true));
        assertThat(piped.err()).isEqualTo("letterbox: 0 records acknowledged\n");
    }

    @Test
    void aLineWithoutTheSeparatorIsNamedAndThoseBeforeItArePublished() {
        server.answer(200, "{\"offsets\":[{\"partition\":0,\"offset\":5}]}");

        assertThat(publish("x\na:b\nc\nd:e\n", "t", "-k", ":", "--skip", "1")).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("line 3 has no key", "1 record acknowledged", "--skip 2");
        assertThat(server.asked()).hasSize(1);
    }

    @Test
    void aRefusalIsShownWithTheWayToGoOn() {
        server.answer(200, "{\"runs\":[{\"count\":2,\"partition\":0,\"offset\":5}]}")
                .problem(413, "RECORD_TOO_LARGE", "The record is too large.");

        assertThat(publish("a\nb\nc\nd\n", "t", "--batch", "2")).isEqualTo(ExitCode.REFUSED);
        assertThat(screen.err())
                .isEqualTo("letterbox: The record is too large.\n"
                        + "letterbox: 2 records acknowledged\n"
                        + "letterbox: go on with the same input and --skip 2\n");
    }

    @Test
    void goingOnLeavesOutWhatIsThere() {
        server.answer(200, "{\"runs\":[{\"count\":1,\"partition\":0,\"offset\":7}]}");

        assertThat(publish("a\nb\nc\n", "t", "--skip", "2", "--json")).isEqualTo(ExitCode.OK);
        assertThat(server.asked().get(0).body()).isEqualTo("c\n");
        assertThat(screen.out()).isEqualTo("{\"complete\":true,\"acknowledged\":1,\"skip\":3,\"uncertain\":0}\n");
    }

    @Test
    void onlyWhatWasAcknowledgedBeforeTheFirstRefusedRecordCounts() {
        server.answer(
                207,
                "{\"runs\":[{\"count\":1,\"partition\":0,\"offset\":7},"
                        + "{\"count\":1,\"partition\":0,\"error\":\"DISK_FULL\",\"detail\":\"The disk is full.\"},"
                        + "{\"count\":1,\"partition\":0,\"offset\":8}]}");

        assertThat(publish("a\nb\nc\n", "t", "--json")).isEqualTo(ExitCode.FAILED);
        assertThat(screen.out())
                .contains("\"complete\":false,\"acknowledged\":1,\"skip\":1,\"uncertain\":2")
                .contains("The disk is full.");

        server.answer(
                200,
                "{\"offsets\":[{\"partition\":0,\"offset\":7},"
                        + "{\"partition\":null,\"offset\":null,\"error_code\":2,\"error\":\"Not now.\"}]}");
        assertThat(publish("a:b\nc:d\n", "t", "-k", ":")).isEqualTo(ExitCode.FAILED);
        assertThat(screen.err()).contains("Not now.", "1 record acknowledged", "--skip 1");
    }

    @Test
    void aBusyServerIsAskedAgain() {
        server.problem(429, "TOO_MANY_REQUESTS", "Later.")
                .answer(200, "{\"runs\":[{\"count\":1,\"partition\":0,\"offset\":7}]}");

        assertThat(publish("a\n", "t")).isEqualTo(ExitCode.OK);
        assertThat(server.asked()).hasSize(2);
    }

    @Test
    void withoutAServerNothingIsAcknowledgedAndTheReasonIsPlain() {
        server.close();

        assertThat(publish("a\n", "t")).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(screen.err()).contains("no server answers at " + server.url(), "--skip 0");
    }

    @Test
    void atSeveralNodesARequestMayBeRepeated() {
        server.answer(200, "{\"runs\":[{\"count\":1,\"partition\":0,\"offset\":0}]}");
        String nobody = "http://127.0.0.1:1";
        int exitCode = Cli.run(
                new String[] {"publish", "t", "--server", nobody + "," + server.url()},
                config -> null,
                screen.terminal("a\n"));
        assertThat(exitCode).isEqualTo(ExitCode.OK);
        assertThat(server.headers().getFirst("Idempotency-Key")).isNotBlank();
    }

    @Test
    void anAnswerThatIsNoneLeavesTheLinesUncertain() {
        assertThat(publish("a\nb\n", "t")).isEqualTo(ExitCode.FAILED);
        assertThat(screen.err()).contains("the server answered 500").contains("of the next 2 lines it is not known");
    }

    @Test
    void whatHasComeIsSentWithoutWaitingForMore() throws Exception {
        server.answer(200, "{\"runs\":[{\"count\":1,\"partition\":0,\"offset\":0}]}")
                .answer(200, "{\"runs\":[{\"count\":1,\"partition\":0,\"offset\":1}]}");
        PipedOutputStream typing = new PipedOutputStream();
        InputStream in = new PipedInputStream(typing);
        CompletableFuture<Integer> done = CompletableFuture.supplyAsync(() -> run(in, List.of("t")));

        typing.write("first\n".getBytes(StandardCharsets.UTF_8));
        typing.flush();
        Awaitility.await().until(() -> server.asked().size() == 1);
        typing.write("second".getBytes(StandardCharsets.UTF_8));
        typing.close();

        assertThat(done.get(30, TimeUnit.SECONDS)).isEqualTo(ExitCode.OK);
        assertThat(server.asked()).extracting(FakeServer.ReceivedRequest::body).containsExactly("first\n", "second\n");
    }

    @Test
    void inputThatBreaksOffIsAFailure() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("gone");
            }
        };

        assertThat(run(broken, List.of("t"))).isEqualTo(ExitCode.FAILED);
        assertThat(screen.err()).contains("standard input cannot be read: gone");
    }

    @Test
    void aWrongOptionIsExplained() {
        assertThat(publish("", "t", "--batch", "0")).isEqualTo(ExitCode.USAGE);
        assertThat(publish("", "t", "--skip", "-1")).isEqualTo(ExitCode.USAGE);
        assertThat(publish("", "t", "--skip", "x")).isEqualTo(ExitCode.USAGE);
        assertThat(publish("")).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("--batch is 0", "--skip is -1", "'x' is not a long", "TOPIC");
    }

    private int publish(String input, String... arguments) {
        return run(screen.terminal(input).in(), List.of(arguments));
    }

    private int run(InputStream in, List<String> arguments) {
        List<String> all = new ArrayList<>(List.of("publish", "--server", server.url()));
        all.addAll(arguments);
        Terminal terminal = screen.terminal(in, false);
        return Cli.run(
                all.toArray(String[]::new),
                config -> {
                    throw new AssertionError("nothing is served here");
                },
                terminal);
    }
}
