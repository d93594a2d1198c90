package io.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClockCommandTest {
    private static final String DOUBTED =
            "{\"wallMs\":1700000000000,\"confirmed\":false,\"jumpMs\":-7200000,\"confirmedInMs\":1800000}";

    private final FakeServer server = new FakeServer();
    private final Screen screen = new Screen();

    @AfterEach
    void close() {
        server.close();
    }

    private int clock(String command, String... more) {
        String[] args = new String[4 + more.length];
        args[0] = "clock";
        args[1] = command;
        args[2] = "--server";
        args[3] = server.url();
        System.arraycopy(more, 0, args, 4, more.length);
        return Cli.run(args, null, screen.terminal());
    }

    @Test
    void showsAClockInDoubt() {
        server.answer(200, DOUBTED);
        assertThat(clock("show")).isEqualTo(ExitCode.OK);
        assertThat(screen.out().lines())
                .containsExactly(
                        "Time        2023-11-14T22:13:20Z",
                        "State       not confirmed: nothing is deleted for its age",
                        "Jump        2 h 0 min back",
                        "Confirmed   by itself in 30 min, or by: letterbox clock confirm");
        assertThat(server.asked().get(0).line()).isEqualTo("GET /clock");
    }

    @Test
    void confirms() {
        server.answer(200, "{\"wallMs\":1700000000000,\"confirmed\":true}");
        assertThat(clock("confirm")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).contains("State       confirmed");
        assertThat(server.asked().get(0).line()).isEqualTo("POST /clock/confirm");
    }

    @Test
    void printsJson() {
        server.answer(200, DOUBTED);
        assertThat(clock("show", "--json")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).isEqualTo(DOUBTED + "\n");
    }
}
