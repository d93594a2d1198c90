package io.letterbox.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.cli.Checkup.Finding;
import io.letterbox.cli.Checkup.Verdict;
import io.letterbox.config.KafkaConfig;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.disk.DataLayout;
import io.letterbox.host.DiskTrial;
import io.letterbox.host.NativeDirectory;
import io.letterbox.host.ProcessLimits;
import io.letterbox.record.Codec;
import io.letterbox.text.FileTrouble;
import io.letterbox.time.Clock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Examines the machine before a server runs on it. */
@Command(
        name = "doctor",
        header = "Examine this machine, and say what keeps a server from working well.",
        description = {
            "",
            "Looks at descriptors, memory, the disk's writes and room, native code and codecs, the address that Kafka"
                    + " clients are told, and the clock. Run it as the server's user, with the server's settings. Exit"
                    + " status 1 when something will not work. Nothing is changed; a file is written for a moment.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  ${ROOT-COMMAND-NAME} doctor", "  ${ROOT-COMMAND-NAME} doctor --config /etc/letterbox.yaml"})
final class DoctorCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private SettingsOption settings = new SettingsOption();

    @Mixin
    private JsonOption json = new JsonOption();

    DoctorCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        List<Finding> findings = examine(settings.load(terminal));
        if (json.wanted()) printObject(findings);
        else findings.forEach(this::print);
        terminal.out().flush();
        return isHealthy(findings) ? ExitCode.OK : ExitCode.FAILED;
    }

    private static boolean isHealthy(List<Finding> findings) {
        return findings.stream().noneMatch(finding -> finding.verdict() == Verdict.MEND);
    }

    private static List<Finding> examine(LetterboxConfig config) throws IOException {
        List<Finding> findings = new ArrayList<>();
        ProcessLimits limits = ProcessLimits.ofThisProcess();
        findings.add(Checkup.descriptors(limits, config));
        findings.add(Checkup.memory(limits));
        Path place = existing(config.node().dataDir().toAbsolutePath().normalize());
        disk(findings, place, config.storage().diskReserveBytes());
        nativeCode(findings, place);
        if (config.kafka().enabled()) findings.add(advertised(config.kafka()));
        findings.add(Checkup.clock(
                Clock.system().wallMs(), newestFileMs(config.node().dataDir())));
        return findings;
    }

    /** The data directory or, if it does not exist, the directory in which it will be created. */
    private static Path existing(Path directory) {
        Path at = directory;
        while (!Files.isDirectory(at) && at.getParent() != null) at = at.getParent();
        return at;
    }

    private static void disk(List<Finding> findings, Path place, long reserveBytes) throws IOException {
        try {
            findings.add(Checkup.writes(DiskTrial.in(place)));
        } catch (IOException e) {
            findings.add(new Finding(
                    Verdict.MEND,
                    "disk writes",
                    FileTrouble.sentence(e),
                    "node.dataDir has to be a directory that the server's user may write; it is examined in " + place
                            + "."));
        }
        findings.add(Checkup.room(Files.getFileStore(place).getUsableSpace(), reserveBytes));
    }

    private static void nativeCode(List<Finding> findings, Path place) throws IOException {
        NativeDirectory directory =
                NativeDirectory.in(Path.of(System.getProperty("java.io.tmpdir")), place.resolve(".letterbox-doctor"));
        directory.announce();
        try {
            findings.add(Checkup.natives(directory));
            for (Codec codec : Codec.values()) if (codec != Codec.NONE) findings.add(Checkup.codec(codec));
        } finally {
            directory.delete();
        }
    }

    private static Finding advertised(KafkaConfig config) throws IOException {
        InetAddress bound = address(config.host());
        boolean anywhere = bound != null && bound.isAnyLocalAddress();
        boolean guessed = config.advertisedHost().isBlank() && anywhere;
        String host = config.advertisedHost().isBlank() ? config.host() : config.advertisedHost();
        if (guessed) host = InetAddress.getLocalHost().getCanonicalHostName();
        InetAddress told = address(host);
        boolean local = told != null && (told.isLoopbackAddress() || NetworkInterface.getByInetAddress(told) != null);
        boolean others = bound != null && !bound.isLoopbackAddress();
        return Checkup.advertised(host, guessed, told, local, others);
    }

    private static InetAddress address(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException unknown) {
            return null;
        }
    }

    private static long newestFileMs(Path dataDir) throws IOException {
        Path meta = new DataLayout(dataDir).meta();
        if (!Files.isReadable(meta)) return 0;
        long newest = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(meta)) {
            for (Path file : files)
                newest = Math.max(newest, Files.getLastModifiedTime(file).toMillis());
        }
        return newest;
    }

    private void print(Finding finding) {
        String verdict = finding.verdict().name().toLowerCase(java.util.Locale.ROOT);
        terminal.out().println(String.format("%-5s %-14s %s", verdict, finding.subject(), finding.found()));
        if (!finding.cure().isEmpty()) terminal.out().println(" ".repeat(21) + finding.cure());
    }

    private void printObject(List<Finding> findings) {
        ObjectNode report = ServerClient.JSON.createObjectNode();
        report.put("sound", isHealthy(findings));
        ArrayNode all = report.putArray("findings");
        for (Finding finding : findings) {
            ObjectNode node = all.addObject();
            node.put("verdict", finding.verdict().name());
            node.put("subject", finding.subject());
            node.put("found", finding.found());
            if (!finding.cure().isEmpty()) node.put("cure", finding.cure());
        }
        terminal.out().println(report);
    }
}
