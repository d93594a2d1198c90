package io.letterbox.cli;

import io.letterbox.config.LetterboxConfig;
import io.letterbox.host.DiskTrial;
import io.letterbox.host.NativeDirectory;
import io.letterbox.host.ProcessLimits;
import io.letterbox.record.Codec;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Judges the measurements of a machine: what is fine, what to look at, and what to fix. Stateless. */
final class Checkup {
    /** The severity of a finding. */
    enum Verdict {
        OK,
        /** The server works, but worse than it could. */
        MIND,
        /** Something will not work. */
        MEND
    }

    /**
     * One finding.
     *
     * @param subject what was checked, in a word or two
     * @param found the finding, without a full stop
     * @param cure what to do about it, as a sentence; empty if nothing is to be done
     */
    record Finding(Verdict verdict, String subject, String found, String cure) {}

    /** The server's own files, in addition to those of partitions and sockets. */
    private static final int OWN_DESCRIPTORS = 200;

    private static final int DESCRIPTORS_AT_LEAST = 4_096;

    /** What the JVM needs in addition to heap and buffers: classes, code, stacks. */
    private static final long JVM_BYTES = 96L << 20;

    /** A disk with a battery-backed cache takes some tens of microseconds. */
    private static final long SLOW_NANOS = 10_000_000;

    private static final long TOO_SLOW_NANOS = 100_000_000;

    private static final Duration AHEAD = Duration.ofHours(1);

    /** A clock that shows an earlier date has been reset. */
    private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

    private Checkup() {}

    static Finding ok(String subject, String found) {
        return new Finding(Verdict.OK, subject, found, "");
    }

    static Finding descriptors(ProcessLimits limits, LetterboxConfig config) {
        String subject = "descriptors";
        if (limits.descriptors() < 0) return ok(subject, "this system does not say how many files may be open");
        long sockets = (long) config.http().maxConnections()
                + (config.kafka().enabled() ? config.kafka().maxConnections() : 0);
        long logFiles = config.storage().openLogFilesOf(limits.descriptors());
        // If it is not set, it grows with the limit.
        long wanted = config.storage().openLogFiles() > 0
                ? OWN_DESCRIPTORS + sockets + logFiles
                : OWN_DESCRIPTORS + sockets + config.storage().openLogFilesOf(2 * (OWN_DESCRIPTORS + sockets));
        String found = String.format(Locale.ROOT, "%,d files and sockets may be open", limits.descriptors());
        String cure = "Raise the limit to " + wanted + " (ulimit -n, or LimitNOFILE= of a systemd service), or lower"
                + " http.maxConnections and kafka.maxConnections: they and the server's own files"
                + " (storage.openLogFiles) may want so many.";
        if (limits.descriptors() >= wanted) return ok(subject, found);
        boolean few = limits.descriptors() < DESCRIPTORS_AT_LEAST;
        return new Finding(few ? Verdict.MEND : Verdict.MIND, subject, found, cure);
    }

    static Finding memory(ProcessLimits limits) {
        String subject = "memory";
        long wanted = limits.heapBytes() + limits.directBytes() + JVM_BYTES;
        String found = "heap " + ReadableNumbers.bytes(limits.heapBytes()) + " and buffers "
                + ReadableNumbers.bytes(limits.directBytes()) + " of " + ReadableNumbers.bytes(limits.memoryBytes());
        if (wanted > limits.memoryBytes()) {
            long quarterMib = Math.max(64, limits.memoryBytes() >> 22);
            return new Finding(
                    Verdict.MEND,
                    subject,
                    found,
                    "That is more than the machine has or the container may use, so the system may kill the process."
                            + " Start Java with -Xmx" + quarterMib + "m -XX:MaxDirectMemorySize=" + quarterMib
                            + "m, or raise the container's limit; scripts/letterbox chooses such numbers by itself.");
        }
        if (!limits.endsWithoutMemory()) {
            return new Finding(
                    Verdict.MIND,
                    subject,
                    found,
                    "Start Java with -XX:+ExitOnOutOfMemoryError, as scripts/letterbox does: a server without memory is"
                            + " better started again than half alive.");
        }
        return ok(subject, found);
    }

    static Finding writes(DiskTrial trial) {
        String subject = "disk writes";
        String found = String.format(
                Locale.ROOT,
                "a durable write of 4 KiB takes %.2f ms, one of ten more than %.2f ms",
                trial.medianNanos() / 1e6,
                trial.slowNanos() / 1e6);
        if (trial.medianNanos() < SLOW_NANOS) return ok(subject, found);
        return new Finding(
                trial.medianNanos() < TOO_SLOW_NANOS ? Verdict.MIND : Verdict.MEND,
                subject,
                found,
                "Every publisher waits for such a write. Put node.dataDir on a local SSD, not on a network file system"
                        + " or a spinning disk.");
    }

    static Finding room(long freeBytes, long reserveBytes) {
        String subject = "disk room";
        String found = ReadableNumbers.bytes(freeBytes) + " free, " + ReadableNumbers.bytes(reserveBytes)
                + " of it kept in reserve";
        if (freeBytes > 2 * reserveBytes) return ok(subject, found);
        return new Finding(
                freeBytes > reserveBytes ? Verdict.MIND : Verdict.MEND,
                subject,
                found,
                "Below storage.diskReserveBytes records are refused. Make room, or put node.dataDir on a larger disk.");
    }

    /** @param newestFileMs the modification time of the newest file in the data directory, or 0 */
    static Finding clock(long nowMs, long newestFileMs) {
        String subject = "clock";
        String found = "it is " + Instant.ofEpochMilli(nowMs);
        String cure = "Set the clock and keep it right (chrony, systemd-timesyncd): timestamps and retention go by it.";
        if (nowMs < newestFileMs - AHEAD.toMillis()) {
            String ahead = ", but files in the data directory are from " + Instant.ofEpochMilli(newestFileMs);
            return new Finding(Verdict.MEND, subject, found + ahead, cure);
        }
        if (nowMs < LONG_AGO.toEpochMilli()) return new Finding(Verdict.MEND, subject, found, cure);
        return ok(subject, found);
    }

    static Finding natives(NativeDirectory directory) {
        String subject = "native code";
        String refusals = String.join("; ", directory.refusals());
        if (directory.path() == null) return new Finding(Verdict.MEND, subject, refusals, NativeDirectory.CURE + ".");
        String instead = refusals.isEmpty() ? "" : refusals + ", so the server uses its data directory";
        return ok(subject, instead.isEmpty() ? "the temporary directory allows execution" : instead);
    }

    static Finding codec(Codec codec) {
        String subject = "codec " + codec.word();
        if (codec.absence() == null) return ok(subject, "works");
        return new Finding(Verdict.MEND, subject, codec.absence(), NativeDirectory.CURE + ".");
    }

    /**
     * @param host the host that Kafka clients are told to connect to
     * @param guessed whether it is the machine's own name, because no setting names one
     * @param address the address of the host as seen from here, or null if it cannot be resolved
     * @param local whether that is an address of this machine
     * @param others whether clients of other machines can connect at all
     */
    static Finding advertised(String host, boolean guessed, InetAddress address, boolean local, boolean others) {
        String subject = "kafka address";
        String found = "clients are told to connect to " + host;
        String cure = "Set kafka.advertisedHost to the name or address under which all clients reach this machine.";
        if (address == null) return new Finding(Verdict.MEND, subject, found + ", a name that is not known here", cure);
        if (others && address.isLoopbackAddress()) {
            return new Finding(Verdict.MEND, subject, found + ", where those of other machines find themselves", cure);
        }
        if (guessed) return new Finding(Verdict.MIND, subject, found + ", because that is this machine's name", cure);
        if (!local) {
            String foreign = found + ", which is no address of this machine";
            return new Finding(Verdict.MIND, subject, foreign, "That is right behind a balancer or NAT. Else: " + cure);
        }
        return ok(subject, found);
    }
}
