package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.disk.FileDisk;
import io.letterbox.log.LastServed;
import io.letterbox.log.sim.SimDisk;
import io.letterbox.time.TestClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClockWatchTest {
    private static final long DAY_MS = 86_400_000;

    @TempDir
    private Path temp;

    private final TestClock system = new TestClock();

    private ClockWatch open() throws IOException {
        return new ClockWatch(new FileDisk(), temp.resolve("last-served"), system);
    }

    @Test
    void writesDownEveryMinuteUntilWhenTheDirectoryWasServed() throws IOException {
        ClockWatch watch = open();
        assertThat(watch.check()).as("a first start writes at once").isTrue();
        watch.write();
        assertThat(LastServed.read(new FileDisk(), temp.resolve("last-served"))).isEqualTo(system.wallMs());
        system.pass(ClockWatch.WRITE_MS - 1);
        assertThat(watch.check()).isFalse();
        system.pass(1);
        assertThat(watch.check()).isTrue();
        assertThat(watch.check()).isFalse();
    }

    @Test
    void saysWhatIsWrongAndWhatEndsThat() throws IOException {
        ClockWatch watch = open();
        watch.write();
        assertThat(watch.problem()).isNull();
        system.step(30 * DAY_MS);
        watch.check();
        assertThat(watch.problem())
                .startsWith("The wall clock went forward by 30 days. Nothing is deleted for its age until")
                .contains("POST /clock/confirm");
        system.pass(1000);
        watch.write();
        assertThat(open().problem())
                .as("after a restart")
                .startsWith("The wall clock is 30 days ahead of when this server last ran");
        watch.clock().confirm();
        assertThat(watch.problem()).isNull();
        watch.write();
        assertThat(open().problem()).isNull();
        system.step(-7_500_000);
        assertThat(open().problem()).startsWith("The wall clock is 2 h 5 min behind when this server last ran.");
        watch.check();
        assertThat(watch.problem()).startsWith("The wall clock went back by 2 h 5 min.");
    }

    @Test
    void takesAFileThatSaysNothingForNone() throws IOException {
        Files.writeString(temp.resolve("last-served"), "0\n1\nyesterday\n");
        assertThat(open().clock().now().wallConfirmed()).isTrue();
        Files.writeString(temp.resolve("last-served"), "");
        assertThat(open().clock().now().wallConfirmed()).isTrue();
    }

    @Test
    void goesOnWhereTheDiskTakesNothing() throws IOException {
        SimDisk full = new SimDisk(1);
        ClockWatch watch = new ClockWatch(full, Path.of("/nowhere/last-served"), system);
        watch.write();
        watch.write();
        assertThat(watch.clock().now().wallConfirmed()).isTrue();
    }
}
