package io.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.cli.Checkup.Finding;
import io.letterbox.cli.Checkup.Verdict;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.host.DiskTrial;
import io.letterbox.host.NativeDirectory;
import io.letterbox.host.ProcessLimits;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckupTest {
    private static final long MIB = 1 << 20;
    private static final long GIB = 1 << 30;

    @Test
    void fewDescriptorsAreNamedWithTheNumberThatIsWanted() {
        LetterboxConfig config = LetterboxConfig.defaults();
        sound(Checkup.descriptors(limits(1_048_576, 8 * GIB, GIB, GIB, true), config));
        says(Checkup.descriptors(limits(8_192, 8 * GIB, GIB, GIB, true), config), Verdict.MIND, "8,192", "ulimit -n");
        says(Checkup.descriptors(limits(1_024, 8 * GIB, GIB, GIB, true), config), Verdict.MEND, "1,024", "LimitNOFILE");
        sound(Checkup.descriptors(limits(-1, 8 * GIB, GIB, GIB, true), config));
    }

    @Test
    void heapAndBuffersHaveToFitInTheContainer() {
        sound(Checkup.memory(limits(1, 512 * MIB, 128 * MIB, 128 * MIB, true)));
        says(
                Checkup.memory(limits(1, 512 * MIB, 256 * MIB, 256 * MIB, true)),
                Verdict.MEND,
                "of 512.0 MiB",
                "-Xmx128m");
        says(Checkup.memory(limits(1, 8 * GIB, GIB, GIB, false)), Verdict.MIND, "heap", "ExitOnOutOfMemoryError");
    }

    @Test
    void aSlowDiskIsNamedWithItsTimes() {
        sound(Checkup.writes(new DiskTrial(800_000, 3_000_000)));
        says(Checkup.writes(new DiskTrial(12_000_000, 30_000_000)), Verdict.MIND, "12.00 ms", "local SSD");
        says(Checkup.writes(new DiskTrial(120_000_000, 900_000_000)), Verdict.MEND, "900.00 ms", "local SSD");
    }

    @Test
    void aDiskNearItsReserveIsNamed() {
        sound(Checkup.room(10 * GIB, 256 * MIB));
        says(Checkup.room(300 * MIB, 256 * MIB), Verdict.MIND, "300.0 MiB free", "storage.diskReserveBytes");
        says(Checkup.room(100 * MIB, 256 * MIB), Verdict.MEND, "100.0 MiB free", "refused");
    }

    @Test
    void aPlaceWithoutExecutionMattersOnlyWhereThereIsNoOther() {
        List<String> refusals = List.of("/tmp does not allow execution (mounted noexec)");
        Finding other = Checkup.natives(new NativeDirectory(java.nio.file.Path.of("/data"), refusals));
        sound(other);
        assertThat(other.found()).contains("noexec", "data directory");
        says(Checkup.natives(new NativeDirectory(null, refusals)), Verdict.MEND, "noexec", "-Djava.io.tmpdir");
    }

    @Test
    void anAddressThatClientsCannotUseIsNamed() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        InetAddress outside = InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1});
        sound(Checkup.advertised("127.0.0.1", false, loopback, true, false));
        sound(Checkup.advertised("k", false, outside, true, true));
        says(Checkup.advertised("k", false, null, false, true), Verdict.MEND, "not known", "kafka.advertisedHost");
        says(Checkup.advertised("k", false, loopback, true, true), Verdict.MEND, "themselves", "kafka.advertisedHost");
        says(Checkup.advertised("k", true, outside, true, true), Verdict.MIND, "machine's name", "advertisedHost");
        says(Checkup.advertised("k", false, outside, false, true), Verdict.MIND, "no address of this", "balancer");
    }

    @Test
    void aClockThatIsBehindItsOwnFilesIsNamed() {
        long now = Instant.parse("2026-11-30T00:00:00Z").toEpochMilli();
        sound(Checkup.clock(now, 0));
        sound(Checkup.clock(now, now + 1000));
        says(Checkup.clock(now, now + 7_200_000), Verdict.MEND, "02:00:00Z", "chrony");
        says(Checkup.clock(0, 0), Verdict.MEND, "1970", "chrony");
    }

    private static ProcessLimits limits(long files, long memory, long heap, long direct, boolean ends) {
        return new ProcessLimits(files, memory, heap, direct, ends);
    }

    private static void sound(Finding finding) {
        assertThat(finding.verdict()).isEqualTo(Verdict.OK);
        assertThat(finding.cure()).isEmpty();
    }

    private static void says(Finding finding, Verdict verdict, String found, String cure) {
        assertThat(finding.verdict()).isEqualTo(verdict);
        assertThat(finding.found()).contains(found).doesNotEndWith(".");
        assertThat(finding.cure()).contains(cure).endsWith(".");
    }
}
