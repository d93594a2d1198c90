package io.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GroupsCommandTest {
    private static final String GROUP = "{\"group\":\"auditors\",\"type\":\"consumer\",\"state\":\"Stable\",\"lag\":7,"
            + "\"lagSeconds\":12.25,\"members\":[{\"memberId\":\"m-1\",\"clientId\":\"curl\",\"host\":\"127.0.0.1\","
            + "\"assignment\":[{\"topic\":\"payments\",\"partition\":0}]}],\"offsets\":[{\"topic\":\"payments\","
            + "\"partition\":0,\"offset\":5,\"highWatermark\":12,\"lag\":7,\"lagSeconds\":12.25,\"memberId\":\"m-1\"},"
            + "{\"topic\":\"payments\",\"partition\":1,\"offset\":null,\"highWatermark\":null,\"lag\":null,"
            + "\"lagSeconds\":null,\"memberId\":null}]}";
    private static final String MOVES =
            "{\"group\":\"g\",\"offsets\":[{\"topic\":\"t\",\"partition\":0,\"before\":5,\"offset\":0},"
                    + "{\"topic\":\"t\",\"partition\":1,\"before\":0,\"offset\":0},{\"topic\":\"t\",\"partition\":2,"
                    + "\"before\":null,\"offset\":3}]}";

    private final FakeServer server = new FakeServer();
    private final Screen screen = new Screen();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void listsGroupsPageAfterPage() {
        server.answer(
                        200,
                        "{\"groups\":[{\"group\":\"a"
                                + " b\",\"state\":\"Empty\",\"type\":\"classic\",\"members\":0,\"lag\":12,"
                                + "\"topics\":[\"p\",\"q\",\"r\",\"s\",\"t\"]}],\"next\":\"a b\"}")
                .answer(
                        200,
                        "{\"groups\":[{\"group\":\"c\",\"state\":\"Stable\",\"type\":\"consumer\",\"members\":2,"
                                + "\"lag\":0,\"topics\":[]}],\"next\":null}");

        assertThat(groups("list")).isEqualTo(ExitCode.OK);
        assertThat(screen.out().lines())
                .containsExactly(
                        "GROUP  STATE   TYPE      MEMBERS  LAG  TOPICS",
                        "a b    Empty   classic         0   12  p, q, r and 2 more",
                        "c      Stable  consumer        2    0");
        assertThat(server.asked())
                .extracting(FakeServer.ReceivedRequest::line)
                .containsExactly("GET /groups?limit=500", "GET /groups?limit=500&after=a%20b");
    }

    @Test
    void listsGroupsAsJsonThatAreSearchedFor() {
        server.answer(200, "{\"groups\":[{\"group\":\"a\"}],\"next\":null}");

        assertThat(groups("list", "--json", "--search", "a&b")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).isEqualTo("[{\"group\":\"a\"}]\n");
        assertThat(server.asked().get(0).line()).isEqualTo("GET /groups?limit=500&search=a%26b");
    }

    @Test
    void describesAGroupWithItsLag() {
        server.answer(200, GROUP);

        assertThat(groups("describe", "auditors")).isEqualTo(ExitCode.OK);
        assertThat(screen.out())
                .contains("7 records, 12.3 s")
                .containsPattern("payments/0 +5 +12 +7 +12.3 +m-1")
                .containsPattern("payments/1 +- +- +- +- +-")
                .containsPattern("m-1 +curl +127.0.0.1 +payments/0");
    }

    @Test
    void movesAllThatAGroupHas() {
        server.answer(200, MOVES);

        assertThat(groups("reset", "g", "--to", "earliest")).isEqualTo(ExitCode.OK);
        assertThat(server.asked().get(0).line()).isEqualTo("PUT /groups/g/offsets");
        assertThat(server.asked().get(0).body()).isEqualTo("{\"offsets\":[{\"to\":\"earliest\"}]}");
        assertThat(screen.out())
                .containsPattern("t/0 +5 +0")
                .containsPattern("t/2 +- +3")
                .contains("2 offsets moved");
    }

    @Test
    void aRehearsalChangesNothingAndSaysSo() {
        server.answer(200, MOVES);

        assertThat(groups("reset", "g", "--to", "2026-11-23T12:00:00Z", "--topic", "t", "--dry-run"))
                .isEqualTo(ExitCode.OK);
        assertThat(server.asked().get(0).line()).isEqualTo("PUT /groups/g/offsets?dryRun=true");
        assertThat(server.asked().get(0).body())
                .isEqualTo("{\"offsets\":[{\"topic\":\"t\",\"to\":\"2026-11-23T12:00:00Z\"}]}");
        assertThat(screen.out()).contains("WOULD BE", "2 offsets would move; nothing was changed");
    }

    @Test
    void anOffsetHoldsForPartitionsAndAShiftForAny() {
        server.answer(200, "{\"partitions\":[{},{}]}").answer(200, MOVES).answer(200, MOVES);

        assertThat(groups("reset", "g", "--to", "42", "-t", "t", "-t", "u:3,7")).isEqualTo(ExitCode.OK);
        assertThat(server.asked().get(0).line()).isEqualTo("GET /topics/t");
        assertThat(server.asked().get(1).body())
                .isEqualTo("{\"offsets\":[{\"topic\":\"t\",\"partition\":0,\"offset\":42},"
                        + "{\"topic\":\"t\",\"partition\":1,\"offset\":42},{\"topic\":\"u\",\"partition\":3,"
                        + "\"offset\":42},{\"topic\":\"u\",\"partition\":7,\"offset\":42}]}");
        assertThat(groups("reset", "g", "--shift", "-10", "--topic", "t:1")).isEqualTo(ExitCode.OK);
        assertThat(server.asked().get(2).body())
                .isEqualTo("{\"offsets\":[{\"topic\":\"t\",\"partition\":1,\"shift\":-10}]}");
    }

    @Test
    void aWishThatSaysNothingOrTooMuchIsExplained() {
        assertThat(groups("reset", "g")).isEqualTo(ExitCode.USAGE);
        assertThat(groups("reset", "g", "--to", "latest", "--shift", "1")).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("either --to PLACE or --shift N");
        assertThat(groups("reset", "g", "--to", "42")).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("an offset needs a topic: --to 42 --topic TOPIC");
        assertThat(groups("reset", "g", "--to", "latest", "--topic", "t:x")).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("--topic t:x is no topic");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void deletesOnlyWhenToldTwice() {
        server.answer(200, GROUP);
        assertThat(groups("delete", "auditors")).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("--yes");

        server.answer(200, GROUP).answer(204, "");
        Terminal person = screen.terminal(new ByteArrayInputStream("auditors\n".getBytes(StandardCharsets.UTF_8)), true)
                .withKeyboard(true);
        assertThat(run(person, "groups", "delete", "auditors")).isEqualTo(ExitCode.OK);
        assertThat(screen.err()).contains("This forgets 2 offsets for good. Type the group's name to go on: ");
        assertThat(server.asked()).extracting(FakeServer.ReceivedRequest::line).endsWith("DELETE /groups/auditors");
        assertThat(screen.out()).isEqualTo("The group auditors is deleted.\n");

        server.answer(200, GROUP);
        Terminal other = screen.terminal(new ByteArrayInputStream("no\n".getBytes(StandardCharsets.UTF_8)), true)
                .withKeyboard(true);
        assertThat(run(other, "groups", "delete", "auditors")).isEqualTo(ExitCode.FAILED);
        assertThat(screen.err()).contains("nothing was deleted");
    }

    @Test
    void aRefusalIsTheServersSentence() {
        server.problem(409, "GROUP_NOT_EMPTY", "The group g has members.");
        assertThat(groups("reset", "g", "--to", "latest")).isEqualTo(ExitCode.REFUSED);
        assertThat(screen.err()).isEqualTo("letterbox: The group g has members.\n");
    }

    private int groups(String... arguments) {
        List<String> all = new ArrayList<>(List.of("groups"));
        all.addAll(List.of(arguments));
        return run(screen.terminal(), all.toArray(String[]::new));
    }

    private int run(Terminal terminal, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--server", server.url()));
        return Cli.run(all.toArray(String[]::new), config -> null, terminal);
    }
}
