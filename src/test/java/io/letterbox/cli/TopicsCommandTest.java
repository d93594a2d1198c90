package io.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TopicsCommandTest {
    private static final String WHOLE = "{\"name\":\"t\",\"records\":12,\"sizeBytes\":2048,\"partitions\":["
            + "{\"partition\":0,\"leader\":1,\"logStartOffset\":3,\"highWatermark\":15,\"sizeBytes\":2048},"
            + "{\"partition\":1,\"leader\":1,\"quarantine\":\"a batch is damaged\"}],"
            + "\"config\":{\"retention.ms\":{\"value\":\"5\",\"source\":\"topic\"}}}";

    private final FakeServer server = new FakeServer();
    private final Screen screen = new Screen();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void listsTopicsInColumns() {
        server.answer(
                200,
                "{\"topics\":[{\"name\":\"quakes\",\"partitions\":3,\"records\":1234,\"sizeBytes\":1536},"
                        + "{\"name\":\"a\",\"partitions\":12,\"records\":0,\"sizeBytes\":0}]}");

        assertThat(topics("list")).isEqualTo(ExitCode.OK);
        assertThat(screen.out().lines())
                .containsExactly(
                        "TOPIC   PARTITIONS  RECORDS     SIZE",
                        "quakes           3     1234  1.5 KiB",
                        "a               12        0      0 B");
        assertThat(server.asked().get(0).line()).isEqualTo("GET /topics");
    }

    @Test
    void listsTopicsAsJson() {
        server.answer(200, "{\"topics\":[{\"name\":\"a\"}]}");

        assertThat(topics("list", "--json")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).isEqualTo("[{\"name\":\"a\"}]\n");
    }

    @Test
    void internalTopicsAreListedOnlyWhenAskedFor() {
        String both = "{\"topics\":[{\"name\":\"__consumer_offsets\",\"internal\":true},{\"name\":\"a\","
                + "\"internal\":false}]}";
        server.answer(200, both).answer(200, both).answer(200, both);

        assertThat(topics("list")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).contains("a ").doesNotContain("__consumer_offsets");
        assertThat(topics("list", "--json")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).doesNotContain("__consumer_offsets");
        assertThat(topics("list", "--internal")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).contains("__consumer_offsets");
    }

    @Test
    void changesSettingsAndPartitions() {
        server.answer(200, WHOLE);

        assertThat(topics("alter", "t", "-p", "2", "-c", "retention.ms=5", "--unset", "flush"))
                .isEqualTo(ExitCode.OK);
        assertThat(server.asked().get(0).line()).isEqualTo("PATCH /topics/t");
        assertThat(server.asked().get(0).body())
                .isEqualTo("{\"partitions\":2,\"config\":{\"retention.ms\":\"5\",\"flush\":null}}");
        assertThat(screen.out()).startsWith("The topic t is changed; it has 2 partitions.\nretention.ms = 5\n");
    }

    @Test
    void changingNothingIsExplained() {
        assertThat(topics("alter", "t")).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("nothing to change", "--config", "--partitions");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void describesATopic() {
        server.answer(200, WHOLE);

        assertThat(topics("describe", "t")).isEqualTo(ExitCode.OK);
        assertThat(screen.out())
                .contains("Records     12", "2.0 KiB", "a batch is damaged")
                .containsPattern("retention.ms +5 +topic")
                .containsPattern("0 +1 +3 +15 +2.0 KiB +ok");
    }

    @Test
    void createsATopic() {
        server.answer(201, WHOLE);

        assertThat(topics("create", "t", "--partitions", "2", "-c", "retention.ms=5", "-c", "flush=os"))
                .isEqualTo(ExitCode.OK);
        assertThat(server.asked().get(0).line()).isEqualTo("PUT /topics/t");
        assertThat(server.asked().get(0).body())
                .isEqualTo("{\"partitions\":2,\"config\":{\"retention.ms\":\"5\",\"flush\":\"os\"}}");
        assertThat(screen.out()).isEqualTo("The topic t is there, with 2 partitions.\n");
    }

    @Test
    void aTopicThatSaysNothingGetsTheDefaults() {
        server.answer(201, WHOLE);

        assertThat(topics("create", "t", "--json")).isEqualTo(ExitCode.OK);
        assertThat(server.asked().get(0).body()).isEqualTo("{}");
        assertThat(screen.out()).isEqualTo(WHOLE + "\n");
    }

    @Test
    void aRefusalIsTheServersSentence() {
        server.problem(409, "TOPIC_EXISTS", "The topic t exists with other settings.");

        assertThat(topics("create", "t")).isEqualTo(ExitCode.REFUSED);
        assertThat(screen.err()).isEqualTo("letterbox: The topic t exists with other settings.\n");
    }

    @Test
    void deletesOnlyWhenToldTwice() {
        server.answer(200, WHOLE);
        assertThat(topics("delete", "t")).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("--yes");
        assertThat(server.asked()).extracting(FakeServer.ReceivedRequest::line).containsExactly("GET /topics/t");

        server.answer(200, WHOLE).answer(204, "");
        assertThat(topics("delete", "t", "--yes")).isEqualTo(ExitCode.OK);
        assertThat(server.asked()).extracting(FakeServer.ReceivedRequest::line).endsWith("DELETE /topics/t");
        assertThat(screen.out()).isEqualTo("The topic t is deleted.\n");
    }

    @Test
    void aStrangeNameStaysOnePartOfThePath() {
        server.problem(400, "INVALID_TOPIC", "No.");

        assertThat(topics("describe", "a/b c?d")).isEqualTo(ExitCode.REFUSED);
        assertThat(server.asked().get(0).line()).isEqualTo("GET /topics/a%2Fb%20c%3Fd");
    }

    @Test
    void theFamilyAloneShowsItsHelp() {
        assertThat(run("topics")).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("list", "describe", "create", "delete");
        assertThat(run("topics", "create", "--help")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).contains("--partitions");
    }

    @Test
    void aServerBehindAPrefixAndAnAnswerThatIsNoJson() {
        server.answer(200, "<html>");

        assertThat(run("topics", "list", "--server", server.url() + "/events-api/"))
                .isEqualTo(ExitCode.FAILED);
        assertThat(server.asked().get(0).line()).isEqualTo("GET /events-api/topics");
        assertThat(screen.err()).contains("is not JSON");
    }

    private int topics(String... arguments) {
        List<String> all = new ArrayList<>(List.of("topics"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--server", server.url()));
        return run(all.toArray(String[]::new));
    }

    private int run(String... arguments) {
        return Cli.run(arguments, config -> null, screen.terminal());
    }
}
