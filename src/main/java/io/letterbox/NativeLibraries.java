package io.letterbox;

import io.letterbox.host.NativeDirectory;
import io.letterbox.record.Codec;
import io.letterbox.telemetry.Health;
import io.letterbox.telemetry.Meters;
import io.vertx.core.transport.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The native code in the JAR: zstd, snappy and Netty's epoll transport. Their loaders unpack it into files, which works
 * only where files may be written and executed; a hardened machine mounts /tmp noexec, or read-only. So a place is
 * looked for before anything is loaded, everything is loaded when the server starts, and the files are deleted at once:
 * a loaded library needs no file. Used by the thread that starts and closes the server.
 */
final class NativeLibraries {
    private static final Logger LOG = LoggerFactory.getLogger(NativeLibraries.class);

    /** The delay before the codecs are tried: the first requests need the processors that this would take. */
    private static final long SETTLING_MS = 1000;

    private final NativeDirectory directory;
    private final CountDownLatch closing = new CountDownLatch(1);

    /** Null before the codecs are loaded. */
    private Thread loading;

    private NativeLibraries(NativeDirectory directory) {
        this.directory = directory;
    }

    /**
     * Finds a place for the files, tells the loaders, and logs it if it is not the usual one; see
     * {@link NativeDirectory}.
     */
    static NativeLibraries unpackedIn(Path temporary, Path own) {
        NativeDirectory directory = NativeDirectory.in(temporary, own);
        String refusals = String.join("; ", directory.refusals());
        if (directory.path() == null) {
            LOG.warn("There is no place for native libraries: {}. {}", refusals, NativeDirectory.CURE);
        } else if (!refusals.isEmpty()) {
            LOG.info("{}: native libraries are unpacked in {} instead", refusals, directory.path());
        }
        directory.announce();
        return new NativeLibraries(directory);
    }

    /**
     * Loads the codecs, reports those that do not work, and deletes the files: on a thread of its own and a second
     * later, because a server can serve before that. A codec that is needed earlier is loaded by its first use.
     */
    void loadCodecs(Health health, Meters meters) {
        loading = new Thread(
                () -> {
                    if (awaitFirstRequests()) tryCodecs(health, meters);
                    delete();
                },
                "letterbox-codecs");
        loading.setDaemon(true);
        loading.start();
    }

    /** Waits until the first requests are through; false if the server is closed before. */
    private boolean awaitFirstRequests() {
        try {
            return !closing.await(SETTLING_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException ended) {
            return false;
        }
    }

    private static void tryCodecs(Health health, Meters meters) {
        for (Codec codec : Codec.values()) {
            if (codec == Codec.NONE) continue;
            String absence = codec.absence();
            meters.codec(codec.word(), absence == null);
            if (absence == null) continue;
            LOG.error(
                    "The codec {} does not work: {}. Batches that are compressed with it are refused, and those in the"
                            + " logs can be read by Kafka clients only. {}",
                    codec.word(),
                    absence,
                    NativeDirectory.CURE);
            health.warn(
                    "codec-missing",
                    "The codec " + codec.word()
                            + " does not work: its native library could not be loaded. Records that are compressed with"
                            + " it are refused, and cannot be read over HTTP. " + NativeDirectory.CURE + ".");
        }
    }

    /** Reports what it means if the native transport cannot be used although there is one for this machine. */
    void reportTransport(Health health, Meters meters) {
        boolean linux =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux");
        boolean available = Transport.EPOLL != null && Transport.EPOLL.available();
        meters.nativeTransport(available || !linux);
        if (available) return;
        if (!linux) {
            LOG.info("There is no native transport for this system; using the JDK's selectors");
            return;
        }
        String consequence = "Streams of groups cannot see what their readers have acknowledged, nor end by"
                + " TCP_USER_TIMEOUT when one has gone without a word";
        Throwable cause = Transport.EPOLL == null ? null : Transport.EPOLL.unavailabilityCause();
        LOG.warn(
                "Native epoll does not work ({}); using the JDK's selectors. {}. {}",
                cause,
                consequence,
                NativeDirectory.CURE);
        health.warn(
                "native-transport-missing",
                "Native epoll does not work. " + consequence + ". " + NativeDirectory.CURE + ".");
    }

    /** Deletes the files if the start has failed; else waits for the thread that loads the codecs. */
    void close() {
        if (loading == null) {
            delete();
            return;
        }
        closing.countDown();
        try {
            loading.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void delete() {
        try {
            directory.delete();
        } catch (IOException e) {
            LOG.debug("{} could not be deleted", directory.path(), e);
        }
    }
}
