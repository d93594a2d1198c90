package io.letterbox.cluster.port;

import io.letterbox.cluster.BirthReport;
import io.letterbox.cluster.Founder;
import io.letterbox.cluster.Sighting;
import io.letterbox.cluster.birth.Birth;
import io.letterbox.cluster.birth.BirthSelf;
import io.letterbox.cluster.birth.BirthStep;
import io.letterbox.cluster.birth.Membership;
import io.letterbox.cluster.birth.MembershipFile;
import io.letterbox.disk.Disk;
import io.letterbox.disk.ForceFailedException;
import io.letterbox.text.FileTrouble;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Performs what {@link Birth} decides: writes the membership down before anybody hears of it, and says in the log what
 * is waited for. Owned by the event loop of {@link ClusterPort}.
 */
public final class BirthRunner {
    private static final Logger LOG = LoggerFactory.getLogger(BirthRunner.class);
    private static final long LASTS_MS = 3_000;

    private final Vertx vertx;
    private final Disk disk;
    private final Path file;
    private final Birth birth;
    private final Promise<Membership> member = Promise.promise();
    private boolean writing;
    private List<String> logged = List.of();
    private long saidSinceMs;
    /** Why the last writing failed. */
    private List<String> unwritten = List.of();

    // Written by the event loop, read by any thread.
    private volatile BirthReport report;
    private volatile List<String> sentences = List.of();

    private BirthRunner(Vertx vertx, Disk disk, Path file, BirthSelf self, Membership membership) {
        this.vertx = vertx;
        this.disk = disk;
        this.file = file;
        this.birth = new Birth(self, membership);
        this.report = membership == null ? BirthReport.SEEKING : membership.report();
        if (membership != null && membership.phase().isMember()) member.complete(membership);
    }

    /**
     * Reads what the data directory says.
     *
     * @param file {@code DataLayout.cluster}
     * @throws IOException if that cannot be read or is another node's; the message says what to do
     */
    public static BirthRunner open(Vertx vertx, Disk disk, Path file, BirthSelf self) throws IOException {
        Membership membership = MembershipFile.read(disk, file, self.identity().node());
        return new BirthRunner(vertx, disk, file, self, membership);
    }

    /** What to tell other nodes. Any thread. */
    public BirthReport report() {
        return report;
    }

    /** What is waited for and what is wrong, for people; empty if all is well. Any thread. */
    public List<String> sentences() {
        return sentences;
    }

    /**
     * Complete when the data directory belongs to a cluster and says so, durably: its groups may be formed or joined
     * then, not before. Fails if the directory cannot be relied on any more.
     */
    public Future<Membership> member() {
        return member.future();
    }

    /** @param troubles what is wrong with addresses, in words */
    void step(Collection<Sighting> sightings, List<String> troubles, long nowMs) {
        if (writing || member.future().failed()) return;
        BirthStep step = birth.step(sightings, nowMs);
        List<String> said = new ArrayList<>(step.write() == null ? step.sentences() : unwritten);
        said.addAll(troubles);
        say(List.copyOf(said), nowMs);
        if (step.write() == null) {
            report = step.report();
            return;
        }
        writing = true;
        vertx.executeBlocking(() -> {
                    MembershipFile.write(disk, file, step.write());
                    return null;
                })
                .onComplete(done -> {
                    writing = false;
                    if (done.failed()) {
                        failed(done.cause(), nowMs);
                    } else {
                        wrote(step);
                    }
                });
    }

    private void wrote(BirthStep step) {
        birth.wrote(step.write());
        unwritten = List.of();
        report = step.report();
        LOG.info(
                "Cluster {}: this node is {}; the cluster began with nodes {}",
                step.write().clusterId(),
                step.write().phase(),
                step.write().founders().stream().map(Founder::node).toList());
        if (step.write().phase().isMember()) member.tryComplete(step.write());
    }

    /** Nobody has heard of what could not be written, so it may be tried again; but not after a failed force. */
    private void failed(Throwable cause, long nowMs) {
        if (cause instanceof ForceFailedException || !(cause instanceof IOException)) {
            member.tryFail(cause);
        }
        say(
                List.of(file + " cannot be written (" + FileTrouble.reason(cause) + "): this node cannot take part in a"
                        + " cluster until it can."),
                nowMs);
    }

    /** What passes by itself within a moment, as at each start, is not logged. */
    private void say(List<String> said, long nowMs) {
        if (!said.equals(sentences)) {
            sentences = said;
            saidSinceMs = nowMs;
        }
        if (nowMs - saidSinceMs < LASTS_MS || said.equals(logged)) return;
        logged = said;
        if (said.isEmpty()) {
            LOG.info("Nothing is in this node's way into its cluster any more");
        } else {
            said.forEach(sentence -> LOG.warn("{}", sentence));
        }
    }
}
